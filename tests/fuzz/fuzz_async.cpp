// Tasks of three guests that call each other and the host, driven as the input says: what they do
// (async_script.h), when calls of the host return and in which order, who runs, what is given up in
// the middle. Promises: no thread goes on but where it was; nothing is left of what has ended; a
// store with a trap in it takes no calls.
#include <algorithm>
#include <memory>

#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/runtime/task.h"
#include "tests/fuzz/async_script.h"
#include "tests/unit/canonical-abi/support/host.h"

namespace tappet::component::fuzz {
namespace {

using Args = std::span<ComponentValue>;
using V = ComponentValue;

const HostResourceType kThing{"thing"};
constexpr size_t kMostTasks = 8;

// A call of the embedder's.
struct Call {
  component::Task task;
  bool returned = false;
};

// What all of one input share. The store goes first, and last what the host has kept.
struct World {
  explicit World(Input& in) : in(in), script(in) {}

  Input& in;
  Script script;
  std::vector<class HostCallInProgress*> calls;
  std::vector<ComponentValue> kept;  // streams and futures
  int things = 0;
  int depth = 0;  // of calls back into the store
  InstanceTree* tree = nullptr;
  std::unique_ptr<ComponentStore> store;
  std::vector<std::unique_ptr<Call>> tasks;
};

class HostCallInProgress final : public HostReturn::Pending {
 public:
  HostCallInProgress(World& world, HostReturn result) : world_(world), result_(std::move(result)) {
    world_.calls.push_back(this);
  }
  ~HostCallInProgress() override { std::erase(world_.calls, this); }
  Poll<HostReturn> poll(HostEnvironment&, Waker& waker) override {
    if (ready_) return std::move(result_);
    if (wakes_when_polled_) waker.wake();
    wakes_.add(waker);
    return kPending;
  }
  void complete() {
    ready_ = true;
    wakes_.wake_all();
  }
  void wake() { wakes_.wake_all(); }
  void wake_when_polled(bool on) { wakes_when_polled_ = on; }

 private:
  World& world_;
  HostReturn result_;
  WakeList wakes_;
  bool ready_ = false;
  bool wakes_when_polled_ = false;
};

void start_task(World& world);

HostReturn some_thing(World& world) {
  const std::optional<uint32_t> rep =
      world.store->environment().resources().add(kThing, std::make_shared<Thing>(world.things));
  if (!rep) return HostReturn::trap("too many things");
  return HostReturn::value(V::handle(TypeKind::kOwn, *rep));
}

// A value that the host was given before, if there is one of that kind.
HostReturn give(World& world, TypeKind kind) {
  for (size_t i = 0; i < world.kept.size(); ++i) {
    if (world.kept[i].kind() != kind) continue;
    V value = world.kept[i];
    if (world.in.byte() < 250) world.kept.erase(world.kept.begin() + static_cast<ptrdiff_t>(i));
    return HostReturn::value(std::move(value));
  }
  return HostReturn::trap("nothing was kept");
}

HostReturn result_of(World& world, uint8_t f) {
  switch (f) {
    case kFPass:
      return give(world, TypeKind::kStream);
    case kFHand:
      return give(world, TypeKind::kFuture);
    case kFText:
      return HostReturn::value(V::string(std::string(world.in.byte() % 40, 'x')));
    default:
      return HostReturn::value(V::u32(world.in.byte()));
  }
}

bool is_shared(const V& v) {
  return v.kind() == TypeKind::kStream || v.kind() == TypeKind::kFuture;
}

// Streams and futures are kept or dropped, things destroyed.
Result<> take_args(World& world, Args args) {
  for (V& v : args) {
    if (v.kind() == TypeKind::kOwn) {
      const auto rep = static_cast<uint32_t>(v.rep());
      TAPPET_TRY(world.store->environment().resources().remove(kThing, rep));
    }
    if (is_shared(v) && world.kept.size() < 8 && world.in.byte() % 4 != 0) {
      world.kept.push_back(std::move(v));
    }
  }
  return {};
}

HostReturn host_call(World& world, uint8_t f, Args args) {
  if (Result<> taken = take_args(world, args); !taken.ok()) {
    return HostReturn::trap(taken.error().message);
  }
  const uint8_t how = world.in.byte();
  if (how == 255) return HostReturn::trap("the host says no");
  if (how == 254) return HostReturn::exit(3);
  if (how == 253) return HostReturn::value(V::boolean(true));
  if (how >= 240) start_task(world);
  HostReturn result = result_of(world, f);
  if (how % 4 == 0) return result;
  auto call = std::make_unique<HostCallInProgress>(world, std::move(result));
  if (how % 4 == 3) call->wake_when_polled(how % 8 == 7);
  return HostReturn::pending(std::move(call));
}

const ValType* type_of(test::Host& host, const Resource* thing, std::string_view text) {
  const auto payload = [&](TypeKind kind, const ValType* element) {
    return host.compose(kind, {{"", element}});
  };
  if (text == "u32") return primitive(TypeKind::kU32);
  if (text == "string") return primitive(TypeKind::kString);
  if (text == "(stream u8)") return payload(TypeKind::kStream, primitive(TypeKind::kU8));
  if (text == "(stream string)") return payload(TypeKind::kStream, primitive(TypeKind::kString));
  if (text == "(future u32)") return payload(TypeKind::kFuture, primitive(TypeKind::kU32));
  if (text == "(borrow $thing)") return host.borrow(thing);
  require(text == "(own $thing)", "the host has the type");
  return host.own(thing);
}

// "(param "x" u32) ..." as types.
std::vector<Labelled> params_of(test::Host& host, const Resource* thing, std::string_view text) {
  constexpr std::string_view kParam = "(param \"";
  std::vector<Labelled> params;
  for (size_t at = text.find(kParam); at != text.npos;) {
    const std::string_view label = text.substr(at + kParam.size(), 1);
    const size_t next = text.find(kParam, at + 1);
    const size_t begin = at + kParam.size() + 3;
    const size_t end = text.rfind(')', next == text.npos ? next : next - 1);
    params.push_back({label, type_of(host, thing, text.substr(begin, end - begin))});
    at = next;
  }
  return params;
}

HostInterfaceDef host_interface() {
  test::Host host("test:fuzz/host");
  const Resource* const thing = host.resource("thing", kThing);
  host.func("make", {}, host.own(thing),
            [](HostEnvironment& e, Args) { return some_thing(e.get<World>()); });
  for (uint8_t f = 0; f < std::size(kFunctions); ++f) {
    const Function& row = kFunctions[f];
    const auto body = [f](HostEnvironment& e, Args args) {
      return host_call(e.get<World>(), f, args);
    };
    const std::vector<Labelled> params = params_of(host, thing, row.params);
    const ValType* const result = type_of(host, thing, row.result);
    const std::string name(row.name);
    row.is_async ? host.async_func(name, params, result, body)
                 : host.func(name, params, result, body);
  }
  for (uint8_t g = 0; g < kGuests; ++g) {
    define_next(host, g, [g](HostEnvironment& e, uint64_t word, uint64_t result, uint64_t payload) {
      return e.get<World>().script.next(g, word, result, payload);
    });
  }
  return host.take();
}

// Linked once.
struct Program {
  Engine engine{EngineConfig{.memory = MemoryStrategy::kChecked}};
  std::shared_ptr<const InstancePre> pre = link_guests(engine, guest_text(), host_interface());
  FuncRef functions[kGuests][std::size(kFunctions)];

  Program() {
    for (uint32_t g = 0; g < kGuests; ++g) {
      for (size_t f = 0; f < std::size(kFunctions); ++f) {
        const std::string name = "g" + std::to_string(g) + "-" + std::string(kFunctions[f].name);
        functions[g][f] = pre->find_function("", name)->ref;
      }
    }
  }
};

const Program& program() {
  static const Program kProgram;
  return kProgram;
}

const FuncInst& function(World& world, uint32_t g, size_t f) {
  return world.tree->function(program().functions[g][f]);
}

// --- The embedder

// Nothing if there are none, or the host has nothing to pass.
std::optional<std::vector<V>> make_args(World& world, uint8_t f) {
  const auto kept = [&](TypeKind kind) -> std::optional<V> {
    HostReturn given = give(world, kind);
    if (given.kind() != HostReturn::Kind::kValue) return std::nullopt;
    return std::move(given.value());
  };
  if (f == kFPass) {
    std::optional<V> stream = kept(TypeKind::kStream);
    std::optional<V> future = kept(TypeKind::kFuture);
    if (!stream || !future) return std::nullopt;
    return std::vector{*std::move(stream), *std::move(future)};
  }
  if (f == kFHand) {
    std::optional<V> stream = kept(TypeKind::kStream);
    if (!stream) return std::nullopt;
    return std::vector{*std::move(stream)};
  }
  if (f == kFText) return std::vector{V::string("hello")};
  if (f == kFLend) {
    HostReturn own = some_thing(world);
    HostReturn lent = some_thing(world);
    return std::vector{V::handle(TypeKind::kBorrow, lent.value().rep()), std::move(own.value())};
  }
  return std::vector{V::u32(world.in.byte())};
}

void run(World& world, Call& call) {
  const bool was_poisoned = world.store->poisoned();
  ++world.depth;
  const Outcome outcome = call.task.run();
  --world.depth;
  if (call.returned) return require(outcome == Outcome::kReturned, "a result stays");
  call.returned = outcome == Outcome::kReturned;
  if (was_poisoned) require(outcome == Outcome::kTrapped, "a store with a trap is dead");
  if (outcome == Outcome::kInterrupted) require(call.task.runnable(), "it can go on");
  if (outcome == Outcome::kSuspended && world.depth == 0) {
    require(world.store->scheduler().waits_for_host(), "it waits for something");
  }
}

void finish(World& world, Call& call) {
  if (!call.returned || world.store->poisoned()) return;
  if (call.task.finish() == Outcome::kTrapped) require(world.store->poisoned(), "a trap poisons");
}

void start_task(World& world) {
  if (world.tasks.size() >= kMostTasks || world.depth > 2) return;
  const auto f = static_cast<uint8_t>(world.in.byte() % std::size(kFunctions));
  const uint32_t g = world.in.byte() % kGuests;
  std::optional<std::vector<V>> args = make_args(world, f);
  if (!args) return;
  world.tasks.push_back(std::unique_ptr<Call>(
      new Call{component::Task(*world.store, function(world, g, f), *std::move(args))}));
  run(world, *world.tasks.back());
}

template <class T>
T* some(World& world, std::vector<T>& all) {
  return all.empty() ? nullptr : &all[world.in.byte() % all.size()];
}

// What a guest reads or writes may go on without a thread of its own if the other end is here:
// kept, an argument of a task that may not enter yet, or a result.
bool host_has_ends(World& world) {
  return !world.kept.empty() || std::ranges::any_of(world.tasks, [](const auto& call) {
    return !call->returned || is_shared(call->task.result());
  });
}

// What must be so between two runs.
void check(World& world) {
  ComponentStore& store = *world.store;
  if (store.poisoned()) return;
  Scheduler& scheduler = store.scheduler();
  require(!scheduler.nested(), "nothing runs");
  if (scheduler.interrupted() != nullptr) return;
  uint32_t live = 0;
  for (uint8_t g = 0; g < kGuests; ++g) {
    ComponentInstance& inst = *function(world, g, 0).inst;
    live += inst.threads.size();
    require(inst.threads.size() == world.script.live_threads(g), "threads that live are known");
    require(inst.may_leave || scheduler.waits_for_host(), "an instance can be left");
    require(inst.may_enter || scheduler.waits_for_host(), "an instance can be entered");
    if (inst.threads.size() == 0) {
      require(inst.exclusive_thread == nullptr, "nobody runs exclusively");
      require(inst.exclusive_waiters.empty(), "nobody waits to");
    }
  }
  if (live == 0 && world.calls.empty() && !host_has_ends(world)) {
    require(!scheduler.waits_for_host(), "nothing waits for the host");
  }
}

// One step. False: the store is to be given up.
bool step(World& world) {
  const uint8_t what = world.in.byte();
  const auto task = [&] { return some(world, world.tasks); };
  switch (what % 8) {
    case 0:
    case 1:
      start_task(world);
      break;
    case 2:
    case 3:
      if (auto* const t = task()) run(world, **t);
      break;
    case 4:
      if (auto* const t = task()) finish(world, **t);
      break;
    case 5:
    case 6:
      if (auto* const call = some(world, world.calls)) {
        what < 200 ? (*call)->complete() : (*call)->wake();
      }
      break;
    case 7:
      if (what == 255) return false;
      if (what > 240) world.kept.clear();
      if (what > 224) {
        if (auto* const t = task())
          world.tasks.erase(world.tasks.begin() + (t - world.tasks.data()));
        break;
      }
      world.store->preempt();
      break;
  }
  check(world);
  return true;
}

// Everything that can come to its end does.
void wind_down(World& world) {
  for (int round = 0; round < 20 && !world.store->poisoned(); ++round) {
    for (auto* call : std::vector(world.calls)) call->complete();
    // There may be more of them meanwhile.
    for (size_t i = 0; i < world.tasks.size(); ++i) run(world, *world.tasks[i]);
    for (size_t i = 0; i < world.tasks.size(); ++i) finish(world, *world.tasks[i]);
    check(world);
  }
}

void play(World& world) {
  ComponentLimits limits;
  limits.handles = 200;
  world.store = std::make_unique<ComponentStore>(program().engine, limits);
  world.store->environment().set(&world);
  {
    Instantiation instantiation(program().pre, *world.store);
    require(instantiation.run() == Outcome::kReturned, "the guests can be instantiated");
    world.tree = &instantiation.instance();
  }
  world.script.on_step = [&] {
    // Now and then a guest is interrupted, or something of the host's ends, while it runs.
    const uint8_t what = world.in.byte();
    if (what == 1) world.store->preempt();
    if (what == 2) {
      if (auto* const call = some(world, world.calls)) (*call)->complete();
    }
  };
  start_task(world);
  check(world);
  bool goes_on = true;
  while (goes_on && !world.script.over()) goes_on = step(world);
  if (goes_on) wind_down(world);
  if (world.store->poisoned()) {
    component::Task late(*world.store, function(world, 0, 0), {V::u32(1)});
    require(late.run() == Outcome::kTrapped, "a store with a trap takes no calls");
  }
  world.tasks.clear();
  world.store.reset();
  require(world.calls.empty(), "calls of the host are given up");
  require(world.things == 0, "things are destroyed");
}

}  // namespace
}  // namespace tappet::component::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tappet::component::fuzz;
  return play_input<World>(data, size, play);
}
