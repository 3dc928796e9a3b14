// A guest that does nothing but pass calls on to preview1: tests write its memory and call.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "interp/runtime/memory.h"
#include "tests/unit/interp/support/guest.h"
#include "wasi/host/memory_stream.h"
#include "wasi/p1/preview1.h"

namespace tappet::wasi::test {

using namespace p1;  // NOLINT: the names of errnos

struct FunctionRow {
  const char* name;
  std::string_view type;
};
inline constexpr FunctionRow kFunctions[] = {
#define P1(name, type) {#name, type},
#define P1_HOST(name, type) {#name, type},
#include "wasi/p1/functions.def"
#undef P1
#undef P1_HOST
};

// Gives what it is told to give, when it is told to.
class ScriptedInput final : public InputStream {
 public:
  void push(std::string_view text) {
    waiting_ = Bytes(as_bytes(text).begin(), as_bytes(text).end());
    changed_.wake_all();
  }
  void end(StreamEnd how = StreamEnd::closed()) {
    end_ = std::move(how);
    changed_.wake_all();
  }
  bool ready() override { return !waiting_.empty() || end_; }
  StreamResult<Bytes> read(uint64_t limit) override {
    if (waiting_.empty() && end_) return fail(*end_);
    const auto count = static_cast<ptrdiff_t>(std::min<uint64_t>(limit, waiting_.size()));
    Bytes part(waiting_.begin(), waiting_.begin() + count);
    waiting_.erase(waiting_.begin(), waiting_.begin() + count);
    return part;
  }

 private:
  Bytes waiting_;
  std::optional<StreamEnd> end_;
};

// Takes as much as there is room for.
class ScriptedOutput final : public OutputStream {
 public:
  std::string text;
  size_t room = kMostWritten;
  std::optional<StreamEnd> end;

  void make_room(size_t bytes) {
    room = bytes;
    changed_.wake_all();
  }
  bool ready() override { return room != 0 || end; }
  StreamResult<size_t> check_write() override {
    if (end) return fail(*end);
    return room;
  }
  StreamResult<> write(Bytes bytes) override {
    text += as_text(bytes);
    room -= bytes.size();
    return {};
  }
  StreamResult<> flush() override { return {}; }
};

class Preview1Test : public ::testing::Test {
 protected:
  Preview1Test() { start("wasi_snapshot_preview1"); }

  // Makes the guest import everything from that module.
  void start(const char* module) { start(module, files); }
  void start(const char* module, const Filesystem& filesystem) {
    guest = nullptr;
    stdio.in = in;
    stdio.out = out;
    stdio.err = err;
    stdio.out_is_terminal = true;
    preview1 = std::make_unique<Preview1>(
        Preview1Host{clocks, *random, environment, stdio, filesystem, listeners},
        [this] { ++wakes; });
    guest = std::make_unique<tappet::test::Guest>(builder(module));
    for (const Import& import : guest->code->module().imports) {
      Function* const function = preview1->function(*guest->store, import.module, import.name);
      ASSERT_NE(function, nullptr) << import.name;
      guest->imports.emplace_back(function);
    }
  }

  static tappet::test::ModuleBuilder builder(const char* module) {
    using tappet::test::code;
    tappet::test::ModuleBuilder m;
    std::vector<FuncType> types;
    for (const FunctionRow& row : kFunctions) {
      FuncType& type = types.emplace_back();
      const size_t split = row.type.find('_');
      for (const char c : row.type.substr(0, split)) type.params.push_back(c == 'l' ? kI64 : kI32);
      if (split + 1 < row.type.size()) type.results.push_back(kI32);
      m.import_func(module, row.name, m.type(type.params, type.results));
    }
    m.memory(1);
    for (uint32_t i = 0; i < types.size(); ++i) {
      Bytes body;
      for (uint32_t p = 0; p < types[i].params.size(); ++p) {
        const Bytes get = code("local.get", p);
        body.insert(body.end(), get.begin(), get.end());
      }
      const Bytes call = code("call", i);
      body.insert(body.end(), call.begin(), call.end());
      m.export_func(kFunctions[i].name, m.func(types[i].params, types[i].results, body));
    }
    return m;
  }

  uint64_t call(const char* name, std::vector<uint64_t> args) {
    return guest->value(name, std::move(args));
  }

  // The guest's memory.
  template <class T>
  void put(uint64_t at, T value) {
    store_le<T>(memory().base() + at, value);
  }
  void put_text(uint64_t at, std::string_view text) {
    std::memcpy(memory().base() + at, text.data(), text.size());
  }
  template <class T>
  T get(uint64_t at) {
    return load_le<T>(memory().base() + at);
  }
  std::string text(uint64_t at, size_t size) {
    return {reinterpret_cast<const char*>(memory().base() + at), size};
  }
  tappet::Memory& memory() { return *guest->instance().memory0; }
  // One iovec.
  void put_buffer(uint64_t at, uint32_t address, uint32_t length) {
    put<uint32_t>(at, address);
    put<uint32_t>(at + 4, length);
  }

  net::ManualClock clock{1'000 * net::kSecond};
  std::unique_ptr<net::Loop> loop = net::Loop::create(&clock).value();
  Clocks clocks{*loop};
  std::unique_ptr<Random> random = deterministic_random(1);
  Environment environment;
  std::shared_ptr<ScriptedInput> in = std::make_shared<ScriptedInput>();
  std::shared_ptr<ScriptedOutput> out = std::make_shared<ScriptedOutput>();
  std::shared_ptr<ScriptedOutput> err = std::make_shared<ScriptedOutput>();
  Stdio stdio;
  Filesystem files{*loop};
  std::span<const std::shared_ptr<Socket>> listeners;
  int wakes = 0;
  std::unique_ptr<Preview1> preview1;
  std::unique_ptr<tappet::test::Guest> guest;

  static constexpr uint64_t kEnd = kPageBytes;
};

// One call that may have to wait.
class WaitingCall {
 public:
  WaitingCall(tappet::test::Guest& guest, const char* name, std::vector<uint64_t> args)
      : thread_(*guest.store) {
    thread_.start(guest.function(name), args);
  }
  Outcome run() { return tappet::run(thread_); }
  uint64_t result() const { return thread_.results()[0]; }

 private:
  Thread thread_;
};

}  // namespace tappet::wasi::test
