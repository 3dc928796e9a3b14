#include "canonical-abi/component/binary/decoder.h"
#include "canonical-abi/component/component.h"
#include "canonical-abi/component/validate/validator.h"

namespace tappet::component {

bool is_component(ByteSpan bytes) { return binary::is_component(bytes); }

Result<std::shared_ptr<const Component>> load_component(Bytes bytes,
                                                        const ComponentOptions& options) {
  const auto owner = std::make_shared<const Bytes>(std::move(bytes));
  Budget budget = Budget::for_input(owner->size());
  const std::unique_ptr<syntax::Component> syntax = TAPPET_TRY(binary::decode(*owner, 0, budget));
  const auto arena = std::make_shared<TypeArena>(budget);
  arena->keep_alive(owner);
  return Validator(owner, arena, options).validate(*syntax);
}

}  // namespace tappet::component
