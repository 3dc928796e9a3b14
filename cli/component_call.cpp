#include "cli/component_call.h"

#include <algorithm>

#include <fmt/format.h>

#include "canonical-abi/types/print.h"
#include "canonical-abi/wave/wave.h"
#include "cli/nearest.h"

namespace tappet::cli {
namespace {

using component::ExportedFunction;
using component::ExportedInterface;
using component::ExportedValue;
using component::InstancePre;
using component::quote;

// A function's name taken apart. Without an interface it may be in any.
struct FunctionName {
  std::string interface;
  std::string function;
};

FunctionName split(std::string_view name) {
  const size_t hash = name.find('#');
  if (hash != std::string_view::npos) {
    return {std::string(name.substr(0, hash)), std::string(name.substr(hash + 1))};
  }
  // "[method]resource.function" has a dot of its own.
  if (name.starts_with('[')) return {{}, std::string(name)};
  const size_t at = std::min(name.find('@'), name.size());
  const size_t slash = name.substr(0, at).rfind('/');
  const size_t dot = name.substr(0, at).find('.', slash == std::string_view::npos ? 0 : slash);
  if (dot == std::string_view::npos) return {{}, std::string(name)};
  return {fmt::format("{}{}", name.substr(0, dot), name.substr(at)),
          std::string(name.substr(dot + 1, at - dot - 1))};
}

// Whether an exported interface is the one that is meant: with or without version, with or without
// package.
bool is_meant(std::string_view wanted, std::string_view exported) {
  const std::string_view path = exported.substr(0, exported.find('@'));
  return wanted == exported || wanted == path || wanted == path.substr(path.rfind('/') + 1);
}

std::string full_name(const ExportedInterface& interface, const ExportedFunction& function) {
  return interface.name.empty() ? std::string(function.name)
                                : fmt::format("{}#{}", interface.name, function.name);
}

struct Found {
  std::vector<const ExportedFunction*> functions;
  std::vector<std::string> names;

  void add(const ExportedInterface& interface, const ExportedFunction* function) {
    if (function == nullptr) return;
    functions.push_back(function);
    names.push_back(full_name(interface, *function));
  }
};

Found search(const InstancePre& pre, const FunctionName& name) {
  Found found;
  // Another version of an interface's track is found under the exact name.
  if (const ExportedInterface* const interface = pre.find_interface(name.interface)) {
    found.add(*interface, interface->find(name.function));
    if (!found.functions.empty()) return found;
  }
  for (const auto& [exported, interface] : pre.exports()) {
    if (!name.interface.empty() && !is_meant(name.interface, exported)) continue;
    found.add(interface, interface.find(name.function));
  }
  return found;
}

// Null if there is none, or several.
const ExportedValue* find_value(const InstancePre& pre, const FunctionName& name) {
  const ExportedValue* found = nullptr;
  for (const auto& [exported, interface] : pre.exports()) {
    if (!name.interface.empty() && !is_meant(name.interface, exported)) continue;
    const ExportedValue* const value = interface.find_value(name.function);
    if (value != nullptr && found != nullptr) return nullptr;
    if (value != nullptr) found = value;
  }
  return found;
}

std::vector<std::string> all_names(const InstancePre& pre) {
  std::vector<std::string> names;
  for (const auto& [exported, interface] : pre.exports()) {
    for (const ExportedFunction& function : interface.functions) {
      names.push_back(full_name(interface, function));
    }
  }
  return names;
}

Result<const ExportedFunction*> find_function(const InstancePre& pre, std::string_view name) {
  const Found found = search(pre, split(name));
  if (found.functions.size() == 1) return found.functions[0];
  if (found.functions.empty()) {
    return fail(ErrorKind::kUnlinkable,
                fmt::format("there is no exported function {}{}", quote(name),
                            suggestion(name, all_names(pre), "exported functions")));
  }
  return fail(ErrorKind::kUnlinkable,
              fmt::format("several interfaces export a function {}{}", quote(name),
                          suggestion({}, found.names, "exported functions")));
}

// "add: func(a: u32, b: u32) -> u32"
std::string signature(const ExportedFunction& function) {
  return fmt::format("{}: {}", function.name, to_string(*function.type));
}

// The error's place is in the option's text, not in the file.
Error in_option(const Error& error, std::string_view note) {
  return make_error(ErrorKind::kUsage, fmt::format("--invoke:{}:{}: {}{}", error.position.line,
                                                   error.position.column, error.message, note));
}

}  // namespace

Result<ComponentCall> parse_component_call(const InstancePre& pre, std::string_view text) {
  if (const ExportedValue* const value = find_value(pre, split(text))) {
    if (has_wave(*value->type)) return ComponentCall{nullptr, value, {}};
    return fail(ErrorKind::kUsage, fmt::format("--invoke: the value cannot be written; it is {}",
                                               to_string(*value->type)));
  }
  const auto name = component::wave_call_name(text);
  if (!name.ok()) return fail(in_option(name.error(), ""));
  ComponentCall call;
  call.function = TAPPET_TRY(find_function(pre, *name));
  auto args = component::parse_wave_arguments(text, *call.function->type);
  if (!args.ok()) {
    return fail(
        in_option(args.error(), fmt::format("; the function is {}", signature(*call.function))));
  }
  call.args = std::move(*args);
  const component::ValType* const result = call.function->type->result;
  if (result == nullptr || has_wave(*result)) return call;
  return fail(ErrorKind::kUsage,
              fmt::format("--invoke: the result cannot be written; the function is {}",
                          signature(*call.function)));
}

std::string print_component_result(const component::ValType* type,
                                   const component::ComponentValue& result) {
  if (type == nullptr) return "()\n";
  return to_string(result, type) + "\n";
}

}  // namespace tappet::cli
