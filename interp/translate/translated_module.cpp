#include "interp/translate/translated_module.h"

#include "interp/exec/machine.h"
#include "interp/translate/emitter.h"
#include "interp/translate/function_translator.h"

namespace tappet {
namespace {

class TranslatedModule : public ModuleCode {
 public:
  TranslatedModule(std::shared_ptr<const Module> module, MemoryStrategy strategy)
      : ModuleCode(std::move(module), strategy) {
    make_stubs();
  }

 private:
  std::unique_ptr<FunctionCode> translate(uint32_t function_index) const override {
    auto code =
        translate::emit(*this, translate::FunctionTranslator(*this, function_index).translate());
    code->function_index = function_index;
    return code;
  }
  uint64_t translate_handler() const override { return exec::to_word(exec::translate_handler()); }
};

}  // namespace

std::shared_ptr<const ModuleCode> translate_module(std::shared_ptr<const Module> module,
                                                   MemoryStrategy strategy) {
  return std::make_shared<TranslatedModule>(std::move(module), strategy);
}

}  // namespace tappet
