// Calls wasi:http/types and outgoing-handler as a guest would.
#pragma once

#include "tests/unit/canonical-abi/bind/caller.h"
#include "wasi/http/p2/http.h"

namespace tappet::wasi::p2::testing {

using V = component::ComponentValue;

class HttpTest : public ::testing::Test {
 protected:
  HttpTest() { caller.environment().set(&context); }

  static V own(const V& handle) { return V::handle(component::TypeKind::kOwn, handle.rep()); }
  static V borrow(const V& handle) { return V::handle(component::TypeKind::kBorrow, handle.rep()); }
  static V bytes(std::string_view text) { return V::bytes(Bytes(text.begin(), text.end())); }
  static V ok(V v) { return V::variant(component::TypeKind::kResult, 0, std::move(v)); }
  static V error(V v) { return V::variant(component::TypeKind::kResult, 1, std::move(v)); }
  static V other(uint32_t case_index, std::string text) {
    return V::variant(component::TypeKind::kVariant, case_index, V::string(std::move(text)));
  }

  V value(std::string_view function, V::List args = {}) {
    return caller.value(function, std::move(args));
  }
  // The handle in "ok(handle)" or "some(ok(ok(handle)))".
  static V inner(V v) {
    while (v.payload() != nullptr) v = V(*v.payload());
    return v;
  }
  std::string show(std::string_view function, V::List args = {}) {
    return to_string(value(function, std::move(args)), caller.function(function).type->result);
  }
  V fields() { return value("[constructor]fields"); }
  V fields(std::string_view name, std::string_view text) {
    const V made = fields();
    EXPECT_EQ(append(made, name, text), "ok");
    return made;
  }
  std::string append(const V& to, std::string_view name, std::string_view text) {
    return show("[method]fields.append", {borrow(to), V::string(std::string(name)), bytes(text)});
  }
  // A resource that the host hands in.
  template <class T>
  V hand_in(std::shared_ptr<T> object) {
    return V::handle(
        component::TypeKind::kOwn,
        *caller.resources().add(component::host_resource_type<T>(), std::move(object)));
  }
  // Whether the guest can drop it; if not, that is a trap.
  template <class T>
  bool drop(const V& handle) {
    return caller.resources()
        .remove(component::host_resource_type<T>(), static_cast<uint32_t>(handle.rep()))
        .ok();
  }

  HttpContext context{.fields = {.max_size = 1000}};
  component::testing::Caller caller{http_types()};
};

}  // namespace tappet::wasi::p2::testing
