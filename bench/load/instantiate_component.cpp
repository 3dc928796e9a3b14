// How long a fresh instance of a component takes, from an empty store to none: with memories that
// are mapped anew, and with those of a pool, as `tappet serve` has one. Run with component files as
// arguments; their imports are functions that nobody calls.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "canonical-abi/component/engine_options.h"
#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/linker/linker.h"
#include "interp/runtime/memory_pool.h"

namespace tappet::component {
namespace {

struct Subject {
  Engine engine;
  std::shared_ptr<const InstancePre> pre;
};

Result<Subject> load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorKind::kIo, "cannot be read");
  Bytes bytes{std::istreambuf_iterator<char>(file), {}};
  Subject subject;
  const auto component = TAPPET_TRY(load_component(std::move(bytes), options_for(subject.engine)));
  Linker linker(subject.engine, {.unknown_imports_trap = true});
  subject.pre = TAPPET_TRY(linker.link(component));
  return subject;
}

void bench_instance(benchmark::State& state, const Subject& subject, MemoryPool* pool) {
  ComponentLimits limits;
  limits.core.memory_pool = pool;
  for (auto _ : state) {
    ComponentStore store(subject.engine, limits);
    Instantiation instantiation(subject.pre, store);
    if (instantiation.run() != Outcome::kReturned) {
      state.SkipWithError("cannot be instantiated");
      return;
    }
  }
}

}  // namespace
}  // namespace tappet::component

int main(int argc, char** argv) {
  using namespace tappet;
  benchmark::Initialize(&argc, argv);
  MemoryPool pool;
  for (int i = 1; i < argc; ++i) {
    const auto subject = component::load(argv[i]);
    if (!subject.ok()) {
      fprintf(stderr, "%s: %s\n", argv[i], subject.error().to_string().c_str());
      return 1;
    }
    const std::string name = std::filesystem::path(argv[i]).stem().string();
    for (MemoryPool* const used : {static_cast<MemoryPool*>(nullptr), &pool}) {
      benchmark::RegisterBenchmark((name + (used != nullptr ? "/pooled" : "/mapped")).c_str(),
                                   [subject = *subject, used](benchmark::State& state) {
                                     component::bench_instance(state, subject, used);
                                   })
          ->Unit(benchmark::kMicrosecond);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
