// Handles to resources that the host implements, as C++ functions see them.
#pragma once

#include <cassert>
#include <memory>
#include <optional>

#include "canonical-abi/bind/binding.h"

namespace tappet::component {

// A resource that somebody lent to this call: valid until the call has ended, which includes the
// time that it is pending. As a parameter, T& and T* are the same with less to type.
template <class T>
class Borrow {
 public:
  Borrow() = default;
  Borrow(std::shared_ptr<T> object, uint32_t rep) : object_(std::move(object)), rep_(rep) {}

  T* operator->() const { return object_.get(); }
  T& operator*() const { return *object_; }
  T* get() const { return object_.get(); }
  // Keeps the object alive beyond the call.
  const std::shared_ptr<T>& share() const { return object_; }
  // Its number in the store's HostResources.
  uint32_t rep() const { return rep_; }

 private:
  std::shared_ptr<T> object_;
  uint32_t rep_ = 0;
};

// A resource that changes hands. As a parameter: taken from the guest, and gone from the store's
// table (the guest traps if it still has children). As a result: given to the guest.
template <class T>
class Own {
 public:
  Own() = default;  // only to be assigned to
  explicit Own(std::shared_ptr<T> object) : object_(std::move(object)) {}
  Own(Own&&) noexcept = default;
  Own& operator=(Own&&) noexcept = default;
  Own(const Own&) = delete;
  Own& operator=(const Own&) = delete;

  // The parent cannot be dropped, nor given away, before this one is dropped: a guest that tries
  // traps.
  template <class Parent>
  Own&& child_of(const Borrow<Parent>& parent) && {
    parent_ = parent.rep();
    return std::move(*this);
  }
  // The same with a parent that is given to the guest by the same result, in front of this one.
  template <class Parent>
  Own&& child_of(Own<Parent>& parent) && {
    if (!parent.rep_) parent.rep_ = std::make_shared<std::optional<uint32_t>>();
    parent_rep_ = parent.rep_;
    return std::move(*this);
  }

  T* operator->() const { return object_.get(); }
  T& operator*() const { return *object_; }
  T* get() const { return object_.get(); }
  const std::shared_ptr<T>& share() const { return object_; }
  std::shared_ptr<T> take() && { return std::move(object_); }
  std::optional<uint32_t> parent() const { return parent_rep_ ? *parent_rep_ : parent_; }
  // For Binding: its number in the store's table, now that it has one.
  void given_as(uint32_t rep) {
    if (rep_) *rep_ = rep;
  }

 private:
  template <class>
  friend class Own;
  std::shared_ptr<T> object_;
  std::optional<uint32_t> parent_;
  std::shared_ptr<std::optional<uint32_t>> rep_;  // where children look for this one's number
  std::shared_ptr<std::optional<uint32_t>> parent_rep_;  // where this one looks for its parent's
};

template <class T, class... Args>
Own<T> make_own(Args&&... args) {
  return Own<T>(std::make_shared<T>(std::forward<Args>(args)...));
}

template <class T>
struct Binding<Borrow<T>> {
  static const ValType* type(TypeBuilder& builder) {
    return builder.handle(TypeKind::kBorrow, host_resource_type<T>());
  }
  static Borrow<T> lift(Call& call, ComponentValue& v) {
    auto object = call.borrow(host_resource_type<T>(), v.rep());
    return {std::static_pointer_cast<T>(std::move(object)), static_cast<uint32_t>(v.rep())};
  }
  // No lower(): a function's result cannot contain a borrow.
};

template <class T>
struct Binding<Own<T>> {
  static const ValType* type(TypeBuilder& builder) {
    return builder.handle(TypeKind::kOwn, host_resource_type<T>());
  }
  static Own<T> lift(Call& call, ComponentValue& v) {
    return Own<T>(std::static_pointer_cast<T>(call.take(host_resource_type<T>(), v.rep())));
  }
  static ComponentValue lower(Call& call, Own<T> own) {
    const std::optional<uint32_t> parent = own.parent();
    ComponentValue given = call.give(host_resource_type<T>(), own.share(), parent);
    if (call.ok()) own.given_as(static_cast<uint32_t>(given.rep()));
    return given;
  }
};

}  // namespace tappet::component
