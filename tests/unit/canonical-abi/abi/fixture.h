// Lifting and lowering against a real memory and a real realloc (data/libc.wat), without a
// component around them.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>

#include "canonical-abi/abi/context.h"
#include "canonical-abi/types/arena.h"
#include "interp/engine.h"
#include "tests/unit/canonical-abi/abi/fake_handles.h"
#include "tests/unit/canonical-abi/support/program.h"

namespace tappet::component::test {

class AbiTest : public ::testing::Test {
 public:
  explicit AbiTest(MemoryStrategy strategy = MemoryStrategy::kChecked);

  // Runs `body` within a host call. "" if it returned true, else the trap's message.
  std::string run(const std::function<bool(LiftLowerContext&)>& body);

  const ValType* compose(TypeKind kind, std::vector<Labelled> items, uint32_t length = 0);
  const ValType* list(const ValType* element) { return compose(TypeKind::kList, {{"", element}}); }
  const ValType* handle(TypeKind kind);

  // Loads a value of the type at `ptr`, where the test has put bytes: its text, or "trap: ...".
  std::string loaded(const ValType& t, uint64_t ptr = 512);
  // Lifts a value from core values: likewise.
  std::string lifted(const ValType& t, std::vector<uint64_t> flat);
  // Lowers a value to core values: their text, or "trap: ...".
  std::string lowered(const ComponentValue& v, const ValType& t);

  void put(uint64_t ptr, std::initializer_list<int> bytes);
  void put32(uint64_t ptr, std::initializer_list<uint32_t> words);
  std::string bytes_at(uint64_t ptr, uint64_t count);
  // The calls of realloc so far, as in strings.golden.
  std::string realloc_calls();
  void use_realloc(std::string_view name) { options.realloc = libc->exported_function(name); }

  LiftLowerOptions options;
  Peer peer = Peer::kHost;
  StringEncoding peer_encoding = StringEncoding::kUtf8;
  FakeHandles handles;
  std::function<HostOutcome(HostCall&)> on_call;  // of the import

 protected:
  Engine engine;
  std::unique_ptr<Store> core_store;
  Instance* libc = nullptr;
  Memory* memory = nullptr;
  TypeArena arena;
};

}  // namespace tappet::component::test
