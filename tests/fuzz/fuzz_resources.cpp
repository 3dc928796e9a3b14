// Handles that three guests and their host make, lend, give away and drop as the input says, with
// destructors that do the same. Promises: every operation has the result, or ends in the trap, that
// the model says (resource_model.h); tables look like the model's; what is dropped is destroyed
// once; nothing of the host's is left when the store is gone.
#include <fmt/format.h>

#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/runtime/task.h"
#include "tests/fuzz/resource_model.h"

namespace tappet::component::fuzz {
namespace {

using Args = std::span<ComponentValue>;
using V = ComponentValue;

const HostResourceType kNear{"near"};
const HostResourceType kFar{"far"};
const HostResourceType& host_type(uint32_t type) { return type == kHost ? kNear : kFar; }

constexpr std::string_view kVerbNames[] = {"give", "take", "lend", "swap"};

std::string name_of(uint32_t function) {
  return fmt::format("{}-{}", kVerbNames[function % kVerbs], function < kVerbs ? 'r' : 'p');
}

struct World {
  explicit World(Input& in) : in(in), model(in) {}
  Input& in;
  ResourceModel model;
  int things = 0;
  InstanceTree* tree = nullptr;
  std::unique_ptr<ComponentStore> store;
  std::vector<uint64_t> owned[kTypes];  // by the embedder
};

// --- The guests

std::string component_func_type(uint32_t function) {
  const Verb verb = verb_of(function);
  const char t = function < kVerbs ? 'r' : 'p';
  std::string text;
  if (borrows(verb)) text += fmt::format("(param \"b\" (borrow ${}))", t);
  if (owns(verb)) text += fmt::format("(param \"o\" (own ${}))", t);
  if (gives(verb)) text += fmt::format("(result (own ${}))", t);
  if (verb == Verb::kLend) text += "(result u32)";
  return text;
}

uint32_t params_of(uint32_t function) {
  return (borrows(verb_of(function)) ? 1 : 0) + (owns(verb_of(function)) ? 1 : 0);
}
bool returns(uint32_t function) { return verb_of(function) != Verb::kTake; }

struct CoreOp {
  std::string canon;
  uint32_t params;
  bool result;
};

CoreOp op(uint8_t i) {
  if (i == kNew) return {"resource.new $R", 1, true};
  if (i == kRep) return {"resource.rep $R", 1, true};
  if (i < kCall) return {fmt::format("resource.drop ${}", "RPQ"[i - kDrop]), 1, false};
  const uint32_t f = i - kCall;
  return {fmt::format("lower (func $peer \"{}\")", name_of(f)), params_of(f), returns(f)};
}

std::string core_module() {
  std::string text = R"((core module $M
    (import "" "next" (func $next (param i64 i64 i64) (result i64)))
    (import "" "table" (table $destructors 1 funcref))
)";
  constexpr std::string_view kParams[] = {"", "(param i32)", "(param i32 i32)"};
  constexpr std::string_view kArgs[] = {"", "(local.get 0)", "(local.get 0) (local.get 1)"};
  std::string steps;
  std::string names;
  for (uint8_t i = 0; i < kOps; ++i) {
    const CoreOp o = op(i);
    text += fmt::format("(import \"\" \"op{0}\" (func $op{0} {1} {2}))\n", i, kParams[o.params],
                        o.result ? "(result i32)" : "");
    steps += fmt::format("(func $step{0} (type $step) (call $op{0} {1}) {2})\n", i, kArgs[o.params],
                         o.result ? "i64.extend_i32_u" : "(i64.const 0)");
    names += fmt::format(" $step{}", i);
  }
  text += run_loop("(i64.const 0)") + steps;
  text += fmt::format("(table $steps funcref (elem {}))\n", names);
  for (uint32_t f = 0; f < kFunctions; ++f) {
    const bool two = params_of(f) == 2;
    text += fmt::format("(func (export \"{}\") {} {} (call $begin (i64.const {}) {} {}) {})\n",
                        name_of(f), kParams[params_of(f)], returns(f) ? "(result i32)" : "", f,
                        params_of(f) > 0 ? "(local.get 0)" : "(i32.const 0)",
                        two ? "(local.get 1)" : "(i32.const 0)", returns(f) ? "" : "drop");
  }
  return text + fmt::format(R"(
    (func $destroy (param i32)
      (drop (call $begin (i64.const {}) (local.get 0) (i32.const 0))))
    (elem (table $destructors) (i32.const 0) func $destroy))
)",
                            kDestructor);
}

std::string peer_exports(std::string_view indent) {
  std::string text;
  for (uint32_t f = 0; f < kFunctions; ++f) {
    text +=
        fmt::format("{}(export \"{}\" (func {}))\n", indent, name_of(f), component_func_type(f));
  }
  return text;
}

std::string component() {
  std::string text = fmt::format(R"((component $G
  (import "next" (func $next {}))
  (import "peer" (instance $peer
    (export "r" (type $r (sub resource)))
    (export "p" (type $p (sub resource)))
{}  ))
  (alias export $peer "r" (type $P))
  (alias export $peer "p" (type $Q))
  (core module $I
    (table (export "table") 1 funcref)
    (func (export "destroy") (param i32)
      (call_indirect (param i32) (local.get 0) (i32.const 0))))
  (core instance $i (instantiate $I))
  (type $R (resource (rep i32) (dtor (core func $i "destroy"))))
  (export $r "r" (type $R))
  (export $p "p" (type $P))
  (canon lower (func $next) (core func $next-core))
)",
                                 kNextType, peer_exports("    "));
  std::string exports;
  for (uint8_t i = 0; i < kOps; ++i) {
    text += fmt::format("(canon {} (core func $op{}))\n", op(i).canon, i);
    exports += fmt::format("(export \"op{0}\" (func $op{0}))\n", i);
  }
  text += core_module();
  text += fmt::format(
      "(core instance $m (instantiate $M (with \"\" (instance (export \"next\" (func $next-core))\n"
      "(export \"table\" (table $i \"table\")) {}))))\n",
      exports);
  for (uint32_t f = 0; f < kFunctions; ++f) {
    text += fmt::format("(func (export \"{0}\") {1} (canon lift (core func $m \"{0}\")))\n",
                        name_of(f), component_func_type(f));
  }
  return text + ")\n";
}

std::string program_text() {
  std::string text = R"((component
  (import "test:fuzz/host" (instance $host
    (export "r" (type $r (sub resource)))
    (export "p" (type $p (sub resource)))
)" + peer_exports("    ");
  for (uint32_t g = 0; g < kGuests; ++g) {
    text += fmt::format("    (export \"next{}\" (func {}))\n", g, kNextType);
  }
  text += "))\n" + component();
  for (uint32_t g = kGuests; g-- > 0;) {
    text += fmt::format(
        "(instance $g{0} (instantiate $G (with \"next\" (func $host \"next{0}\")) "
        "(with \"peer\" (instance ${1}))))\n"
        "(export \"test:fuzz/g{0}\" (instance $g{0}))\n",
        g, g + 1 == kGuests ? "host" : fmt::format("g{}", g + 1));
  }
  return text + ")\n";
}

// --- The host

std::optional<uint64_t> make(World& world, uint32_t type) {
  const std::optional<uint32_t> rep = world.store->environment().resources().add(
      host_type(type), std::make_shared<Thing>(world.things));
  if (rep) require(world.model.host_reps(type).insert(*rep).second, "a representation is new");
  return rep;
}

void destroy(World& world, uint32_t type, uint64_t rep) {
  const int before = world.things;
  auto removed =
      world.store->environment().resources().remove(host_type(type), static_cast<uint32_t>(rep));
  require(removed.ok() && world.model.host_reps(type).erase(rep) == 1, "a resource was there");
  removed = HostResources::Object();
  require(world.things == before - 1, "a resource is destroyed");
}

const FuncInst& function(World& world, uint32_t guest, uint32_t f);

// The guests cannot be entered while they run, and do not mind.
void call_back(World& world) {
  Task task(*world.store, function(world, world.in.byte() % kGuests, 0), {});
  require(task.run() == Outcome::kTrapped && !world.store->poisoned(), "guests are busy");
}

HostReturn host_call(World& world, uint32_t f, Args args) {
  world.model.host_begins(f, args);
  const Verb verb = verb_of(f);
  const uint32_t type = type_of(kHost, f);
  const uint8_t how = world.in.byte();
  if (how >= 240) call_back(world);
  std::optional<uint64_t> rep;
  if (owns(verb)) {
    rep = args.back().rep();
    if (verb == Verb::kTake || how % 2 == 0)
      destroy(world, type, *std::exchange(rep, std::nullopt));
  }
  if (!gives(verb)) {
    world.model.host_ends(std::nullopt);
    return verb == Verb::kLend ? HostReturn::value(V::u32(kHostLends)) : HostReturn();
  }
  if (!rep) rep = make(world, type);
  // The model cannot know that the host has had enough.
  if (!rep) return HostReturn::trap("full");
  world.model.host_ends(rep);
  return HostReturn::value(V::handle(TypeKind::kOwn, *rep));
}

HostInterfaceDef host_interface() {
  test::Host host("test:fuzz/host");
  const Resource* const resources[] = {host.resource("r", kNear), host.resource("p", kFar)};
  for (uint32_t f = 0; f < kFunctions; ++f) {
    const Resource* const resource = resources[f / kVerbs];
    const Verb verb = verb_of(f);
    std::vector<Labelled> params;
    if (borrows(verb)) params.push_back({"b", host.borrow(resource)});
    if (owns(verb)) params.push_back({"o", host.own(resource)});
    const ValType* result = nullptr;
    if (gives(verb)) result = host.own(resource);
    if (verb == Verb::kLend) result = primitive(TypeKind::kU32);
    host.func(name_of(f), std::move(params), result,
              [f](HostEnvironment& e, Args args) { return host_call(e.get<World>(), f, args); });
  }
  for (uint8_t g = 0; g < kGuests; ++g) {
    define_next(host, g, [g](HostEnvironment& e, uint64_t word, uint64_t result, uint64_t) {
      World& world = e.get<World>();
      for (uint32_t i = 0; i < kGuests; ++i) {
        world.model.check(i, *function(world, i, 0).inst);
      }
      if (world.in.byte() == 255) world.store->preempt();
      return world.model.next(g, word, result);
    });
  }
  return host.take();
}

struct Program {
  Engine engine{EngineConfig{.memory = MemoryStrategy::kChecked}};
  std::shared_ptr<const InstancePre> pre = link_guests(engine, program_text(), host_interface());
  FuncRef functions[kGuests][kFunctions];

  Program() {
    for (uint32_t g = 0; g < kGuests; ++g) {
      for (uint32_t f = 0; f < kFunctions; ++f) {
        functions[g][f] = pre->find_function(fmt::format("test:fuzz/g{}", g), name_of(f))->ref;
      }
    }
  }
};

const Program& program() {
  static const Program kProgram;
  return kProgram;
}

const FuncInst& function(World& world, uint32_t guest, uint32_t f) {
  return world.tree->function(program().functions[guest][f]);
}

// --- The embedder

std::optional<uint64_t> some_owned(World& world, uint32_t type, bool take) {
  std::vector<uint64_t>& owned = world.owned[type];
  if (owned.empty()) return type < kGuests ? std::nullopt : make(world, type);
  const size_t at = world.in.byte() % owned.size();
  const uint64_t rep = owned[at];
  if (take) owned.erase(owned.begin() + static_cast<ptrdiff_t>(at));
  return rep;
}

// False: the store is finished.
bool call_guest(World& world) {
  const uint32_t guest = world.in.byte() % kGuests;
  const uint32_t f = world.in.byte() % kFunctions;
  const uint32_t type = type_of(guest, f);
  const Verb verb = verb_of(f);
  uint64_t reps[2] = {};
  std::vector<V> args;
  for (const bool own : {false, true}) {
    if (!(own ? owns(verb) : borrows(verb))) continue;
    const std::optional<uint64_t> rep = some_owned(world, type, own);
    if (!rep) return true;
    reps[own] = *rep;
    args.push_back(V::handle(own ? TypeKind::kOwn : TypeKind::kBorrow, *rep));
  }
  // The same one may not be lent and given away.
  if (verb == Verb::kSwap && reps[0] == reps[1]) return true;
  world.model.start(guest, f, reps[0], reps[1]);
  Task task(*world.store, function(world, guest, f), std::move(args));
  Outcome outcome = task.run();
  while (outcome == Outcome::kInterrupted) outcome = task.run();
  if (outcome == Outcome::kTrapped && task.trap().message == "full") return false;
  require((outcome == Outcome::kTrapped) == world.model.trap_expected(), "traps are expected");
  require(world.store->poisoned() == world.model.trap_expected(), "a trap poisons");
  if (outcome == Outcome::kTrapped) return false;
  require(outcome == Outcome::kReturned && world.model.idle(), "a call returns");
  if (!gives(verb)) return true;
  require(task.result().rep() == world.model.result(), "the embedder gets what was given");
  world.owned[type].push_back(task.result().rep());
  return true;
}

void play(World& world) {
  ComponentLimits limits;
  limits.handles = kTableSize;
  limits.resources = 40;
  world.store = std::make_unique<ComponentStore>(program().engine, limits);
  world.store->environment().set(&world);
  {
    Instantiation instantiation(program().pre, *world.store);
    require(instantiation.run() == Outcome::kReturned, "the guests can be instantiated");
    world.tree = &instantiation.instance();
  }
  bool goes_on = true;
  while (goes_on && !world.in.rest().empty()) {
    goes_on = call_guest(world);
    if (!goes_on) break;
    for (uint32_t g = 0; g < kGuests; ++g) world.model.check(g, *function(world, g, 0).inst);
    const size_t reps =
        world.model.host_reps(kHost).size() + world.model.host_reps(kHost + 1).size();
    require(static_cast<size_t>(world.things) == reps, "what is dropped is destroyed");
  }
  if (!goes_on) {
    Task late(*world.store, function(world, 0, 0), {});
    require(late.run() == Outcome::kTrapped, "a store with a trap takes no calls");
  }
  world.store.reset();
  require(world.things == 0, "nothing is left");
}

}  // namespace
}  // namespace tappet::component::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tappet::component::fuzz;
  return play_input<World>(data, size, play);
}
