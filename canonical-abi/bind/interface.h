// Declaring a host interface:
//
//   HostInterfaceDef wall_clock() {
//     return HostInterface<Clocks>("wasi:clocks/wall-clock", version("0.2.12"))
//         .func("now", [](Clocks& c) { return split(c.wall_now()); })
//         .func("resolution", [](Clocks& c) { return split(c.wall_resolution()); });
//   }
//
//   HostInterface<>("wasi:http/types", version("0.2.12"))
//       .resource<Fields>("fields")
//       .constructor([] { return make_own<Fields>(); })
//       .static_func("from-list", {"entries"}, from_list)
//       .method("get", {"name"}, &Fields::get)
//       .func("http-error-code", {"err"}, http_error_code);
//
//   HostInterface<>("", version("")).value("locale", std::optional<std::string>("en"))
//
// Names are those of the WIT, as are the names of parameters (without a method's self). Types
// follow from the functions' signatures: function.h for parameters, outcome.h for results. Contexts
// are the classes that functions get from HostEnvironment by type; one that the embedder has not
// set is a trap for the guest.
#pragma once

#include "canonical-abi/bind/function.h"

namespace tappet::component {

struct Version {
  std::string_view text;
};
constexpr Version version(std::string_view text) { return {text}; }

// What does not depend on the functions' types.
class InterfaceBuilder {
 public:
  InterfaceBuilder(std::string_view name, Version version);

  TypeBuilder& types() { return types_; }
  // Exports the resource type; methods and so on belong to the resource begun last.
  void begin_resource(std::string_view name, const HostResourceType& type);

  // How the function belongs to the current resource, if at all.
  enum class Form : uint8_t { kFree, kMethod, kStatic, kConstructor };
  void add(Form form, bool is_async, std::string_view name,
           std::span<const char* const> parameter_names, std::span<const ValType* const> parameters,
           const ValType* result, HostBody body, DirectBody direct);

  void add_value(std::string_view name, const ValType* type, ComponentValue value);

  HostInterfaceDef finish();

 private:
  TypeBuilder types_;
  std::string resource_;
  HostInterfaceDef def_;
};

// One declaration after the other. Self is the resource class that methods belong to.
template <class Self, class... Contexts>
class InterfaceScope {
 public:
  explicit InterfaceScope(std::shared_ptr<InterfaceBuilder> builder)
      : builder_(std::move(builder)) {}

  template <class F>
  InterfaceScope func(std::string_view name, F f) {
    return add<Form::kFree, F>(name, {}, std::move(f));
  }
  template <size_t kNames, class F>
  InterfaceScope func(std::string_view name, const char* const (&names)[kNames], F f) {
    return add<Form::kFree, F, kNames>(name, names, std::move(f));
  }

  // Functions of asynchronous type (WIT: async func). They return an Async<R> if they may have to
  // wait; those of synchronous type may do so too, but then their callers have no choice but to
  // wait.
  template <class F>
  InterfaceScope async_func(std::string_view name, F f) {
    return add<Form::kFree, F, 0, true>(name, {}, std::move(f));
  }
  template <size_t kNames, class F>
  InterfaceScope async_func(std::string_view name, const char* const (&names)[kNames], F f) {
    return add<Form::kFree, F, kNames, true>(name, names, std::move(f));
  }

  // Exports a resource type, also one that belongs to another interface (WIT: use) or that has
  // another name here already.
  template <class T>
  InterfaceScope<T, Contexts...> resource(std::string_view name) {
    builder_->begin_resource(name, host_resource_type<T>());
    return InterfaceScope<T, Contexts...>(builder_);
  }

  template <class F>
  InterfaceScope constructor(F f) {
    return add<Form::kConstructor, F>("", {}, std::move(f));
  }
  template <size_t kNames, class F>
  InterfaceScope constructor(const char* const (&names)[kNames], F f) {
    return add<Form::kConstructor, F, kNames>("", names, std::move(f));
  }
  template <class F>
  InterfaceScope static_func(std::string_view name, F f) {
    return add<Form::kStatic, F>(name, {}, std::move(f));
  }
  template <size_t kNames, class F>
  InterfaceScope static_func(std::string_view name, const char* const (&names)[kNames], F f) {
    return add<Form::kStatic, F, kNames>(name, names, std::move(f));
  }
  template <class F>
  InterfaceScope method(std::string_view name, F f) {
    return add<Form::kMethod, F>(name, {}, std::move(f));
  }
  template <size_t kNames, class F>
  InterfaceScope method(std::string_view name, const char* const (&names)[kNames], F f) {
    return add<Form::kMethod, F, kNames>(name, names, std::move(f));
  }

  template <class F>
  InterfaceScope async_static_func(std::string_view name, F f) {
    return add<Form::kStatic, F, 0, true>(name, {}, std::move(f));
  }
  template <size_t kNames, class F>
  InterfaceScope async_static_func(std::string_view name, const char* const (&names)[kNames], F f) {
    return add<Form::kStatic, F, kNames, true>(name, names, std::move(f));
  }
  template <class F>
  InterfaceScope async_method(std::string_view name, F f) {
    return add<Form::kMethod, F, 0, true>(name, {}, std::move(f));
  }
  template <size_t kNames, class F>
  InterfaceScope async_method(std::string_view name, const char* const (&names)[kNames], F f) {
    return add<Form::kMethod, F, kNames, true>(name, names, std::move(f));
  }

  // Exports a value, which components import (feature component-model-values). Not of types with
  // handles, streams and the like.
  template <Bindable T>
  InterfaceScope value(std::string_view name, T value) {
    HostEnvironment none;
    Call call(none);
    const ValType* const type = detail::type_of<T>(builder_->types());
    builder_->add_value(name, type, Binding<T>::lower(call, std::move(value)));
    return *this;
  }

  // Ends the declaration.
  operator HostInterfaceDef() const { return builder_->finish(); }  // NOLINT: implicit on purpose

 private:
  using Form = InterfaceBuilder::Form;

  template <Form kForm, class F, size_t kNames = 0, bool kIsAsync = false>
  InterfaceScope add(std::string_view name, std::span<const char* const> names, F f) {
    static_assert(detail::HasSignature<F>,
                  "a host function is a function, a member function, or a lambda without template "
                  "parameters that is not mutable");
    using Function =
        detail::FunctionBinding<F, typename detail::Signature<F>::Arguments, Contexts...>;
    constexpr bool kIsMethod = kForm == Form::kMethod;
    static_assert(Function::kParameters == kNames + (kIsMethod ? 1 : 0),
                  "name every parameter of the component-level function, and nothing else");
    static_assert(!kIsMethod || Function::template lends_first<Self>(),
                  "a method's first parameter is its resource: T&, T* or Borrow<T>");
    static_assert(kForm == Form::kFree || !std::is_void_v<Self>,
                  "methods, static functions and constructors come after resource<T>()");
    builder_->add(kForm, kIsAsync, name, names, Function::parameters(builder_->types()),
                  Function::result(builder_->types()), Function::body(f),
                  kIsAsync ? DirectBody() : Function::direct(f));
    return *this;
  }

  std::shared_ptr<InterfaceBuilder> builder_;
};

template <class... Contexts>
class HostInterface : public InterfaceScope<void, Contexts...> {
 public:
  // `name` without a version; `version` is the newest one that is implemented.
  HostInterface(std::string_view name, Version version)
      : InterfaceScope<void, Contexts...>(std::make_shared<InterfaceBuilder>(name, version)) {}
};

}  // namespace tappet::component
