#include "tests/unit/canonical-abi/abi/fixture.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "canonical-abi/abi/flat.h"
#include "canonical-abi/abi/load.h"

namespace tappet::component::test {

AbiTest::AbiTest(MemoryStrategy strategy) : engine(EngineConfig{.memory = strategy}) {
  core_store = engine.make_store();
  auto code = engine.compile(read_data("libc.wasm"));
  EXPECT_TRUE(code.ok());
  const TypeId nothing = engine.registry()->add_function({});
  Function& call =
      core_store->add_host_function({nothing, [this](HostCall& c) { return on_call(c); }});
  auto made = tappet::instantiate(*core_store, *code, std::vector<Extern>{&call});
  EXPECT_TRUE(made.ok());
  libc = *made;
  memory = libc->exported_memory("memory");
  options.memory = memory;
  use_realloc("realloc");
}

std::string AbiTest::run(const std::function<bool(LiftLowerContext&)>& body) {
  HostFunction host;
  host.type = engine.registry()->add_function({});
  host.invoke = [&](HostCall& call) {
    LiftLowerContext cx(call, options, handles, peer, peer_encoding);
    return body(cx) ? HostOutcome::kReturn : HostOutcome::kTrap;
  };
  Function& function = core_store->add_host_function_ref(&host);
  Thread thread(*core_store);
  thread.start(function, {});
  return tappet::run(thread) == Outcome::kReturned ? "" : thread.trap().message;
}

const ValType* AbiTest::compose(TypeKind kind, std::vector<Labelled> items, uint32_t length) {
  auto made = arena.compose(kind, items, length);
  EXPECT_TRUE(made.ok());
  return *made;
}

const ValType* AbiTest::handle(TypeKind kind) {
  return *arena.handle(kind, *arena.name_of(*arena.resource({.name = "thing", .slot = 0})));
}

std::string AbiTest::loaded(const ValType& t, uint64_t ptr) {
  ComponentValue v;
  const std::string trap = run([&](LiftLowerContext& cx) { return load(cx, ptr, t, v); });
  return trap.empty() ? to_string(v, &t) : "trap: " + trap;
}

std::string AbiTest::lifted(const ValType& t, std::vector<uint64_t> flat) {
  ComponentValue v;
  const std::string trap = run([&](LiftLowerContext& cx) {
    CoreValueIter vi(flat);
    const bool ok = lift_flat(cx, vi, t, v);
    if (ok) {
      EXPECT_EQ(vi.position(), flat.size());
    }
    return ok;
  });
  return trap.empty() ? to_string(v, &t) : "trap: " + trap;
}

std::string AbiTest::lowered(const ComponentValue& v, const ValType& t) {
  FlatValues flat;
  const std::string trap = run([&](LiftLowerContext& cx) { return lower_flat(cx, v, t, flat); });
  return trap.empty() ? fmt::format("{:#x}", fmt::join(flat.span(), " ")) : "trap: " + trap;
}

void AbiTest::put(uint64_t ptr, std::initializer_list<int> bytes) {
  for (const int b : bytes) memory->base()[ptr++] = static_cast<uint8_t>(b);
}

void AbiTest::put32(uint64_t ptr, std::initializer_list<uint32_t> words) {
  for (const uint32_t w : words) {
    store_le(memory->base() + ptr, w);
    ptr += 4;
  }
}

std::string AbiTest::bytes_at(uint64_t ptr, uint64_t count) {
  const std::span<uint8_t> bytes = memory->view(ptr, count);
  EXPECT_EQ(bytes.size(), count);
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string AbiTest::realloc_calls() {
  std::vector<std::string> calls;
  const uint8_t* const base = memory->base();
  for (uint32_t i = 0; i < load_le<uint32_t>(base); ++i) {
    const uint8_t* const call = base + 16 + 16 * i;
    calls.push_back(fmt::format("{},{},{},{}", load_le<uint32_t>(call), load_le<uint32_t>(call + 4),
                                load_le<uint32_t>(call + 8), load_le<uint32_t>(call + 12)));
  }
  return fmt::format("{}", fmt::join(calls, ";"));
}

}  // namespace tappet::component::test
