#include "net/loop/loop.h"
#include "tests/unit/wasi/http/p2/fixture.h"
#include "wasi/host/network.h"

namespace tappet::wasi::p2 {
namespace {

using testing::V;

class FieldsTest : public testing::HttpTest {
 protected:
  std::string from_list(V::List entries) {
    return show("[static]fields.from-list", {V::list(std::move(entries))});
  }
  static V entry(std::string name, std::string_view value) {
    return V::tuple({V::string(std::move(name)), bytes(value)});
  }
};

TEST_F(FieldsTest, ErrorsAreValues) {
  const V f = fields();
  EXPECT_EQ(append(f, "a b", "v"), "err(invalid-syntax)");
  EXPECT_EQ(append(f, "Host", "v"), "err(forbidden)");
  EXPECT_EQ(append(f, "A", "v"), "ok");
  EXPECT_EQ(show("[method]fields.get", {borrow(f), V::string("a")}), "[[118]]");
  EXPECT_EQ(show("[method]fields.get", {borrow(f), V::string("a b")}), "[]");
  EXPECT_EQ(show("[method]fields.has", {borrow(f), V::string("a")}), "true");
  EXPECT_EQ(show("[method]fields.entries", {borrow(f)}), "[(\"A\", [118])]");
  EXPECT_EQ(show("[method]fields.set", {borrow(f), V::string("a"), V::list({})}), "ok");
  EXPECT_EQ(show("[method]fields.delete", {borrow(f), V::string("a")}), "ok");
  EXPECT_EQ(show("[method]fields.entries", {borrow(f)}), "[]");
}

TEST_F(FieldsTest, FromAListAreAllOrNone) {
  V made = value("[static]fields.from-list", {V::list({entry("a", "1"), entry("a", "2")})});
  EXPECT_EQ(show("[method]fields.get", {borrow(inner(made)), V::string("A")}), "[[49], [50]]");
  EXPECT_EQ(from_list({entry("a", "1"), entry("", "2")}), "err(invalid-syntax)");
  EXPECT_EQ(from_list({entry("a", "1"), entry("upgrade", "2")}), "err(forbidden)");
  EXPECT_EQ(caller.resources().size(), 1U);
}

TEST_F(FieldsTest, OfAMessageAreImmutable) {
  const V request = value("[constructor]outgoing-request", {fields("a", "b")});
  const V headers = value("[method]outgoing-request.headers", {borrow(request)});
  EXPECT_EQ(append(headers, "c", "d"), "err(immutable)");
  const V clone = value("[method]fields.clone", {borrow(headers)});
  EXPECT_EQ(append(clone, "c", "d"), "ok");
  // They are no child of the message's.
  EXPECT_TRUE(drop<OutgoingRequest>(request));
  EXPECT_EQ(show("[method]fields.has", {borrow(headers), V::string("c")}), "false");
}

TEST_F(FieldsTest, LimitsHaveNoErrorValueAndTrap) {
  const V f = fields();
  const std::string too_long(1001, 'x');
  EXPECT_EQ(caller.trap("[method]fields.append", {borrow(f), V::string("a"), bytes(too_long)}),
            "total size of fields exceeds limit");
  EXPECT_EQ(
      caller.trap("[method]fields.set", {borrow(f), V::string("a"), V::list({bytes(too_long)})}),
      "total size of fields exceeds limit");
  EXPECT_EQ(caller.trap("[static]fields.from-list",
                        {V::list({V::tuple({V::string("a"), bytes(too_long)})})}),
            "total size of fields exceeds limit");
  context.fields.max_size = UINT64_MAX;
  EXPECT_EQ(caller.trap("[method]fields.set",
                        {borrow(fields()), V::string("a"), V::list(V::List(32769, bytes("")))}),
            "too many fields in the field map");
}

TEST_F(FieldsTest, TogetherTakeNoMoreThanTheGuestMayHave) {
  const auto loop = net::Loop::create().value();
  Network network(
      std::make_shared<SharedNetwork>(*loop, NetworkGrants{}, NetworkLimits{.buffers = 3'000}));
  caller.environment().set(&network);
  const std::string large(800, 'x');
  std::vector<V> made;
  for (int i = 0; i < 3; ++i) made.push_back(fields("a", large));
  EXPECT_EQ(caller.trap("[method]fields.append", {borrow(fields()), V::string("a"), bytes(large)}),
            "messages of the guest take too much memory");
  EXPECT_EQ(caller.trap("[static]fields.from-list", {V::list({entry("a", large)})}),
            "messages of the guest take too much memory");
  EXPECT_TRUE(drop<GuestFields>(made.back()));
  EXPECT_EQ(append(fields(), "a", large), "ok");
}

}  // namespace
}  // namespace tappet::wasi::p2
