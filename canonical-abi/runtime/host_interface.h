// What a host offers to components: named interfaces of functions, values and resource types, on
// component-level values. bind/ derives these from typed C++ functions; the linker consumes them.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "canonical-abi/types/arena.h"
#include "canonical-abi/types/extern.h"
#include "canonical-abi/values/value.h"
#include "interp/base/ready.h"
#include "interp/runtime/host_function.h"

namespace tappet::component {

class HostEnvironment;
struct CanonFunction;

// How a host function's body ended.
class HostReturn {
 public:
  enum class Kind : uint8_t { kValue, kTrap, kExit, kPending, kCancelled };

  // A host call that waits. Loop thread only. Destroyed unfinished when the call is cancelled, or
  // its store is done for.
  class Pending {
   public:
    virtual ~Pending() = default;
    // The final HostReturn (not pending again), or nothing yet; then `waker` was registered with
    // whatever will change that.
    virtual Poll<HostReturn> poll(HostEnvironment& environment, Waker& waker) = 0;
    // The caller wants no more of it (subtask.cancel, only of functions of asynchronous type); told
    // once. True: it is cancelled, and this is destroyed. False: it comes to an end soon, if not in
    // the poll that follows at once, and then it has a result all the same or is cancelled().
    virtual bool cancel(HostEnvironment& /*environment*/) { return true; }
  };

  HostReturn() = default;  // of a function without result
  static HostReturn value(ComponentValue value);
  // The calling instance is finished: the guest broke a rule that has no error of its own.
  static HostReturn trap(std::string message);
  // The guest asked its program to end (wasi:cli/exit): unwinds like a trap.
  static HostReturn exit(int32_t code);
  static HostReturn pending(std::unique_ptr<Pending> pending);
  // Of a call that was told to cancel.
  static HostReturn cancelled();

  Kind kind() const { return kind_; }
  bool has_value() const { return has_value_; }
  ComponentValue& value() { return value_; }
  const ComponentValue& value() const { return value_; }
  std::string& message() { return message_; }
  int32_t exit_code() const { return exit_code_; }
  std::unique_ptr<Pending>& pending() { return pending_; }

 private:
  Kind kind_ = Kind::kValue;
  bool has_value_ = false;
  int32_t exit_code_ = 0;
  ComponentValue value_;
  std::string message_;
  std::unique_ptr<Pending> pending_;
};

// Arguments are of the function's parameter types; handles carry representations (HostResources).
// The body may move from them. own handles have left the guest: the body disposes of what they
// represent. borrow handles are valid during the call, while it is pending included.
using HostBody =
    std::function<HostReturn(HostEnvironment& environment, std::span<ComponentValue> args)>;

// The same for a call that a guest makes of a function of synchronous type, lifting and lowering
// included: what canon lower is then. Takes and gives what a HostBody would.
using DirectBody = std::function<HostOutcome(const CanonFunction& lowered, HostCall& call)>;

// Identity of a resource type that the host implements. One object per C++ type for the whole
// process: components that import it from several versions of an interface mean the same type.
struct HostResourceType {
  std::string name;  // for messages: "fields"
};

// Everything below is immutable once built, and may be shared by all threads.
struct HostFunctionDef {
  std::string name;  // as in the binary format: "now", "[method]fields.get"
  const FuncType* type = nullptr;
  HostBody body;
  DirectBody direct = nullptr;  // may be empty
};

// A value that the interface exports: each instantiation of a component that imports it gets a
// copy.
struct HostValueDef {
  std::string name;
  const ValType* type = nullptr;  // without handles, streams and the like
  ComponentValue value;
};

// A resource type that the interface exports under `name`; several interfaces may export the same.
struct HostResourceDef {
  std::string name;
  const HostResourceType* type = nullptr;
  // The abstract resource that own and borrow in the functions' types refer to (Resource::slot is
  // its position in HostInterfaceDef::resources).
  const Resource* resource = nullptr;
};

struct HostInterfaceDef {
  std::string name;     // "wasi:clocks/wall-clock"; without a version
  std::string version;  // the newest that it implements, "0.2.12"; empty for none
  std::shared_ptr<const TypeArena> types;
  std::vector<HostFunctionDef> functions;
  std::vector<HostValueDef> values;
  // Exported ones first, then those that functions only use.
  std::vector<HostResourceDef> resources;
};

// The host's resources of one store: representations are small numbers, never pointers, and are not
// reused soon, so that a stale one is noticed.
class HostResources {
 public:
  // An object of any type behind one pointer. `type` tells them apart.
  using Object = std::shared_ptr<void>;

  // `capacity`: how many there may be at once.
  explicit HostResources(uint32_t capacity = 10'000) : capacity_(capacity) {}
  // Children go before their parents.
  ~HostResources();
  HostResources(const HostResources&) = delete;
  HostResources& operator=(const HostResources&) = delete;

  // Nothing if the table is full: the guest traps ("resource table has no free keys").
  std::optional<uint32_t> add(const HostResourceType& type, Object object);
  // The same for an object that `parent` owns or feeds: the parent cannot be removed before it.
  // Precondition: there is such a parent (asserted; without one the child is on its own).
  std::optional<uint32_t> add_child(const HostResourceType& type, Object object, uint32_t parent);
  // Null if there is no such resource, or it is of another type.
  void* get(const HostResourceType& type, uint32_t rep) const;
  Object share(const HostResourceType& type, uint32_t rep) const;
  // The object, which the caller then owns. An Error of kind kUsage that becomes a trap: a stale or
  // wrong representation, or one that still has children.
  Result<Object> remove(const HostResourceType& type, uint32_t rep);
  bool has_children(uint32_t rep) const;
  uint32_t size() const { return live_; }
  // Calls `call(type, object)` for each of them, the object being a void*; that adds and removes
  // none.
  template <class Call>
  void for_each(Call call) const {
    for (const Slot& slot : slots_) {
      if (slot.type != nullptr) call(*slot.type, slot.object.get());
    }
  }

 private:
  struct Slot {
    const HostResourceType* type = nullptr;  // null: free
    Object object;
    uint32_t generation = 0;
    uint32_t children = 0;
    uint32_t parent = kNone;  // slot
    uint32_t next_free = kNone;
  };
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kSlotBits = 20;  // the low bits of a representation; generation above

  const Slot* find(const HostResourceType& type, uint32_t rep) const;
  const Slot* find(uint32_t rep) const;
  // The slot's object, after which the slot is free.
  Object release(uint32_t index);

  uint32_t capacity_;
  uint32_t live_ = 0;
  std::vector<Slot> slots_;
  // Free slots, reused in the order in which they became free: so a representation comes back late.
  uint32_t first_free_ = kNone;
  uint32_t last_free_ = kNone;
};

// What a host function's body can reach of its store: the embedder's objects by type, and
// resources.
class HostEnvironment {
 public:
  // `max_resources`: how many resources of the host the store's guests may hold at once.
  explicit HostEnvironment(uint32_t max_resources = 10'000) : resources_(max_resources) {}
  HostEnvironment(const HostEnvironment&) = delete;
  HostEnvironment& operator=(const HostEnvironment&) = delete;

  // The caller keeps *object alive as long as the store.
  template <class T>
  void set(T* object) {
    if (contexts_.empty()) contexts_.reserve(8);
    contexts_.emplace_back(key<T>(), object);
  }
  // Precondition: set<T> was called (asserted); the linker checks what interfaces need.
  template <class T>
  T& get() const {
    return *static_cast<T*>(find(key<T>()));
  }
  template <class T>
  static const void* key() {
    static const char id = 0;
    return &id;
  }
  void* find(const void* wanted) const {
    for (const auto& [k, object] : contexts_) {
      if (k == wanted) return object;
    }
    return nullptr;
  }

  HostResources& resources() { return resources_; }

 private:
  std::vector<std::pair<const void*, void*>> contexts_;
  HostResources resources_;
};

}  // namespace tappet::component
