#include "tests/fuzz/scripted_guest.h"

#include <cstdio>
#include <cstdlib>

#include "canonical-abi/component/engine_options.h"
#include "canonical-abi/linker/linker.h"
#include "canonical-abi/text/text.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/allocator_interface.h>
#define TAPPET_COUNTS_ALLOCATIONS 1
#endif
#endif

namespace tappet::component::fuzz {
namespace {

#ifdef TAPPET_COUNTS_ALLOCATIONS
size_t allocated() { return __sanitizer_get_current_allocated_bytes(); }
#else
size_t allocated() { return 0; }
#endif

constexpr std::string_view kLoop = R"(
    (type $step (func (param i32 i32 i32) (result i64)))
    (func $run (param $word i64) (param $r i64) (param $p i64) (result i32)
      (loop $again
        (local.set $word (call $next (local.get $word) (local.get $r) (local.get $p)))
        (if (i64.eq (i64.and (local.get $word) (i64.const 255)) (i64.const 255))
          (then (return (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 8))))))
        (local.set $r (call_indirect $steps (type $step)
          (i32.wrap_i64 (i64.and (i64.shr_u (local.get $word) (i64.const 8)) (i64.const 65535)))
          (i32.wrap_i64 (i64.and (i64.shr_u (local.get $word) (i64.const 24)) (i64.const 65535)))
          (i32.wrap_i64 (i64.and (i64.shr_u (local.get $word) (i64.const 40)) (i64.const 255)))
          (i32.wrap_i64 (i64.and (local.get $word) (i64.const 255)))))
        (local.set $p PAYLOAD)
        (br $again))
      unreachable)
    (func $begin (param $what i64) (param $a i32) (param $b i32) (result i32)
      (call $run
        (i64.or (i64.const 255) (i64.shl (local.get $what) (i64.const 8)))
        (i64.or (i64.extend_i32_u (local.get $a))
                (i64.shl (i64.extend_i32_u (local.get $b)) (i64.const 32)))
        (i64.const 0)))
)";

template <class T>
T must(Result<T> result) {
  if (!result.ok()) require(false, result.error().to_string().c_str());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

Word Word::from(uint64_t bits) {
  return {static_cast<uint8_t>(bits), static_cast<uint16_t>(bits >> 8),
          static_cast<uint16_t>(bits >> 24), static_cast<uint8_t>(bits >> 40),
          static_cast<uint16_t>(bits >> 48)};
}

uint64_t Word::bits() const {
  return op | uint64_t{x} << 8 | uint64_t{y} << 24 | uint64_t{z} << 40 | uint64_t{token} << 48;
}

void define_next(test::Host& host, uint8_t guest, Next next) {
  const ValType* const u64 = primitive(TypeKind::kU64);
  host.func("next" + std::to_string(guest), {{"word", u64}, {"result", u64}, {"p", u64}}, u64,
            [next = std::move(next)](HostEnvironment& e, std::span<ComponentValue> args) {
              const uint64_t word = next(e, args[0].bits(), args[1].bits(), args[2].bits());
              return HostReturn::value(ComponentValue::u64(word));
            });
}

std::string run_loop(std::string_view payload) {
  constexpr std::string_view kPayload = "PAYLOAD";
  std::string text(kLoop);
  return text.replace(text.find(kPayload), kPayload.size(), payload);
}

std::shared_ptr<const InstancePre> link_guests(const Engine& engine, std::string_view text,
                                               HostInterfaceDef host) {
  ComponentOptions options = options_for(engine);
  options.features = ComponentFeatureSet::all();
  Linker linker(engine);
  must(linker.define(std::move(host)));
  return must(linker.link(must(load_component(must(parse_component_wat(text)), options))));
}

void play_without_leak(const std::function<void()>& play) {
  // What functions were translated, and what libraries keep, remains; but not for ever.
  for (int rounds = 0; rounds < 10; ++rounds) {
    const size_t before = allocated();
    play();
    if (allocated() <= before) return;
  }
  require(false, "what was allocated is freed");
}

void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

}  // namespace tappet::component::fuzz
