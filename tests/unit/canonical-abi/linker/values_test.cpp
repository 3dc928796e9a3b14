// Values that a component imports, and those that it exports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "canonical-abi/bind/interface.h"
#include "tests/unit/canonical-abi/support/api.h"

namespace tappet::component::test {
namespace {

using ::testing::HasSubstr;
using V = ComponentValue;

struct Settings {
  std::optional<std::string> locale;
  uint16_t port;
};
TAPPET_RECORD(Settings, locale, port)

constexpr auto kSettings = R"((component
  (type $s' (record (field "locale" (option string)) (field "port" u16)))
  (import "settings-type" (type $s (eq $s')))
  (import "settings" (value $settings $s))
  (import "test:host/defaults@1.0.0" (instance $defaults (export "port" (value u16))))
  (alias export $defaults "port" (value $port))
  (export "settings" (value $settings))
  (instance $out (export "port" (value $port)))
  (export "test:guest/out" (instance $out))))";

HostInterfaceDef settings(Settings value) {
  return HostInterface<>("", version("")).value("settings", std::move(value));
}
HostInterfaceDef defaults(uint16_t port) {
  return HostInterface<>("test:host/defaults", version("1.0.3")).value("port", port);
}

class Values : public ::testing::Test {
 protected:
  explicit Values(std::string_view text = kSettings) : p(assemble(text)) {}
  std::string value(std::string_view name, std::string_view interface = {}) {
    const ExportedValue* const found = p.pre().find_value(interface, name);
    if (found == nullptr) return "none";
    return to_string(p.tree().value(*found), found->type);
  }
  Program p;
};

TEST_F(Values, TheHostsGoThroughAComponent) {
  ASSERT_TRUE(p.linker().define(settings({"de", 80})).ok());
  ASSERT_TRUE(p.linker().define(defaults(8080)).ok());
  p.start();
  EXPECT_EQ(value("settings"), "{locale: some(\"de\"), port: 80}");
  EXPECT_EQ(value("port", "test:guest/out"), "8080");
  EXPECT_EQ(value("port"), "none");
  p.start();  // each instance has its own
  EXPECT_EQ(value("settings"), "{locale: some(\"de\"), port: 80}");
}

TEST_F(Values, TheHostMustHaveThem) {
  ASSERT_TRUE(p.linker().define(settings({"de", 80})).ok());
  EXPECT_THAT(p.link(), HasSubstr("interface `test:host/defaults@1.0.0` is missing"));
  ASSERT_TRUE(p.linker().define(HostInterface<>("test:host/defaults", version("1.0.3"))).ok());
  EXPECT_THAT(p.link(), HasSubstr("value `port` of `test:host/defaults@1.0.0` is missing"));
}

TEST_F(Values, OfTheTypeThatIsWanted) {
  ASSERT_TRUE(p.linker().define(settings({"de", 80})).ok());
  ASSERT_TRUE(
      p.linker()
          .define(
              HostInterface<>("test:host/defaults", version("1.0.3")).value("port", uint32_t{8080}))
          .ok());
  EXPECT_THAT(p.link(), HasSubstr("value `port` of `test:host/defaults@1.0.0`: expected u16, "
                                  "found u32"));
}

TEST_F(Values, AHostsValueIsOneOfItsType) {
  const Result<> wrong = p.linker().define(settings({"\xff", 80}));
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(wrong.error().message, HasSubstr("a string is not well-formed UTF-8"));
}

// `start` takes what the host gives, and what it waits for.
constexpr auto kStart = R"((component
  (import "test:host/api" (instance $host
    (export "wait" (func (param "x" u32) (result u32)))
    (export "add-one" (func (param "x" u32) (result u32)))))
  (core func $wait (canon lower (func $host "wait")))
  (core module $m
    (import "host" "wait" (func $wait (param i32) (result i32)))
    (func (export "f") (param i32) (result i32) (call $wait (local.get 0))))
  (core instance $i (instantiate $m (with "host" (instance (export "wait" (func $wait))))))
  (func $f (param "x" u32) (result u32) (canon lift (core func $i "f")))
  (value $x u32 20)
  (start $f (value $x) (result (value $y)))
  (alias export $host "add-one" (func $add-one))
  (start $add-one (value $y) (result (value $z)))
  (export "z" (value $z))))";

class StartFunctions : public Values {
 protected:
  StartFunctions() : Values(kStart) { EXPECT_TRUE(p.linker().define(api.interface("")).ok()); }
  Api api;
};

TEST_F(StartFunctions, MayWaitForTheHost) {
  p.prepare();
  int wakes = 0;
  Instantiation instantiation(p.shared_pre(), p.store(), [&] { ++wakes; });
  ASSERT_EQ(instantiation.run(), Outcome::kSuspended);
  EXPECT_FALSE(instantiation.runnable());
  EXPECT_EQ(instantiation.run(), Outcome::kSuspended);
  api.wake();
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(instantiation.runnable());
  ASSERT_EQ(instantiation.run(), Outcome::kReturned);
  EXPECT_EQ(instantiation.run(), Outcome::kReturned);
  const ExportedValue* const z = p.pre().find_value("", "z");
  EXPECT_EQ(instantiation.instance().value(*z), V::u32(41));
}

TEST_F(StartFunctions, AreGivenUpWithTheInstantiation) {
  p.prepare();
  {
    Instantiation instantiation(p.shared_pre(), p.store());
    ASSERT_EQ(instantiation.run(), Outcome::kSuspended);
    EXPECT_EQ(api.waiting, 1);
  }
  EXPECT_EQ(api.waiting, 0);
  EXPECT_TRUE(p.store().poisoned());
}

TEST_F(StartFunctions, CanBeInterrupted) {
  api.ready = true;
  p.prepare();
  p.store().kill();
  std::string failure;
  EXPECT_EQ(p.instantiate(&failure), Outcome::kTrapped);
  EXPECT_TRUE(p.store().poisoned());
}

}  // namespace
}  // namespace tappet::component::test
