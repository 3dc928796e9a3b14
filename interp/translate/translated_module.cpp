#include "interp/translate/translated_module.h"

#include "interp/exec/machine.h"
#include "interp/translate/emitter.h"
#include "interp/translate/function_translator.h"
#include "interp/translate/pins.h"

namespace tappet {
namespace {

class TranslatedModule : public ModuleCode {
 public:
  TranslatedModule(std::shared_ptr<const Module> module, CodeOptions options)
      : ModuleCode(std::move(module), std::move(options)) {
    make_stubs();
  }

 private:
  std::unique_ptr<FunctionCode> translate(uint32_t function_index) const override {
    translate::Ir ir = translate::FunctionTranslator(*this, function_index).translate();
    translate::pin_loops(ir);
    auto code = translate::emit(*this, std::move(ir));
    code->function_index = function_index;
    return code;
  }
  uint64_t translate_handler() const override { return exec::to_word(exec::translate_handler()); }
};

}  // namespace

std::shared_ptr<const ModuleCode> translate_module(std::shared_ptr<const Module> module,
                                                   CodeOptions options) {
  return std::make_shared<TranslatedModule>(std::move(module), std::move(options));
}

}  // namespace tappet
