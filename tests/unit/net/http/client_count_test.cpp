#include "net/http/client_count.h"

#include <gtest/gtest.h>

namespace tappet::http {
namespace {

net::SocketAddress from(const char* ip, uint16_t port = 1) {
  return *net::SocketAddress::from_ip(ip, port);
}

TEST(ClientCount, GivesEachClientItsShare) {
  ClientCount count(2);
  EXPECT_TRUE(count.has_room(from("192.0.2.1")));
  count.add(from("192.0.2.1", 1000));
  EXPECT_TRUE(count.has_room(from("192.0.2.1")));
  count.add(from("192.0.2.1", 1001));
  EXPECT_FALSE(count.has_room(from("192.0.2.1", 1002)));
  EXPECT_FALSE(count.has_room(from("::ffff:192.0.2.1")));
  EXPECT_TRUE(count.has_room(from("192.0.2.2")));
  count.remove(from("192.0.2.1", 1000));
  EXPECT_TRUE(count.has_room(from("192.0.2.1")));
  count.remove(from("192.0.2.1", 1001));
  EXPECT_EQ(count.clients(), 0u);
}

TEST(ClientCount, TakesANetworkForOneClient) {
  ClientCount count(1);
  count.add(from("2001:db8:1:2::1"));
  EXPECT_FALSE(count.has_room(from("2001:db8:1:2:ffff::2")));
  EXPECT_TRUE(count.has_room(from("2001:db8:1:3::1")));
  EXPECT_TRUE(count.has_room(from("32.1.13.184")));  // the same first bytes
}

TEST(ClientCount, CountsOnlyWhatItHasTo) {
  ClientCount endless(std::nullopt);
  ClientCount one(1);
  for (int i = 0; i < 3; ++i) {
    endless.add(from("192.0.2.1"));
    one.add(net::SocketAddress());  // of the file system
    EXPECT_TRUE(endless.has_room(from("192.0.2.1")));
    EXPECT_TRUE(one.has_room(net::SocketAddress()));
  }
  EXPECT_EQ(endless.clients() + one.clients(), 0u);
}

}  // namespace
}  // namespace tappet::http
