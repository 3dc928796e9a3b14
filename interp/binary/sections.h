// The section readers behind decode_module: one function per row of sections.def. Each reads the
// contents of its section into the module; errors stick in the reader.
#pragma once

#include "interp/binary/reader.h"
#include "interp/binary/type_reader.h"
#include "interp/module/module.h"

namespace tappet {

// What the section readers share.
struct DecodeContext {
  Module& module;
  const FeatureSet& features;
  uint64_t budget;                         // bytes that decoded structures may still take
  std::vector<const SubType*> subtypes{};  // by type index
  bool has_code = false;

  // Takes decoded structures from the budget before they are made; fails when it is used up.
  bool charge(Reader& in, uint64_t bytes);
  // The function may occur in ref.func (3.4.11, C.refs). An unknown one is left to the validator.
  void declare_function(uint32_t index);
  TypeScope scope() const { return {module.types, 0, features}; }
  // A position in Module::bytes.
  uint32_t position(const Reader& in) const {
    return static_cast<uint32_t>(in.offset() - module.base_offset);
  }
};

#define SECTION(reader, id, name, feature) \
  void read_##reader##_section(Reader& in, DecodeContext& context);
#include "interp/binary/sections.def"
#undef SECTION
void read_custom_section(Reader& in, DecodeContext& context);

// What holds once all sections are read: as many bodies as functions, as many data segments as
// announced.
void check_counts(Reader& in, const DecodeContext& context);

// Reads a constant expression up to its `end` (5.4.9). An instruction that is never constant is
// kInvalid.
ConstExpr read_const_expr(Reader& in, DecodeContext& context);

// Reads the index of a function type.
struct FunctionTypeUse {
  uint32_t index = 0;
  TypeId id;
};
FunctionTypeUse read_function_type_use(Reader& in, const DecodeContext& context);

// Reserves room for the elements of a vector whose length was read with Reader::count.
template <class T>
bool reserve(Reader& in, DecodeContext& context, std::vector<T>& items, uint32_t count) {
  if (!context.charge(in, uint64_t{count} * sizeof(T))) return false;
  items.reserve(items.size() + count);
  return true;
}

}  // namespace tappet
