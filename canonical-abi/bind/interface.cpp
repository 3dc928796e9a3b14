#include "canonical-abi/bind/interface.h"

#include <fmt/format.h>

namespace tappet::component {

InterfaceBuilder::InterfaceBuilder(std::string_view name, Version version) {
  def_.name = name;
  def_.version = version.text;
}

void InterfaceBuilder::begin_resource(std::string_view name, const HostResourceType& type) {
  types_.export_resource(name, type);
  resource_ = name;
}

void InterfaceBuilder::add(Form form, bool is_async, std::string_view name,
                           std::span<const char* const> parameter_names,
                           std::span<const ValType* const> parameters, const ValType* result,
                           HostBody body, DirectBody direct) {
  constexpr std::string_view kPatterns[] = {"", "[method]{}.{}", "[static]{}.{}",
                                            "[constructor]{}"};
  HostFunctionDef function;
  function.name =
      form == Form::kFree
          ? std::string(name)
          : fmt::format(fmt::runtime(kPatterns[static_cast<size_t>(form)]), resource_, name);
  std::vector<Labelled> labelled;
  for (const ValType* type : parameters) {
    const size_t index = labelled.size() - (form == Form::kMethod ? 1 : 0);
    const bool is_self = form == Form::kMethod && labelled.empty();
    labelled.push_back({is_self ? "self" : types_.label(parameter_names[index]), type});
  }
  function.type = types_.func(is_async, labelled, result);
  function.body = std::move(body);
  function.direct = std::move(direct);
  def_.functions.push_back(std::move(function));
}

void InterfaceBuilder::add_value(std::string_view name, const ValType* type, ComponentValue value) {
  def_.values.push_back({std::string(name), type, std::move(value)});
}

HostInterfaceDef InterfaceBuilder::finish() {
  def_.resources = types_.take_resources();
  def_.types = types_.take_arena();
  return std::move(def_);
}

}  // namespace tappet::component
