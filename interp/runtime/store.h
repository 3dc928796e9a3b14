// The store (core spec 4.2.3): owner of everything that instances of one guest share and of the
// limits it lives under.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "interp/base/result.h"
#include "interp/runtime/host_function.h"
#include "interp/runtime/instance.h"
#include "interp/runtime/trap.h"

namespace tappet {

class GcHeap;
class GcMarker;
class Store;

struct StoreLimits {
  uint64_t memory_bytes = uint64_t{4}
                          << 30;        // per linear memory, and for the garbage-collected heap
  uint64_t table_entries = 10'000'000;  // per table
  uint64_t stack_bytes = 8 << 20;       // per thread's wasm stack
  uint64_t fuel = UINT64_MAX;           // to begin with, for metered code (Store::set_fuel)
  // Whose memories the store's come from and go back to; it outlives the store. Null: each memory
  // is mapped anew.
  MemoryPool* memory_pool = nullptr;
};

// Makes the collector see values that an evaluation in progress keeps. Innermost last, as scopes
// go.
class RootedCells {
 public:
  RootedCells(Store& store, const std::vector<GlobalCell>& cells);
  ~RootedCells();
  RootedCells(const RootedCells&) = delete;
  RootedCells& operator=(const RootedCells&) = delete;

 private:
  friend class Store;
  Store& store_;
  const std::vector<GlobalCell>& cells_;
  RootedCells* outer_;
};

// What a module's import is given.
using Extern = std::variant<Function*, Table*, Memory*, Global, Tag*>;

// A store and everything in it belong to one OS thread at a time; only preempt() and kill() may be
// called from others. Destroying the store destroys its instances; threads that run in it, and
// Roots, go first.
class Store {
 public:
  Store(std::shared_ptr<TypeRegistry> registry, MemoryStrategy strategy, StoreLimits limits = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  TypeRegistry& registry() { return *registry_; }
  const StoreLimits& limits() const { return limits_; }
  MemoryStrategy strategy() const { return strategy_; }
  Control& control() { return control_; }
  // Made when something is allocated for the first time.
  GcHeap& heap() { return heap_ != nullptr ? *heap_ : make_heap(); }

  // The ways to make something an import can be given. All live as long as the store.
  Function& add_host_function(HostFunction function);
  // The caller keeps *function alive as long as the store: nothing is copied.
  Function& add_host_function_ref(const HostFunction* function);
  Result<Memory*> add_memory(const MemoryType& type,
                             std::shared_ptr<const MemoryImage> image = nullptr);
  // What Memory::shared() of another store's memory gave: the same memory in this store, too.
  Result<Memory*> add_memory(const std::shared_ptr<SharedMemory>& shared);
  Result<Table*> add_table(const TableType& type, Ref init);
  Global add_global(const GlobalType& type, GlobalCell value);
  // `module` and `index`: where the tag is declared; null for a host's. The module lives as long.
  Tag& add_tag(const TagType& type, const Module* module = nullptr, uint32_t index = 0);

  // Takes over an instance; `instantiate` calls it.
  Instance& add_instance(std::shared_ptr<const ModuleCode> code);
  // Every memory of the store, for the fault handler.
  bool reserves(const void* address) const;
  bool owns(const Instance* instance) const;

  // Fuel ends guests at a point that depends on nothing but what they do. Only code of an engine
  // with EngineConfig::fuel takes any, and everything that can go on for ever does:
  //   entering a function     1 for each instruction in its body
  //   another round of a loop 1 for each instruction in its body, nested loops included
  //   memory.copy, fill, init, table.copy, fill, init, grow, array.new*, copy, fill, init_*
  //                           1 for every 8 bytes that are written, an entry of a table being 8
  //   a throw that is caught  1 for each function that it leaves
  // Instructions that do nothing at run time cost nothing: block, loop, try_table, else, end, nop,
  // drop, return, unreachable. So the cost of a call or round is the most that it can execute, paid
  // in advance; what takes another way pays as much. Host functions cost nothing of themselves.
  // Whoever cannot pay traps with kOutOfFuel, and no fuel is left. Long bulk operations pay, and
  // may stop, every 4 MiB. To be used between calls and by host functions.
  uint64_t fuel() const { return fuel_reserve_ + static_cast<uint64_t>(control_.fuel); }
  void set_fuel(uint64_t fuel);
  // False if there is not so much; none is left then. The running thread.
  bool spend_fuel(uint64_t cost) {
    control_.fuel -= static_cast<int64_t>(cost);
    return control_.fuel >= 0 || settle_fuel();
  }
  // Makes up for a charge that exceeded the slice at hand; false if there is not so much.
  bool settle_fuel();

  // Asks the running thread to leave run() with kInterrupted at its next call or back edge, or
  // after at most kFuelSlice of fuel if its code is metered; it can be resumed. Any thread;
  // async-signal-safe.
  void preempt() { request(kPreempt); }
  // Makes the running thread, and every later one, trap with kInterrupted. Any thread;
  // async-signal-safe.
  void kill() { request(kKill); }
  bool killed() const { return (requests_.load() & kKill) != 0; }
  // Takes a pending preemption. True if there was one.
  bool take_preempt() { return (requests_.fetch_and(~kPreempt) & kPreempt) != 0; }
  // Publishes the running thread's stack limit, unless a request is pending. The running thread.
  void publish_limit(uint64_t* limit) {
    // Whoever requests something clears it afterwards.
    if (control_.limit.load(std::memory_order_relaxed) != limit) renew_limit(limit);
  }

 private:
  void renew_limit(uint64_t* limit);

  friend class GcMarker;
  friend class Thread;
  friend class RootedCells;

  // Everything the collector starts from but Roots (gc_roots.cpp).
  void mark_roots(GcMarker& marker) const;
  GcHeap& make_heap();
  // Code takes fuel from a slice in Control, which only its own OS thread touches; that the slice
  // is used up is when it looks for requests. Some ten microseconds' worth.
  static constexpr uint64_t kFuelSlice = 1 << 16;
  static constexpr uint32_t kPreempt = 1;
  static constexpr uint32_t kKill = 2;
  void request(uint32_t what) {
    requests_.fetch_or(what);
    control_.limit.store(nullptr);
  }

  std::shared_ptr<TypeRegistry> registry_;
  MemoryStrategy strategy_;
  StoreLimits limits_;
  Control control_;
  uint64_t fuel_reserve_ = 0;  // beyond the slice in control_
  std::atomic<uint32_t> requests_{0};
  // Few stores have any of these.
  std::list<HostFunction> host_functions_;
  std::list<Function> functions_;  // of hosts
  std::vector<std::unique_ptr<Memory>> memories_;
  std::vector<std::unique_ptr<Table>> tables_;
  struct HostGlobal {
    GlobalCell cell;
    ValueType type;
  };
  std::list<HostGlobal> globals_;
  std::list<Tag> tags_;
  std::vector<Instance*> instances_;
  Thread* threads_ = nullptr;            // the first of all
  RootedCells* rooted_cells_ = nullptr;  // the innermost
  std::unique_ptr<GcHeap> heap_;
};

}  // namespace tappet
