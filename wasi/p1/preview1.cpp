#include "wasi/p1/preview1.h"

#include <cstring>

#include "wasi/p1/memory32.h"

namespace tappet::wasi {
namespace {

constexpr std::string_view kSnapshot = "wasi_snapshot_preview1";
constexpr std::string_view kUnstable = "wasi_unstable";

FuncType core_type(std::string_view text) {
  FuncType type;
  auto* list = &type.params;
  for (const char letter : text) {
    if (letter == '_') {
      list = &type.results;
    } else {
      list->push_back(letter == 'l' ? kI64 : kI32);
    }
  }
  return type;
}

}  // namespace

Preview1::Preview1(const Clocks& clocks, Random& random, const Environment& environment,
                   Stdio stdio, std::function<void()> on_wake)
    : clocks_(clocks),
      random_(random),
      environment_(environment),
      stdio_(std::move(stdio)),
      on_wake_(std::move(on_wake)),
      started_(clocks.monotonic_now()) {
  for (const StreamName name : {StreamName::kIn, StreamName::kOut, StreamName::kErr}) {
    descriptors_[static_cast<size_t>(name)] = Descriptor{name};
  }
}

bool Preview1::is_module_name(std::string_view name) {
  return name == kSnapshot || name == kUnstable;
}

Function* Preview1::function(Store& store, std::string_view module, std::string_view name) {
  if (!is_module_name(module)) return nullptr;
  HostFunction function = bind(module, name, store.registry());
  return function.invoke ? &store.add_host_function(std::move(function)) : nullptr;
}

HostFunction Preview1::bind(std::string_view module, std::string_view name,
                            TypeRegistry& registry) {
  struct Row {
    std::string_view name;
    std::string_view type;
    Method method;  // null: see answer
    size_t slot;
    Answer answer;
  };
  static constexpr Row kRows[] = {
#define P1(name, type) {#name, type, &Preview1::name, 0, kSuccess},
#define P1_STREAM(name, type, slot, answer) {#name, type, nullptr, slot, answer},
#include "wasi/p1/functions.def"
#undef P1
#undef P1_STREAM
  };
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    HostFunction function{registry.add_function(core_type(row.type)), {}};
    if (row.method == nullptr) {
      function.invoke = [this, &row](HostCall& call) {
        return answer(call, descriptor(call.arg(row.slot)) ? row.answer : kBadf);
      };
      return function;
    }
    Method method = row.method;
    if (module == kUnstable && name == "poll_oneoff") method = &Preview1::unstable_poll_oneoff;
    if (module == kUnstable && name == "fd_filestat_get") {
      method = &Preview1::unstable_fd_filestat_get;
    }
    function.invoke = [this, method](HostCall& call) { return (this->*method)(call); };
    return function;
  }
  return {};
}

HostOutcome Preview1::answer(HostCall& call, Answer result) {
  call.set_result(0, result);
  return HostOutcome::kReturn;
}

// Pointers to the strings at the first argument, the strings with final zeros at the second.
HostOutcome Preview1::write_strings(HostCall& call, const std::vector<std::string>& strings) {
  const Memory32 memory(call);
  uint64_t pointer = call.arg(0);
  uint64_t at = call.arg(1);
  for (const std::string& text : strings) {
    const uint64_t size = text.size() + 1;
    if (!memory.contains(at, size) || !memory.store(pointer, static_cast<uint32_t>(at))) {
      return answer(call, kFault);
    }
    std::memcpy(memory.view(at, size).data(), text.c_str(), size);
    pointer += 4;
    at += size;
  }
  return answer(call, kSuccess);
}

HostOutcome Preview1::write_sizes(HostCall& call, const std::vector<std::string>& strings) {
  const Memory32 memory(call);
  uint64_t bytes = 0;
  for (const std::string& text : strings) bytes += text.size() + 1;
  if (bytes > UINT32_MAX) return answer(call, kOverflow);
  const bool ok = memory.store(call.arg(0), static_cast<uint32_t>(strings.size())) &&
                  memory.store(call.arg(1), static_cast<uint32_t>(bytes));
  return answer(call, ok ? kSuccess : kFault);
}

std::vector<std::string> Preview1::environment_strings() const {
  std::vector<std::string> strings;
  for (const auto& [name, value] : environment_.variables()) {
    strings.push_back(name);
    strings.back() += '=';
    strings.back() += value;
  }
  return strings;
}

HostOutcome Preview1::args_get(HostCall& call) {
  return write_strings(call, environment_.arguments());
}
HostOutcome Preview1::args_sizes_get(HostCall& call) {
  return write_sizes(call, environment_.arguments());
}
HostOutcome Preview1::environ_get(HostCall& call) {
  return write_strings(call, environment_strings());
}
HostOutcome Preview1::environ_sizes_get(HostCall& call) {
  return write_sizes(call, environment_strings());
}

// 0 is real time, 1 monotonic. 2 and 3 are the CPU time of process and thread: how long the program
// has run is the nearest to it that clocks here tell.
std::optional<uint64_t> Preview1::time_of(uint64_t clock) const {
  switch (clock) {
    case 0:
      return clocks_.wall_now();
    case 1:
      return clocks_.monotonic_now();
    case 2:
    case 3:
      return clocks_.monotonic_now() - started_;
    default:
      return std::nullopt;
  }
}

HostOutcome Preview1::clock_res_get(HostCall& call) {
  if (!time_of(call.arg(0))) return answer(call, kInval);
  const bool ok = Memory32(call).store<uint64_t>(call.arg(1), clocks_.resolution());
  return answer(call, ok ? kSuccess : kFault);
}

HostOutcome Preview1::clock_time_get(HostCall& call) {
  const std::optional<uint64_t> now = time_of(call.arg(0));
  if (!now) return answer(call, kInval);
  return answer(call, Memory32(call).store<uint64_t>(call.arg(2), *now) ? kSuccess : kFault);
}

HostOutcome Preview1::random_get(HostCall& call) {
  const Memory32 memory(call);
  const uint64_t size = call.arg(1);
  if (!memory.contains(call.arg(0), size)) return answer(call, kFault);
  if (size > Random::kMostBytes) return call.trap("too many random bytes are asked for at once");
  return answer(call, random_.fill_secure(memory.view(call.arg(0), size)) ? kSuccess : kIo);
}

HostOutcome Preview1::proc_exit(HostCall& call) {
  return call.exit(static_cast<int32_t>(call.arg(0)));
}
// There are no signals.
HostOutcome Preview1::proc_raise(HostCall& call) { return answer(call, kNotsup); }
HostOutcome Preview1::sched_yield(HostCall& call) { return answer(call, kSuccess); }

}  // namespace tappet::wasi
