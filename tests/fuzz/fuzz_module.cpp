// Decodes and validates whatever it is given, with the default features and with all of them, and
// reads names and instructions of what turns out to be a module.
#include <cstdint>
#include <cstdlib>

#include "interp/binary/decoder.h"
#include "interp/binary/instruction_reader.h"
#include "interp/module/names.h"
#include "interp/validate/validator.h"

namespace tappet {
namespace {

// What the translator relies on: a validated body can be read to its end.
void read_bodies(const Module& module, const FeatureSet& features) {
  for (const FunctionDecl& function : module.functions) {
    if (function.imported) continue;
    const ByteSpan code =
        module.bytes.subspan(function.code_begin, function.code_end - function.code_begin);
    InstructionReader reader(Reader(code, 0), TypeScope{module.types, 0, features});
    Instruction instruction;
    while (reader.next(instruction)) {
    }
    if (!reader.ok()) std::abort();
  }
}

bool accept(ByteSpan input, const FeatureSet& features) {
  const DecodeOptions options{std::make_shared<TypeRegistry>(), features};
  const auto module = decode_module(Bytes(input.begin(), input.end()), options);
  if (!module.ok()) return false;
  read_names(**module);
  if (!(*module)->functions.empty()) function_label(**module, 0);
  if (!validate_module(**module, features).ok()) return false;
  read_bodies(**module, features);
  for (const Export& item : (*module)->exports) {
    if ((*module)->find_export(item.name) == nullptr) std::abort();
  }
  return true;
}

}  // namespace
}  // namespace tappet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const tappet::ByteSpan input(data, size);
  const bool by_default = tappet::accept(input, tappet::FeatureSet::defaults());
  const bool with_all = tappet::accept(input, tappet::FeatureSet::all());
  if (by_default && !with_all) std::abort();
  return 0;
}
