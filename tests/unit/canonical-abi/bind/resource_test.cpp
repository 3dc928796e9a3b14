#include "tests/unit/canonical-abi/bind/caller.h"

namespace tappet::component {
namespace {

using testing::Caller;
using V = ComponentValue;

class Fields {
 public:
  explicit Fields(std::string name) : name_(std::move(name)) {}
  std::string get() const { return name_; }
  void set(std::string name) { name_ = std::move(name); }

 private:
  std::string name_;
};
struct Pollable {
  std::shared_ptr<Fields> of;
};
struct Log {
  std::string text;
};

Own<Pollable> subscribe(Borrow<Fields> self) {
  return make_own<Pollable>(self.share()).child_of(self);
}

HostInterfaceDef fields_interface() {
  return HostInterface<Log>("test:http/types", version("0.2.12"))
      .func("log", {"text"}, [](Log& log, const std::string& text) { log.text += text; })
      .resource<Fields>("fields")
      .constructor({"name"}, [](std::string name) { return make_own<Fields>(std::move(name)); })
      .method("get", &Fields::get)
      .method("set", {"name"}, &Fields::set)
      .method("subscribe", subscribe)
      .method("clone", [](const Fields& f) { return make_own<Fields>(f.get()); })
      .static_func("finish", {"this", "others"},
                   [](Log& log, Own<Fields> self, std::vector<Own<Fields>> others) {
                     log.text += self->get();
                     for (const Own<Fields>& o : others) log.text += o->get();
                     return static_cast<uint32_t>(self.share().use_count());
                   })
      .resource<Fields>("headers")
      .func("names", {"list"},
            [](const std::vector<Borrow<Fields>>& list) {
              std::string all;
              for (const auto& f : list) all += f->get() + ";";
              return all;
            })
      .func("same", {"a", "b"}, [](Fields* a, const Fields& b) { return a == &b; })
      .func("free", [](HostEnvironment& environment) { return environment.resources().size(); });
}

V borrow(uint64_t rep) { return V::handle(TypeKind::kBorrow, rep); }
V own(uint64_t rep) { return V::handle(TypeKind::kOwn, rep); }

class Resources : public ::testing::Test {
 protected:
  Resources() { caller.environment().set(&log); }
  uint64_t make(const char* name) {
    return caller.value("[constructor]fields", {V::string(name)}).rep();
  }
  Log log;
  Caller caller{fields_interface()};
};

TEST_F(Resources, AreReflectedWithNamesAndSelf) {
  EXPECT_EQ(caller.type("[constructor]fields"), "func(name: string) -> own<fields>");
  EXPECT_EQ(caller.type("[method]fields.get"), "func(self: borrow<fields>) -> string");
  EXPECT_EQ(caller.type("[method]fields.set"), "func(self: borrow<fields>, name: string)");
  EXPECT_EQ(caller.type("[method]fields.subscribe"), "func(self: borrow<fields>) -> own<pollable>");
  EXPECT_EQ(caller.type("[method]fields.clone"), "func(self: borrow<fields>) -> own<fields>");
  EXPECT_EQ(caller.type("[static]fields.finish"),
            "func(this: own<fields>, others: list<own<fields>>) -> u32");
  EXPECT_EQ(caller.type("names"), "func(list: list<borrow<fields>>) -> string");
  EXPECT_EQ(caller.type("same"), "func(a: borrow<fields>, b: borrow<fields>) -> bool");
}

TEST_F(Resources, AreListedExportedOnesFirst) {
  const auto& resources = caller.interface().resources;
  ASSERT_EQ(resources.size(), 3U);
  EXPECT_EQ(resources[0].name, "fields");
  EXPECT_EQ(resources[0].resource->slot, 0U);
  EXPECT_EQ(resources[0].type, &host_resource_type<Fields>());
  EXPECT_EQ(resources[1].name, "headers");  // a second name of the same type
  EXPECT_EQ(resources[1].resource, resources[0].resource);
  EXPECT_EQ(resources[2].name, "");
  EXPECT_EQ(resources[2].resource->slot, 2U);
  EXPECT_EQ(resources[2].resource->name, "pollable");
  EXPECT_EQ(resources[2].type->name, "pollable");
}

TEST_F(Resources, AreTheSameTypeInEveryInterface) {
  const HostInterfaceDef again = fields_interface();
  EXPECT_EQ(again.resources[0].type, caller.interface().resources[0].type);
}

TEST_F(Resources, MethodsReachTheObject) {
  const uint64_t rep = make("a");
  EXPECT_EQ(caller.value("[method]fields.get", {borrow(rep)}).string(), "a");
  caller.call("[method]fields.set", {borrow(rep), V::string("b")});
  EXPECT_EQ(caller.value("[method]fields.get", {borrow(rep)}).string(), "b");
  const uint64_t clone = caller.value("[method]fields.clone", {borrow(rep)}).rep();
  EXPECT_NE(clone, rep);
  EXPECT_EQ(caller.value("[method]fields.get", {borrow(clone)}).string(), "b");
  EXPECT_EQ(caller.value("names", {V::list({borrow(rep), borrow(clone)})}).string(), "b;b;");
  EXPECT_EQ(caller.value("same", {borrow(rep), borrow(rep)}), V::boolean(true));
  EXPECT_EQ(caller.value("same", {borrow(rep), borrow(clone)}), V::boolean(false));
}

TEST_F(Resources, OwnTakesTheObjectOutOfTheTable) {
  const uint64_t a = make("a");
  const uint64_t b = make("b");
  EXPECT_EQ(caller.value("[static]fields.finish", {own(a), V::list({own(b)})}), V::u32(1));
  EXPECT_EQ(log.text, "ab");
  EXPECT_EQ(caller.resources().size(), 0U);
  EXPECT_EQ(caller.trap("[method]fields.get", {borrow(a)}),
            fmt::format("handle {} does not represent a live `fields` resource", a));
}

TEST_F(Resources, ChildrenGoFirst) {
  const uint64_t rep = make("a");
  const uint64_t child = caller.value("[method]fields.subscribe", {borrow(rep)}).rep();
  EXPECT_TRUE(caller.resources().has_children(static_cast<uint32_t>(rep)));
  EXPECT_NE(caller.trap("[static]fields.finish", {own(rep), V::list({})}), "");
  EXPECT_EQ(log.text, "") << "the function must not run";
  ASSERT_TRUE(
      caller.resources().remove(host_resource_type<Pollable>(), static_cast<uint32_t>(child)).ok());
  caller.value("[static]fields.finish", {own(rep), V::list({})});
  EXPECT_EQ(log.text, "a");
}

TEST_F(Resources, WrongRepresentationsTrapBeforeTheCall) {
  const uint64_t rep = make("a");
  const uint64_t pollable = caller.value("[method]fields.subscribe", {borrow(rep)}).rep();
  for (const uint64_t wrong :
       {pollable, uint64_t{12345}, uint64_t{UINT32_MAX}, UINT64_MAX, rep + (uint64_t{1} << 32)}) {
    EXPECT_NE(caller.trap("[method]fields.get", {borrow(wrong)}), "") << wrong;
    EXPECT_NE(caller.trap("[static]fields.finish", {own(wrong), V::list({})}), "") << wrong;
    EXPECT_NE(caller.trap("names", {V::list({borrow(rep), borrow(wrong)})}), "") << wrong;
  }
  EXPECT_EQ(log.text, "");
}

TEST_F(Resources, TheSameOwnTwiceIsStaleTheSecondTime) {
  const uint64_t rep = make("a");
  EXPECT_NE(caller.trap("[static]fields.finish", {own(rep), V::list({own(rep)})}), "");
  EXPECT_EQ(log.text, "");
}

TEST_F(Resources, AFullTableTraps) {
  const uint64_t rep = make("a");
  for (int i = 1; i < 10'000; ++i) caller.value("[method]fields.clone", {borrow(rep)});
  EXPECT_EQ(caller.value("free"), V::u32(10'000));
  EXPECT_EQ(caller.trap("[method]fields.clone", {borrow(rep)}), "resource table has no free keys");
  EXPECT_EQ(caller.trap("[method]fields.subscribe", {borrow(rep)}),
            "resource table has no free keys");
}

TEST_F(Resources, AnEmptyOwnTraps) {
  Caller other(
      HostInterface<>("test:http/empty", version("1.0.0")).func("f", [] { return Own<Fields>(); }));
  EXPECT_EQ(other.trap("f"), "the host gave an empty `fields` resource");
}

TEST(Contexts, AMissingOneTraps) {
  Caller caller(fields_interface());
  EXPECT_EQ(caller.trap("log", {V::string("x")}), "the host has not set up Log");
}

TEST(Contexts, ComeBeforeParametersInAnyNumber) {
  struct Other {
    int calls = 0;
  };
  Caller caller(HostInterface<Log, Other>("test:http/two", version("1.0.0"))
                    .func("f", {"x"}, [](HostEnvironment&, Log& log, Other& other, uint8_t x) {
                      log.text = std::to_string(x);
                      ++other.calls;
                    }));
  Log log;
  Other other;
  caller.environment().set(&log);
  caller.environment().set(&other);
  EXPECT_EQ(caller.type("f"), "func(x: u8)");
  caller.call("f", {V::u8(9)});
  EXPECT_EQ(log.text, "9");
  EXPECT_EQ(other.calls, 1);
}

}  // namespace
}  // namespace tappet::component
