// Threaded code as data: what a translated function is to those who run it. Made by translate/,
// executed by exec/, shared read-only by all instances and threads of a module.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "interp/module/module.h"
#include "interp/runtime/function.h"
#include "interp/runtime/gc_layout.h"
#include "interp/runtime/memory.h"
#include "interp/runtime/op_profile.h"

namespace tappet {

// A function's threaded code: 64-bit words of handler pointers, operands and constants. words[0] is
// what entering the function costs in fuel, words[1] how many slots its frame takes; execution
// starts at words[2].
struct FunctionCode {
  std::vector<uint64_t> words;
  uint32_t function_index = 0;
  uint32_t frame_slots =
      0;                   // parameters, link, locals and temporaries, outgoing arguments included
  uint32_t link_slot = 0;  // where the return address lies in the frame
  // Where instructions that may trap or call came from, ascending by word.
  struct Origin {
    uint32_t word;
    uint32_t offset;  // in Module::bytes
  };
  std::vector<Origin> origins;
  // Where exceptions are caught: the try_table blocks with clauses, in the order they begin, and
  // the clauses of all of them. Nothing looks at these unless something is thrown.
  struct Try {
    uint32_t begin;  // words that it covers; for calls the one before the return address counts
    uint32_t end;
    uint32_t outer;  // the innermost one around it, or kNoTry
    uint32_t first_catch;
    uint32_t catches;
  };
  static constexpr uint32_t kNoTry = UINT32_MAX;
  struct Catch {
    static constexpr uint32_t kAll = UINT32_MAX;
    uint32_t tag;     // or kAll
    bool wants_ref;   // a reference to the exception follows the values
    uint32_t slot;    // where the values go
    uint32_t target;  // where execution goes on: a word
    uint32_t cost;    // in fuel, if that is a loop's header
  };
  std::vector<Try> tries;
  std::vector<Catch> catches;

  const uint64_t* entry() const { return words.data() + 2; }
  bool contains(const uint64_t* pc) const {
    return pc >= words.data() && pc <= words.data() + words.size();
  }
};

// Where an Instance's members of variable number lie: byte offsets from its start.
struct InstanceLayout {
  uint32_t globals = 0;           // own globals' cells, 16 bytes each
  uint32_t imported_globals = 0;  // pointers to cells
  uint32_t imported_functions = 0;
  uint32_t tables = 0;
  uint32_t memories = 0;
  uint32_t tags = 0;
  uint32_t functions = 0;  // own ones, far from all others
  uint64_t size = 0;
};

// How a module is made ready.
struct CodeOptions {
  MemoryStrategy memory = MemoryStrategy::kChecked;
  std::shared_ptr<OpProfile> profile =
      nullptr;        // counts what is executed, if set; about halves the speed
  bool fuel = false;  // the code takes fuel from its store (Store::set_fuel)
};

// A validated module made ready to run: entry points that translate themselves on first call.
class ModuleCode {
 public:
  ModuleCode(std::shared_ptr<const Module> module, CodeOptions options);
  virtual ~ModuleCode() = default;
  ModuleCode(const ModuleCode&) = delete;
  ModuleCode& operator=(const ModuleCode&) = delete;

  const Module& module() const { return *module_; }
  const std::shared_ptr<const Module>& shared_module() const { return module_; }
  MemoryStrategy strategy() const { return options_.memory; }
  OpProfile* profile() const { return options_.profile.get(); }
  // Whether running takes fuel.
  bool metered() const { return options_.fuel; }
  const InstanceLayout& layout() const { return layout_; }

  const CallShape& shape(uint32_t type_index) const { return shapes_[type_index]; }
  // How objects of a struct or array type lie in memory. Any thread.
  const GcLayout& object_layout(uint32_t type_index) const {
    const GcLayout* layout = object_layouts_[type_index].load(std::memory_order_acquire);
    return layout != nullptr ? *layout : make_object_layout(type_index);
  }
  // Whether evaluating an element segment allocates objects, so that its elements are not the same
  // each time.
  bool elem_allocates(uint32_t segment) const { return allocating_elems_.contains(segment); }
  bool any_elem_allocates() const { return !allocating_elems_.empty(); }

  // The current entry of a defined function: its code, or a stub that translates it. Any thread.
  const uint64_t* entry(uint32_t function_index) const;
  // Translates a function unless that has happened, and returns its entry. Any thread.
  const uint64_t* translated_entry(uint32_t function_index) const;
  // The translated function that holds `pc`, or null. Any thread.
  const FunctionCode* find(const uint64_t* pc) const;

  // The image of memory 0's initial contents if all its active segments are constant; null if there
  // is none. Made once. Any thread.
  std::shared_ptr<const MemoryImage> memory_image() const;

 protected:
  virtual std::unique_ptr<FunctionCode> translate(uint32_t function_index) const = 0;
  // The handler that a stub starts with.
  virtual uint64_t translate_handler() const = 0;
  void make_stubs();

 private:
  // Cost, which only metered calls look at, header, handler, function index.
  uint32_t stub_words() const { return metered() ? 4 : 3; }

  const GcLayout& make_object_layout(uint32_t type_index) const;

  std::shared_ptr<const Module> module_;
  CodeOptions options_;
  InstanceLayout layout_;
  std::vector<CallShape> shapes_;  // by type index; empty for types that are not functions
  // By type index; null if the module has functions only, as most have.
  std::unique_ptr<std::atomic<const GcLayout*>[]> object_layouts_;
  std::set<uint32_t> allocating_elems_;
  std::vector<uint64_t> stubs_;
  std::unique_ptr<std::atomic<const FunctionCode*>[]> functions_;  // by defined function
  mutable std::mutex mutex_;
  mutable std::map<const uint64_t*, std::unique_ptr<FunctionCode>> owned_;  // by address of words
  mutable std::deque<GcLayout> owned_layouts_;
  mutable std::once_flag image_once_;
  mutable std::shared_ptr<const MemoryImage> image_;
};

}  // namespace tappet
