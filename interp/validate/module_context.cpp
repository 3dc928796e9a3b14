#include "interp/validate/module_context.h"

namespace tappet {

ModuleContext::ModuleContext(const Module& decoded, const FeatureSet& enabled)
    : module(decoded),
      features(enabled),
      registry(*decoded.registry),
      data_count(decoded.has_data_count ? decoded.data_count
                                        : static_cast<uint32_t>(decoded.datas.size())) {
  types.reserve(module.types.size());
  for (const TypeId id : module.types) types.push_back(&registry.get(id));
  function_types.reserve(module.functions.size());
  for (const FunctionDecl& function : module.functions) {
    function_types.push_back(function.type_index);
  }
  globals.reserve(module.globals.size());
  for (const GlobalDecl& global : module.globals) {
    globals.push_back({pack(global.type.type), global.type.is_mutable});
  }
  for (const MemoryDecl& memory : module.memories) {
    memory_address.push_back(pack(value_type(memory.type.address)));
  }
  signatures_.emplace_back().is_function = true;
  for (const ValueType type : {kI32, kI64, kF32, kF64, kV128}) add_value_signature(pack(type));
  add_function_types();
}

void ModuleContext::add_function_types() {
  size_t total = 0;
  for (const SubType* type : types) {
    if (const auto* func = std::get_if<FuncType>(&type->composite)) {
      total += func->params.size() + func->results.size();
    }
  }
  type_lists_.resize(total);
  signatures_.reserve(signatures_.size() + types.size());
  StackType* at = type_lists_.data();
  for (const SubType* type : types) {
    if (const auto* func = std::get_if<FuncType>(&type->composite)) {
      add_signature(*func, at);
    } else {
      signatures_.emplace_back();
    }
  }
}

void ModuleContext::add_signature(const FuncType& type, StackType*& at) {
  StackSignature& signature = signatures_.emplace_back();
  signature.is_function = true;
  signature.params = at;
  signature.param_count = static_cast<uint32_t>(type.params.size());
  for (const ValueType param : type.params) *at++ = pack(param);
  signature.results = at;
  signature.result_count = static_cast<uint32_t>(type.results.size());
  for (const ValueType result : type.results) *at++ = pack(result);
}

SignatureId ModuleContext::add_value_signature(StackType type) {
  const auto id = static_cast<SignatureId>(signatures_.size());
  StackSignature& signature = signatures_.emplace_back();
  signature.is_function = true;
  signature.results = &value_types_.emplace_back(type);
  signature.result_count = 1;
  return id;
}

SignatureId ModuleContext::value_signature(StackType type) {
  if (type <= stack_type::kV128) return 1 + static_cast<SignatureId>(type);
  const auto [found, inserted] = ref_signatures_.try_emplace(static_cast<uint32_t>(type), 0);
  if (inserted) found->second = add_value_signature(type);
  return found->second;
}

SignatureId ModuleContext::result_signature(SignatureId id) {
  const StackSignature& type = signatures_[id];
  if (type.result_count == 0) return kEmptySignature;
  const bool plain = type.result_count == 1 && *type.results <= stack_type::kV128;
  return plain ? value_signature(*type.results) : id;
}

}  // namespace tappet
