#include "tests/unit/canonical-abi/support/program.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "canonical-abi/component/engine_options.h"
#include "canonical-abi/text/text.h"

namespace tappet::component::test {

Bytes read_data(std::string_view file) {
  const std::filesystem::path path =
      std::filesystem::path(TAPPET_ROOT) / "tests/unit/canonical-abi/data" / file;
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Result<std::shared_ptr<const Component>> load(const Engine& engine, std::string_view file) {
  return load(engine, read_data(file));
}

Result<std::shared_ptr<const Component>> load(const Engine& engine, Bytes component) {
  ComponentOptions options = options_for(engine);
  options.features = ComponentFeatureSet::all();
  return load_component(std::move(component), options);
}

Bytes assemble(std::string_view text) {
  Result<Bytes> bytes = parse_component_wat(text);
  EXPECT_TRUE(bytes.ok()) << bytes.error().to_string();
  return bytes.ok() ? std::move(bytes).value() : Bytes();
}

Program::Program(std::string file, LinkOptions options)
    : file_(std::move(file)), component_(read_data(file_)), linker_(engine_, options) {}

Program::Program(Bytes component) : component_(std::move(component)), linker_(engine_) {}

std::string Program::link() {
  auto component = load(engine_, component_);
  EXPECT_TRUE(component.ok()) << file_ << ": " << component.error().to_string();
  if (!component.ok()) return component.error().to_string();
  auto pre = linker_.link(*component);
  if (!pre.ok()) return pre.error().to_string();
  pre_ = *pre;
  return "";
}

void Program::prepare(const ComponentLimits& limits) {
  if (!pre_) {
    ASSERT_EQ(link(), "");
  }
  tree_ = nullptr;
  store_ = std::make_unique<ComponentStore>(engine_, limits);
}

Outcome Program::instantiate(std::string* failure) {
  Instantiation instantiation(pre_, *store_);
  const Outcome outcome = instantiation.run();
  if (outcome == Outcome::kReturned) tree_ = &instantiation.instance();
  if (outcome == Outcome::kTrapped && failure) *failure = to_string(instantiation.failure());
  return outcome;
}

void Program::start(const ComponentLimits& limits) {
  prepare(limits);
  std::string failure;
  ASSERT_EQ(instantiate(&failure), Outcome::kReturned) << failure;
}

const FuncInst& Program::function(std::string_view name, std::string_view interface) {
  const ExportedFunction* const found = pre_->find_function(interface, name);
  EXPECT_NE(found, nullptr) << interface << " " << name;
  return tree_->function(found->ref);
}

std::string Program::call(std::string_view name, std::vector<ComponentValue> args,
                          std::string_view interface) {
  if (tree_ == nullptr) start();
  const FuncInst& func = function(name, interface);
  Task task(*store_, func, std::move(args));
  switch (task.run()) {
    case Outcome::kReturned:
      return func.type->result ? to_string(task.result(), func.type->result) : "";
    case Outcome::kTrapped:
      return "trap: " + task.trap().message;
    case Outcome::kSuspended:
      return "suspended";
    case Outcome::kInterrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace tappet::component::test
