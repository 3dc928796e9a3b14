// What function bodies and constant expressions are validated against (core spec 3.1.1, the context
// C), laid out for speed.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "interp/module/module.h"
#include "interp/opcodes/opcode.h"
#include "interp/validate/stack_type.h"

namespace tappet {

// The operand types that a function, a block or a label takes and gives.
struct StackSignature {
  const StackType* params = nullptr;
  const StackType* results = nullptr;
  uint32_t param_count = 0;
  uint32_t result_count = 0;
  bool is_function = false;  // false for the struct and array types among the defined types
};

// Signatures have numbers: those of a module's types follow the fixed ones for blocks without type
// index, and those of blocks with a reference as result are added as they occur.
using SignatureId = uint32_t;

// Borrows the module. One thread at a time.
class ModuleContext {
 public:
  ModuleContext(const Module& decoded, const FeatureSet& enabled);
  ModuleContext(const ModuleContext&) = delete;
  ModuleContext& operator=(const ModuleContext&) = delete;

  const Module& module;
  const FeatureSet features;
  const TypeRegistry& registry;

  struct Global {
    StackType type;
    bool is_mutable;
  };
  std::vector<const SubType*> types;     // by type index
  std::vector<uint32_t> function_types;  // type index by function
  std::vector<Global> globals;
  std::vector<StackType> memory_address;  // kI32 or kI64 by memory
  uint32_t data_count;

  static constexpr SignatureId kEmptySignature = 0;
  // The signature of a defined type. Precondition: type_index < types.size().
  SignatureId type_signature(uint32_t type_index) const { return kFirstType + type_index; }
  // [] -> [type].
  SignatureId value_signature(StackType type);
  // [] -> the results of another: the same number for all that have the same one plain result.
  SignatureId result_signature(SignatureId id);
  // Plain signatures take nothing and give at most one value that is not a reference: [] -> [type].
  static bool is_plain(SignatureId id) { return id < kFirstType; }
  // Precondition: is_plain(id), and id is not kEmptySignature.
  static StackType plain_result(SignatureId id) { return StackType{id - 1}; }
  // Of the block type that is this byte; kNotPlain for vectors too, which depend on features.
  static SignatureId plain_signature(uint8_t block_type) {
    constexpr uint8_t kEmptyBlock = 0x40;
    constexpr uint32_t kI32Code = 0x7f;  // the codes of i64, f32, f64 precede it
    if (block_type == kEmptyBlock) return kEmptySignature;
    const uint32_t kind = kI32Code - block_type;
    return kind <= static_cast<uint32_t>(ValueKind::kF64) ? 1 + kind : kNotPlain;
  }
  static constexpr SignatureId kNotPlain = UINT32_MAX;
  const StackSignature& signature(SignatureId id) const { return signatures_[id]; }
  const StackSignature& function_signature(uint32_t function) const {
    return signatures_[kFirstType + function_types[function]];
  }

 private:
  static constexpr SignatureId kFirstType = 6;  // after the empty one and five plain types

  void add_function_types();
  void add_signature(const FuncType& type, StackType*& at);
  SignatureId add_value_signature(StackType type);

  std::vector<StackSignature> signatures_;
  std::vector<StackType> type_lists_;  // params and results of all defined types
  std::deque<StackType> value_types_;  // of value signatures; a deque: addresses stay
  std::unordered_map<uint32_t, SignatureId> ref_signatures_;
};

}  // namespace tappet
