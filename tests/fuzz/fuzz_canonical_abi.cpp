// Values of any type, lifted from any memory and lowered into it again, by a guest whose realloc
// may be as hostile as it likes. Promises: what is lifted is of its type; lowered by an honest
// realloc and lifted again it is the same; nothing is touched outside of memory.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "canonical-abi/abi/flat.h"
#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "canonical-abi/types/print.h"
#include "interp/engine.h"
#include "tests/fuzz/any_type.h"
#include "tests/unit/canonical-abi/abi/fake_handles.h"

namespace tappet::component {
namespace {

void require(bool ok, const ValType& t, const ComponentValue& v) {
  if (ok) return;
  std::fprintf(stderr, "type %s, value %s\n", to_string(t).c_str(), to_string(v, &t).c_str());
  std::abort();
}

class Guest {
 public:
  Guest(const Engine& engine, const std::shared_ptr<const ModuleCode>& code, Input& in)
      : store_(engine.make_store()), nothing_(engine.registry()->add_function({})) {
    Function& call = store_->add_host_function(
        {nothing_, [](HostCall& c) { return c.trap("cannot leave component instance"); }});
    libc_ = *tappet::instantiate(*store_, code, std::vector<Extern>{&call});
    options_.memory = libc_->exported_memory("memory");
    options_.string_encoding = static_cast<StringEncoding>(in.byte() % 3);
    peer_encoding_ = static_cast<StringEncoding>(in.byte() % 3);
    peer_ = in.byte() % 2 == 0 ? Peer::kHost : Peer::kGuest;
    const uint8_t chosen = in.byte();
    constexpr const char* kReallocs[] = {"realloc",           "realloc_grow", "realloc_zero",
                                         "realloc_minus_one", "realloc_odd",  "realloc_end",
                                         "realloc_trap",      "realloc_call"};
    is_honest_ = chosen % std::size(kReallocs) < 2;
    options_.realloc = libc_->exported_function(kReallocs[chosen % std::size(kReallocs)]);
  }

  void fill(ByteSpan bytes) {
    const size_t n = std::min<size_t>(bytes.size(), 3000);
    std::copy_n(bytes.begin(), n, options_.memory->base() + kData);
  }

  // Runs `body` as a host function. True if it returned true.
  template <class Body>
  bool run(Body body) {
    HostFunction host;
    host.type = nothing_;
    host.invoke = [&](HostCall& call) {
      test::FakeHandles handles;
      LiftLowerContext cx(call, options_, handles, peer_, peer_encoding_);
      return body(cx) ? HostOutcome::kReturn : HostOutcome::kTrap;
    };
    Thread thread(*store_);
    thread.start(store_->add_host_function_ref(&host), {});
    const bool returned = tappet::run(thread) == Outcome::kReturned;
    exhausted_ = !returned && thread.trap().message.ends_with("is too large");
    return returned;
  }
  // The last run() took more of the host's memory than one call may: what is just within the
  // limit in one encoding is beyond it in another.
  bool exhausted() const { return exhausted_; }

  bool is_honest() const { return is_honest_; }
  static constexpr uint64_t kData = 1024;  // aligned for every type

 private:
  std::unique_ptr<Store> store_;
  TypeId nothing_;
  Instance* libc_ = nullptr;
  LiftLowerOptions options_;
  StringEncoding peer_encoding_;
  Peer peer_;
  bool is_honest_;
  bool exhausted_ = false;
};

void check_flat(Guest& guest, const ValType& t, std::span<const uint64_t> flat) {
  ComponentValue v;
  const auto lift_from = [&](std::span<const uint64_t> from) {
    return guest.run([&](LiftLowerContext& cx) {
      CoreValueIter vi(from);
      return lift_flat(cx, vi, t, v);
    });
  };
  if (!lift_from(flat)) return;
  require(check_value(v, t).ok(), t, v);
  FlatValues lowered;
  if (!guest.run([&](LiftLowerContext& cx) { return lower_flat(cx, v, t, lowered); })) return;
  require(lowered.size() == flat.size(), t, v);
  if (!guest.is_honest()) return;
  const ComponentValue first = v;
  if (!lift_from(lowered.span())) return require(guest.exhausted(), t, first);
  require(v == first, t, v);
}

void check_memory(Guest& guest, const ValType& t) {
  if (elem_size(t, AddressType::kI32) > 4096) return;
  ComponentValue v;
  const auto load_from = [&](uint64_t ptr) {
    return guest.run([&](LiftLowerContext& cx) { return load(cx, ptr, t, v); });
  };
  if (!load_from(Guest::kData)) return;
  require(check_value(v, t).ok(), t, v);
  uint64_t ptr = 0;
  const bool stored = guest.run([&](LiftLowerContext& cx) {
    const Layout& layout = t.layout(cx.width());
    return cx.allocate(layout.alignment, layout.size, "value", ptr) && store(cx, v, t, ptr);
  });
  if (!stored || !guest.is_honest()) return;
  const ComponentValue first = v;
  if (!load_from(ptr)) return require(guest.exhausted(), t, first);
  require(v == first, t, v);
}

std::shared_ptr<const ModuleCode> compile_libc(const Engine& engine) {
  std::ifstream in(TAPPET_ROOT "/tests/unit/canonical-abi/data/libc.wasm", std::ios::binary);
  return *engine.compile(Bytes{std::istreambuf_iterator<char>(in), {}});
}

}  // namespace
}  // namespace tappet::component

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tappet;
  using namespace tappet::component;
  static const Engine engine(EngineConfig{.memory = MemoryStrategy::kChecked});
  static const std::shared_ptr<const ModuleCode> libc = compile_libc(engine);
  Input in({data, size});
  TypeArena arena;
  const ValType& t = *TypeReader(arena, in).read();
  Guest guest(engine, libc, in);
  const FlatTypes flat_types = flatten_type(t, AddressType::kI32);
  std::vector<uint64_t> flat(flat_types.too_many() ? 0 : flat_types.size());
  for (uint64_t& value : flat) value = in.word() | static_cast<uint64_t>(in.byte()) << 32;
  guest.fill(in.rest());
  if (!flat.empty()) check_flat(guest, t, flat);
  check_memory(guest, t);
  return 0;
}
