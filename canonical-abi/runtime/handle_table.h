// The table of a component instance's handles: resources and everything else that guests know by
// index, in one index space.
#pragma once

#include <memory>
#include <variant>

#include "canonical-abi/runtime/resource.h"
#include "canonical-abi/runtime/table.h"

namespace tappet::component {

// An element that is not a resource handle.
class HandleObject {
 public:
  enum class Kind : uint8_t {
    kSubtask,
    kReadableStreamEnd,
    kWritableStreamEnd,
    kReadableFutureEnd,
    kWritableFutureEnd,
    kWaitableSet,
    kErrorContext,
  };

  virtual ~HandleObject() = default;
  HandleObject(const HandleObject&) = delete;
  HandleObject& operator=(const HandleObject&) = delete;

  Kind kind() const { return kind_; }
  bool is_waitable() const { return kind_ <= Kind::kWritableFutureEnd; }

 protected:
  explicit HandleObject(Kind kind) : kind_(kind) {}

 private:
  const Kind kind_;
};

class HandleTable {
 public:
  // As of Table; `quota` also has what is lent (LendScope).
  HandleTable(uint32_t capacity, Quota& quota) : elements_(capacity, quota), quota_(quota) {}

  // Null if there is no such element, or it is something else. Valid until the next add().
  ResourceHandle* get(uint32_t i) {
    Element* const element = elements_.get(i);
    return element == nullptr ? nullptr : std::get_if<ResourceHandle>(&element->is);
  }
  HandleObject* object(uint32_t i) {
    const std::shared_ptr<HandleObject>* const shared = shared_object(i);
    return shared == nullptr ? nullptr : shared->get();
  }
  std::shared_ptr<HandleObject>* shared_object(uint32_t i) {
    Element* const element = elements_.get(i);
    return element == nullptr ? nullptr : std::get_if<std::shared_ptr<HandleObject>>(&element->is);
  }
  // Nothing if the table is full, there are no places left, or the host has no memory.
  std::optional<uint32_t> add(const ResourceHandle& handle) { return elements_.add({handle}); }
  std::optional<uint32_t> add(std::shared_ptr<HandleObject> object) {
    return elements_.add({std::move(object)});
  }
  // Precondition: there is such an element.
  void remove(uint32_t i) { elements_.remove(i); }

  uint32_t size() const { return elements_.size(); }
  Quota& quota() { return quota_; }

 private:
  struct Element {
    std::variant<std::monostate, ResourceHandle, std::shared_ptr<HandleObject>> is;
    explicit operator bool() const { return is.index() != 0; }
  };
  Table<Element> elements_;
  Quota& quota_;
};

}  // namespace tappet::component
