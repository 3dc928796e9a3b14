#include "tests/unit/canonical-abi/support/api.h"

#include <gtest/gtest.h>

namespace tappet::component::test {
namespace {

class Wait final : public HostReturn::Pending {
 public:
  Wait(Api& api, uint32_t result) : api_(api), result_(result) { ++api_.waiting; }
  ~Wait() override { --api_.waiting; }
  Poll<HostReturn> poll(HostEnvironment&, Waker& waker) override {
    ++api_.polls;
    if (api_.wakes_when_polled) waker.wake();
    if (api_.ready) return HostReturn::value(ComponentValue::u32(result_));
    api_.wakes.add(waker);
    return kPending;
  }

 private:
  Api& api_;
  uint32_t result_;
};

}  // namespace

HostInterfaceDef Api::interface(std::string version) {
  using Args = std::span<ComponentValue>;
  Host host("test:host/api", std::move(version));
  const Resource* const resource = host.resource("thing", thing);
  const auto number = [this](HostEnvironment& e, const ComponentValue& handle) {
    return *static_cast<uint32_t*>(e.resources().get(thing, static_cast<uint32_t>(handle.rep())));
  };
  host.func("[constructor]thing", {{"n", u32()}}, host.own(resource),
            [this](HostEnvironment& e, Args args) {
              const auto rep =
                  e.resources().add(thing, std::make_shared<uint32_t>(args[0].as_u32()));
              if (!rep) return HostReturn::trap("resource table has no free keys");
              return HostReturn::value(ComponentValue::handle(TypeKind::kOwn, *rep));
            });
  host.func("[method]thing.get", {{"self", host.borrow(resource)}}, u32(),
            [number](HostEnvironment& e, Args args) {
              return HostReturn::value(ComponentValue::u32(number(e, args[0])));
            });
  host.func("[method]thing.wait", {{"self", host.borrow(resource)}}, u32(),
            [this, number](HostEnvironment& e, Args args) {
              return HostReturn::pending(std::make_unique<Wait>(*this, number(e, args[0])));
            });
  host.func("consume", {{"t", host.own(resource)}}, u32(), [this](HostEnvironment& e, Args args) {
    auto object = e.resources().remove(thing, static_cast<uint32_t>(args[0].rep()));
    if (!object.ok()) return HostReturn::trap(object.error().message);
    const uint32_t n = *static_cast<uint32_t*>(object->get());
    consumed.push_back(std::to_string(n));
    return HostReturn::value(ComponentValue::u32(n));
  });
  host.func("add-one", {{"x", u32()}}, u32(), [](HostEnvironment&, Args args) {
    return HostReturn::value(ComponentValue::u32(args[0].as_u32() + 1));
  });
  host.func("greet", {{"name", string()}}, string(), [](HostEnvironment&, Args args) {
    return HostReturn::value(ComponentValue::string("hello " + args[0].string()));
  });
  host.func("wait", {{"x", u32()}}, u32(), [this](HostEnvironment&, Args args) {
    return HostReturn::pending(std::make_unique<Wait>(*this, 2 * args[0].as_u32()));
  });
  host.async_func("later", {{"x", u32()}}, u32(), [this](HostEnvironment&, Args args) {
    return HostReturn::pending(std::make_unique<Wait>(*this, 2 * args[0].as_u32()));
  });
  host.func("fail", {}, nullptr,
            [](HostEnvironment&, Args) { return HostReturn::trap("the host says no"); });
  host.func("quit", {}, nullptr, [](HostEnvironment&, Args) { return HostReturn::exit(3); });
  host.func("call-back", {}, u32(), [this](HostEnvironment&, Args) { return call_back(); });
  host.func("wrong", {}, u32(), [](HostEnvironment&, Args) {
    return HostReturn::value(ComponentValue::string("not a number"));
  });
  return host.take();
}

GuestProgram::GuestProgram(const ComponentLimits& limits, LinkOptions options, std::string file)
    : Program(std::move(file), options) {
  EXPECT_TRUE(linker().define(api.interface()).ok());
  start(limits);
}

}  // namespace tappet::component::test
