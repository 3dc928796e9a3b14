// Module instances (core spec 4.2.5), laid out for handlers: a fixed part, then arrays at offsets
// that the module's InstanceLayout knows at translation time.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "interp/base/result.h"
#include "interp/runtime/code.h"
#include "interp/runtime/function.h"
#include "interp/runtime/table.h"
#include "interp/runtime/tag.h"

namespace tappet {

class Store;
class Thread;

// What handlers must see of the running thread. One per store: a store runs one thread at a time.
struct Control {
  // The highest frame end that may be used without asking. Zero requests the slow path of the next
  // call or back edge: set by Store::preempt and kill from any thread.
  std::atomic<uint64_t*> limit{nullptr};
  // Fuel that metered code may use before it asks for more; negative only until it has asked.
  int64_t fuel = 0;
  Thread* thread = nullptr;   // the running thread
  void* registers = nullptr;  // exec: where its registers are kept while out-of-line code runs
  // While an instruction of the running thread allocates: the end of its stack's live slots.
  const uint64_t* live_end = nullptr;
};

// A global's cell: 16 bytes so that a v128 fits.
struct GlobalCell {
  uint64_t low = 0;
  uint64_t high = 0;
};

// A global seen from outside its module.
struct Global {
  GlobalType type;
  GlobalCell* cell;
};

struct Instance {
  Control* control = nullptr;
  Memory* memory0 = nullptr;      // null if there is none
  Function* functions = nullptr;  // by function index; filled on demand by function()
  Store* store = nullptr;
  const ModuleCode* code = nullptr;
  std::shared_ptr<const ModuleCode> owner;
  std::vector<bool> dropped_elems;
  // By element segment, the elements of those that allocate; no entries if no segment does.
  std::vector<std::vector<Ref>> elem_values;
  std::vector<bool> dropped_datas;

  const Module& module() const { return code->module(); }
  uint8_t* memory0_base() { return memory0 ? memory0->base() : Memory::empty_base(); }

  template <class T>
  T* array(uint32_t byte_offset) {
    return reinterpret_cast<T*>(reinterpret_cast<uint8_t*>(this) + byte_offset);
  }
  Function*& imported_function(uint32_t index) {
    return array<Function*>(code->layout().imported_functions)[index];
  }
  Table*& table(uint32_t index) { return array<Table*>(code->layout().tables)[index]; }
  Memory*& memory(uint32_t index) { return array<Memory*>(code->layout().memories)[index]; }
  Tag*& tag(uint32_t index) { return array<Tag*>(code->layout().tags)[index]; }
  GlobalCell*& imported_global(uint32_t index) {
    return array<GlobalCell*>(code->layout().imported_globals)[index];
  }
  GlobalCell& own_global(uint32_t index) {
    return array<GlobalCell>(code->layout().globals)[index];
  }

  // By index space, imported ones included. Indices were validated.
  Function& function(uint32_t index);
  GlobalCell& global(uint32_t index);

  // By export name; null if there is no such export of that kind.
  Function* exported_function(std::string_view name);
  Memory* exported_memory(std::string_view name);
  Table* exported_table(std::string_view name);
  std::optional<Global> exported_global(std::string_view name);
  Tag* exported_tag(std::string_view name);
};

}  // namespace tappet
