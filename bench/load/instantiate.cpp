// How long a fresh instance of a module takes, from an empty store to none. Then a hundred of them
// at once: how much memory each holds (held), how much the allocator keeps for later when all have
// gone (spare), and how much does not come back even if it is asked (left). Run with wasm files as
// arguments; their imports are functions that nobody calls.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "interp/engine.h"

namespace tappet {
namespace {

constexpr int kLive = 100;

// Of this process, in kB; counted page by page, because the kernel's running total lags behind.
double resident() {
  std::ifstream file("/proc/self/smaps_rollup");
  std::string word;
  double kilobytes = 0;
  while (file >> word) {
    if (word == "Rss:") file >> kilobytes;
  }
  return kilobytes;
}

class Subject {
 public:
  static Result<Subject> load(const std::string& path) {
    Bytes bytes;
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorKind::kIo, "cannot be read");
    for (std::istreambuf_iterator<char> at(file), end; at != end; ++at) {
      bytes.push_back(static_cast<uint8_t>(*at));
    }
    Subject subject;
    subject.code_ = TAPPET_TRY(subject.engine_.compile(std::move(bytes)));
    const Module& module = subject.code_->module();
    for (const Import& import : module.imports) {
      if (import.kind != ExternKind::kFunc) {
        return fail(ErrorKind::kUnlinkable, "imports something else than functions");
      }
      subject.functions_.push_back({module.functions[import.index].type,
                                    [](HostCall& call) { return call.trap("nobody calls this"); }});
    }
    return subject;
  }

  // A store with one instance; null if there can be none.
  std::unique_ptr<Store> instance() const {
    std::unique_ptr<Store> store = engine_.make_store();
    std::vector<Extern> imports;
    for (const HostFunction& function : functions_) {
      imports.emplace_back(&store->add_host_function_ref(&function));
    }
    return instantiate(*store, code_, imports).ok() ? std::move(store) : nullptr;
  }

 private:
  Engine engine_;
  std::shared_ptr<const ModuleCode> code_;
  std::vector<HostFunction> functions_;
};

void bench_instance(benchmark::State& state, const Subject& subject) {
  for (auto _ : state) {
    if (subject.instance() == nullptr) {
      state.SkipWithError("cannot be instantiated");
      return;
    }
  }
  malloc_trim(0);  // what earlier runs left in the allocator would hide what is taken now
  const double before = resident();
  std::vector<std::unique_ptr<Store>> live;
  for (int i = 0; i < kLive; ++i) live.push_back(subject.instance());
  state.counters["held_kB"] = (resident() - before) / kLive;
  live.clear();
  state.counters["spare_kB"] = resident() - before;
  malloc_trim(0);
  state.counters["left_kB"] = resident() - before;
}

}  // namespace
}  // namespace tappet

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<tappet::Subject> subjects;
  subjects.reserve(static_cast<size_t>(argc));
  for (int i = 1; i < argc; ++i) {
    auto subject = tappet::Subject::load(argv[i]);
    if (!subject.ok()) {
      fprintf(stderr, "%s: %s\n", argv[i], subject.error().message.c_str());
      return 1;
    }
    subjects.push_back(std::move(*subject));
    benchmark::RegisterBenchmark(
        std::filesystem::path(argv[i]).stem().c_str(),
        [&kept = subjects.back()](benchmark::State& state) { tappet::bench_instance(state, kept); })
        ->Unit(benchmark::kMicrosecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
