// What a guest's call of a typed host function takes: lifted and lowered directly, and by way of
// component values. The time per call is that per iteration divided by kCalls ("call").
#include <benchmark/benchmark.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "canonical-abi/bind/interface.h"
#include "canonical-abi/component/engine_options.h"
#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/linker/linker.h"
#include "canonical-abi/runtime/task.h"
#include "canonical-abi/text/text.h"

namespace tappet::component {
namespace {

constexpr uint32_t kCalls = 10'000;

struct Thing {
  uint32_t number = 7;
};

HostInterfaceDef host() {
  return HostInterface<>("bench:host/calls", version(""))
      .func("none", [] { return uint64_t{1}; })
      .func("number", {"x"}, [](uint32_t x) { return x + 1; })
      .func("bytes", {"x"}, [](const Bytes& x) { return static_cast<uint32_t>(x.size()); })
      .func("text", {"x"}, [](const std::string& x) { return static_cast<uint32_t>(x.size()); })
      .func("answer", {"x"}, [](uint32_t x) { return std::string(x, 'x'); })
      .func("check", {"x"},
            [](uint32_t x) -> Result<uint64_t, std::string> { return uint64_t{x} + 1; })
      .resource<Thing>("thing")
      .constructor([] { return make_own<Thing>(); })
      .method("get", [](const Thing& t) { return t.number; })
      .method("find", {"name"}, [](const Thing& t, const std::string& name) {
        return std::vector<Bytes>(t.number == 7 ? 1 : 0, Bytes(name.begin(), name.end()));
      });
}

Result<std::shared_ptr<const InstancePre>> link(const Engine& engine, bool is_direct) {
  std::ifstream file(TAPPET_ROOT "/bench/component/host_calls.wat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto component =
      TAPPET_TRY(load_component(TAPPET_TRY(parse_component_wat(text)), options_for(engine)));
  HostInterfaceDef interface = host();
  if (!is_direct) {
    for (HostFunctionDef& function : interface.functions) function.direct = {};
  }
  Linker linker(engine);
  TAPPET_TRY(linker.define(std::move(interface)));
  return linker.link(component);
}

void bench(benchmark::State& state, const Engine& engine,
           const std::shared_ptr<const InstancePre>& pre, const char* function) {
  ComponentStore store(engine);
  Instantiation instantiation(pre, store);
  if (instantiation.run() != Outcome::kReturned) return state.SkipWithError("no instance");
  const FuncInst& func = instantiation.instance().function(pre->find_function("", function)->ref);
  for (auto _ : state) {
    Task task(store, func, {ComponentValue::u32(kCalls)});
    if (task.run() != Outcome::kReturned) return state.SkipWithError("trapped");
  }
  state.counters["call"] = benchmark::Counter(
      kCalls, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace
}  // namespace tappet::component

int main(int argc, char** argv) {
  using namespace tappet;
  benchmark::Initialize(&argc, argv);
  const Engine engine;
  for (const bool is_direct : {true, false}) {
    auto pre = component::link(engine, is_direct);
    if (!pre.ok()) {
      fprintf(stderr, "%s\n", pre.error().to_string().c_str());
      return 1;
    }
    for (const char* function :
         {"none", "number", "bytes", "text", "answer", "check", "get", "find"}) {
      benchmark::RegisterBenchmark(
          (std::string(function) + (is_direct ? "/direct" : "/values")).c_str(),
          [&engine, pre = *pre, function](benchmark::State& state) {
            component::bench(state, engine, pre, function);
          })
          ->Unit(benchmark::kMicrosecond);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
