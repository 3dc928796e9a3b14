// A typed C++ function as a HostBody and a DirectBody, and the types of its parameters and result.
//
// Parameters come in this order: any number of HostEnvironment& and of the interface's contexts (C&
// for a C of the list), then one per component parameter:
//   T, const T&     of a type with a binding (binding.h); T may be move-only
//   T&, T*          a borrowed resource of the class T; const or not
// The function is shared by all threads that run guests: it is called as const.
#pragma once

#include <array>
#include <tuple>

#include "canonical-abi/bind/described.h"
#include "canonical-abi/bind/handles.h"
#include "canonical-abi/bind/outcome.h"

namespace tappet::component::detail {

template <class... T>
struct TypeList {};

// Signature<F>: Arguments as TypeList and Returned, for lambdas, function pointers and pointers to
// member functions (whose first argument is the object).
template <class Operator>
struct CallOperator;
template <class C, class R, class... A>
struct CallOperator<R (C::*)(A...) const> {
  using Returned = R;
  using Arguments = TypeList<A...>;
};
template <class F>
struct Signature : CallOperator<decltype(&F::operator())> {};
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using Returned = R;
  using Arguments = TypeList<A...>;
};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...)> {
  using Returned = R;
  using Arguments = TypeList<C&, A...>;
};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const> {
  using Returned = R;
  using Arguments = TypeList<const C&, A...>;
};

template <class F>
concept HasSignature = requires { typename Signature<F>::Returned; };

enum class Role : uint8_t { kEnvironment, kContext, kValue, kBorrow };

template <class A, class... Contexts>
constexpr Role role_of() {
  using T = std::remove_cvref_t<A>;
  if constexpr (std::same_as<T, HostEnvironment>) {
    return Role::kEnvironment;
  } else if constexpr (std::is_lvalue_reference_v<A> && (std::same_as<T, Contexts> || ...)) {
    return Role::kContext;
  } else if constexpr (Bindable<T>) {
    static_assert(!std::is_lvalue_reference_v<A> || std::is_const_v<std::remove_reference_t<A>>,
                  "values are taken as T or const T&; T& is a borrowed resource");
    return Role::kValue;
  } else if constexpr (std::is_pointer_v<T> || std::is_lvalue_reference_v<A>) {
    return Role::kBorrow;
  } else {
    static_assert(require_component_type<T>());
    return Role::kValue;
  }
}
constexpr bool is_parameter(Role role) { return role == Role::kValue || role == Role::kBorrow; }

// Arguments that are component values.
class ValueArguments {
 public:
  ValueArguments(Call& call, std::span<ComponentValue> values)
      : call_(call), next_(values.begin()) {}
  template <class T>
  T next() {
    return Binding<T>::lift(call_, *next_++);
  }

 private:
  Call& call_;
  std::span<ComponentValue>::iterator next_;
};

// What is held for an argument while the function is called. Slots take the next value of the
// arguments, ValueArguments or a DirectCall, so they are made in order.
template <class A, Role kRole>
struct Slot;

template <class A>
struct Slot<A, Role::kEnvironment> {
  HostEnvironment& environment;
  template <class Arguments>
  Slot(Call& call, Arguments&) : environment(call.environment()) {}
  HostEnvironment& get() { return environment; }
};

template <class A>
struct Slot<A, Role::kContext> {
  using T = std::remove_cvref_t<A>;
  T* context;
  template <class Arguments>
  Slot(Call& call, Arguments&)
      : context(static_cast<T*>(call.environment().find(HostEnvironment::key<T>()))) {
    if (!context) call.fail("the host has not set up " + std::string(class_name<T>()));
  }
  T& get() { return *context; }
};

template <class A>
struct Slot<A, Role::kValue> {
  using T = std::remove_cvref_t<A>;
  T value;
  template <class Arguments>
  Slot(Call&, Arguments& arguments) : value(arguments.template next<T>()) {}
  T&& get() { return std::move(value); }
};

template <class A>
struct Slot<A, Role::kBorrow> {
  using T = std::remove_cv_t<std::remove_pointer_t<std::remove_reference_t<A>>>;
  Borrow<T> borrow;
  template <class Arguments>
  Slot(Call&, Arguments& arguments) : borrow(arguments.template next<Borrow<T>>()) {}
  A get() {
    if constexpr (std::is_pointer_v<A>) {
      return borrow.get();
    } else {
      return *borrow;
    }
  }
};

// Gives what the call returns: a HostReturn, or a DirectCall's HostOutcome.
template <class F, class AnyCall, class... Slots>
auto call_with(const F& f, AnyCall& call, std::tuple<Slots...>& slots) -> decltype(call.trap()) {
  using R = typename Signature<F>::Returned;
  if (!call.ok()) return call.trap();
  const auto invoke = [&f](Slots&... slot) -> R { return std::invoke(f, slot.get()...); };
  if constexpr (std::is_void_v<R>) {
    std::apply(invoke, slots);
    return ReturnBinding<Unit>::finish(call, Unit());
  } else {
    return ReturnBinding<R>::finish(call, std::apply(invoke, slots));
  }
}

template <class A, Role kRole>
constexpr bool is_direct() {
  return kRole != Role::kValue || DirectParameter<std::remove_cvref_t<A>>;
}

// The component type of the parameter that argument A stands for.
template <class A, Role kRole>
const ValType* parameter_type(TypeBuilder& builder) {
  if constexpr (kRole == Role::kBorrow) {
    return builder.type<Borrow<typename Slot<A, kRole>::T>>();
  } else {
    return type_of<std::remove_cvref_t<A>>(builder);
  }
}

// The resource class that an argument lends, or void.
template <class A, Role kRole>
struct Lent {
  using Type = void;
};
template <class A>
struct Lent<A, Role::kBorrow> {
  using Type = typename Slot<A, Role::kBorrow>::T;
};
template <class T>
struct Lent<Borrow<T>, Role::kValue> {
  using Type = T;
};
template <class T>
struct Lent<const Borrow<T>&, Role::kValue> {
  using Type = T;
};

template <class F, class Arguments, class... Contexts>
struct FunctionBinding;

template <class F, class... A, class... Contexts>
struct FunctionBinding<F, TypeList<A...>, Contexts...> {
  using R = typename Signature<F>::Returned;
  static constexpr std::array<Role, sizeof...(A)> kRoles = {role_of<A, Contexts...>()...};
  static constexpr size_t kParameters =
      (size_t{0} + ... + (is_parameter(role_of<A, Contexts...>()) ? 1 : 0));

  // Whether the first parameter is a borrow of T.
  template <class T>
  static constexpr bool lends_first() {
    bool found = false;
    [[maybe_unused]] bool first = true;
    ((is_parameter(role_of<A, Contexts...>()) && std::exchange(first, false)
          ? void(found = std::same_as<typename Lent<A, role_of<A, Contexts...>()>::Type, T>)
          : void()),
     ...);
    return found;
  }

  static std::vector<const ValType*> parameters(TypeBuilder& builder) {
    std::vector<const ValType*> types;
    types.reserve(kParameters);
    (add_parameter<A>(builder, types), ...);
    return types;
  }
  static const ValType* result(TypeBuilder& builder) {
    if constexpr (std::is_void_v<R>) {
      return nullptr;
    } else {
      return payload_type_of<typename ReturnBinding<R>::Type>(builder);
    }
  }
  static HostBody body(F f) {
    return [f = std::move(f)](HostEnvironment& environment, std::span<ComponentValue> args) {
      Call call(environment);
      [[maybe_unused]] ValueArguments arguments(call, args);
      std::tuple<Slot<A, role_of<A, Contexts...>()>...> slots{
          Slot<A, role_of<A, Contexts...>()>(call, arguments)...};
      return call_with(f, call, slots);
    };
  }
  // Empty if some parameter cannot be lifted directly.
  static DirectBody direct(F f) {
    if constexpr ((is_direct<A, role_of<A, Contexts...>()>() && ...)) {
      return [f = std::move(f)](const CanonFunction& lowered, HostCall& host_call) {
        DirectCall call(lowered, host_call);
        if (!call.begin()) return HostOutcome::kTrap;
        std::tuple<Slot<A, role_of<A, Contexts...>()>...> slots{
            Slot<A, role_of<A, Contexts...>()>(call, call)...};
        return call_with(f, call, slots);
      };
    } else {
      return {};
    }
  }

 private:
  template <class Argument>
  static void add_parameter(TypeBuilder& builder, std::vector<const ValType*>& types) {
    constexpr Role kRole = role_of<Argument, Contexts...>();
    if constexpr (is_parameter(kRole)) {
      types.push_back(parameter_type<Argument, kRole>(builder));
    }
  }
};

}  // namespace tappet::component::detail
