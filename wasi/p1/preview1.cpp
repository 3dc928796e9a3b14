#include "wasi/p1/preview1.h"

#include <cstring>

#include "wasi/p1/file_values.h"

namespace tappet::wasi {

using namespace p1;  // NOLINT: the names of errnos

namespace {

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

const Dialect* find_dialect(std::string_view module) {
  for (const Dialect& dialect : kDialects) {
    if (dialect.module == module) return &dialect;
  }
  return nullptr;
}

// Pointers to the strings at the first argument, the strings with final zeros at the second.
Answered<> write_strings(const Call& call, const std::vector<std::string>& strings) {
  uint64_t pointer = call.arg(0);
  uint64_t at = call.arg(1);
  for (const std::string& text : strings) {
    const std::span<uint8_t> out = TAPPET_TRY(call.view(at, text.size() + 1));
    TAPPET_TRY(call.store(pointer, static_cast<uint32_t>(at)));
    std::memcpy(out.data(), text.c_str(), out.size());
    pointer += sizeof(uint32_t);
    at += out.size();
  }
  return {};
}

Answered<> write_sizes(const Call& call, const std::vector<std::string>& strings) {
  uint64_t bytes = 0;
  for (const std::string& text : strings) bytes += text.size() + 1;
  if (bytes > UINT32_MAX) return fail(kOverflow);
  TAPPET_TRY(call.store(call.arg(0), static_cast<uint32_t>(strings.size())));
  return call.store(call.arg(1), static_cast<uint32_t>(bytes));
}

}  // namespace

Preview1::Preview1(const Preview1Host& host, std::function<void()> on_wake)
    : host_(host), on_wake_(std::move(on_wake)), started_(host.clocks.monotonic_now()) {
  const Stdio& stdio = host.stdio;
  files_.add({.in = stdio.in, .is_terminal = stdio.in_is_terminal});
  files_.add({.out = stdio.out, .is_terminal = stdio.out_is_terminal});
  files_.add({.out = stdio.err, .is_terminal = stdio.err_is_terminal});
  for (const std::shared_ptr<Socket>& listener : host.listeners) {
    files_.add({.socket = listener, .preopened_as = listener->address().to_string()});
  }
  for (const Filesystem::Preopen& preopen : host.filesystem.preopens()) {
    files_.add({.descriptor = preopen.directory, .preopened_as = preopen.guest_path});
  }
}

bool Preview1::is_module_name(std::string_view name) { return find_dialect(name) != nullptr; }

Function* Preview1::function(Store& store, std::string_view module, std::string_view name) {
  const Dialect* const dialect = find_dialect(module);
  if (dialect == nullptr) return nullptr;
  HostFunction function = bind(*dialect, name, store.registry());
  return function.invoke ? &store.add_host_function(std::move(function)) : nullptr;
}

HostFunction Preview1::bind(const Dialect& dialect, std::string_view name, TypeRegistry& registry) {
  using Invoke = HostOutcome (*)(Preview1&, Call&);
  struct Row {
    std::string_view name;
    std::string_view type;
    Invoke invoke;
  };
  static constexpr Row kRows[] = {
#define P1(name, type) \
  {#name, type, [](Preview1& self, Call& call) { return call.answer(self.name(call)); }},
#define P1_HOST(name, type) \
  {#name, type, [](Preview1& self, Call& call) { return self.name(call); }},
#include "wasi/p1/functions.def"
#undef P1
#undef P1_HOST
  };
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    return {registry.add_function(core_type(row.type)), [this, &row, &dialect](HostCall& host) {
              Call call(host, dialect);
              return row.invoke(*this, call);
            }};
  }
  return {};
}

std::vector<std::string> Preview1::environment_strings() const {
  std::vector<std::string> strings;
  for (const auto& [name, value] : host_.environment.variables()) {
    strings.push_back(name);
    strings.back() += '=';
    strings.back() += value;
  }
  return strings;
}

Answered<> Preview1::args_get(Call& call) {
  return write_strings(call, host_.environment.arguments());
}
Answered<> Preview1::args_sizes_get(Call& call) {
  return write_sizes(call, host_.environment.arguments());
}
Answered<> Preview1::environ_get(Call& call) { return write_strings(call, environment_strings()); }
Answered<> Preview1::environ_sizes_get(Call& call) {
  return write_sizes(call, environment_strings());
}

// 0 is real time, 1 monotonic. 2 and 3 are the CPU time of process and thread: how long the program
// has run is the nearest to it that clocks here tell.
std::optional<uint64_t> Preview1::time_of(uint64_t clock) const {
  switch (clock) {
    case 0:
      return host_.clocks.wall_now();
    case 1:
      return host_.clocks.monotonic_now();
    case 2:
    case 3:
      return host_.clocks.monotonic_now() - started_;
    default:
      return std::nullopt;
  }
}

Answered<> Preview1::clock_res_get(Call& call) {
  if (!time_of(call.arg(0))) return fail(kInval);
  return call.store<uint64_t>(call.arg(1), host_.clocks.resolution());
}

Answered<> Preview1::clock_time_get(Call& call) {
  const std::optional<uint64_t> now = time_of(call.arg(0));
  if (!now) return fail(kInval);
  return call.store<uint64_t>(call.arg(2), *now);
}

HostOutcome Preview1::random_get(Call& call) {
  const auto out = call.view(call.arg(0), call.arg(1));
  if (!out.ok()) return call.answer(out.error().answer);
  if (out->size() > Random::kMostBytes) {
    return call.host().trap("too many random bytes are asked for at once");
  }
  return call.answer(host_.random.fill_secure(*out) ? kSuccess : kIo);
}

HostOutcome Preview1::proc_exit(Call& call) {
  return call.host().exit(static_cast<int32_t>(call.arg(0)));
}
// There are no signals.
Answered<> Preview1::proc_raise(Call&) { return fail(kNotsup); }
Answered<> Preview1::sched_yield(Call&) { return {}; }

}  // namespace tappet::wasi
