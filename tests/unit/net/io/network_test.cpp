#include "net/io/network.h"

#include <gtest/gtest.h>

namespace tappet::net {
namespace {

bool is_public_ip(const char* ip) {
  const auto address = SocketAddress::from_ip(ip, 80);
  EXPECT_TRUE(address) << ip;
  return address && is_public(*address);
}

TEST(Network, Parses) {
  for (const char* text : {"10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "::/0", "fd00::/8", "::1/128"}) {
    EXPECT_TRUE(Network::parse(text)) << text;
  }
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10/8",
                           "10.0.0.0/8/8", "10.0.0.0/8x", "a/8", "fe80::1%1/64", "10.0.0.0/300"}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(Network, Contains) {
  const auto contains = [](const char* network, const char* ip) {
    return Network::parse(network)->contains(*SocketAddress::from_ip(ip, 1));
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
  EXPECT_FALSE(contains("172.16.0.0/12", "172.15.255.255"));
  EXPECT_TRUE(contains("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(contains("192.0.2.1", "192.0.2.0"));
  EXPECT_TRUE(contains("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(contains("::/0", "10.1.2.3"));
  EXPECT_TRUE(contains("fc00::/7", "fdff::1"));
  EXPECT_FALSE(contains("fc00::/7", "fe00::1"));
}

TEST(PublicAddresses, AreThoseOfTheInternet) {
  for (const char* ip :
       {"1.1.1.1",        "8.8.8.8",          "9.255.255.255",   "11.0.0.0",
        "100.63.255.255", "100.128.0.0",      "128.0.0.0",       "169.253.255.255",
        "172.15.255.255", "172.32.0.0",       "192.167.255.255", "198.17.255.255",
        "198.20.0.0",     "223.255.255.255",  "2606:4700::1111", "2a00:1450::1",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2a00::200:5efe:808:808"}) {
    EXPECT_TRUE(is_public_ip(ip)) << ip;
  }
}

TEST(PublicAddresses, AreNotThoseWithAnotherPurpose) {
  for (const char* ip :
       {// loopback, this host, private, shared, link-local
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1",
        "172.31.255.255", "192.168.0.1", "100.64.0.1", "100.127.255.255", "169.254.169.254",
        // documentation, benchmarks, protocols, multicast, reserved
        "192.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255",
        "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        // the same in IPv6
        "::", "::1", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1",
        "2001:db8::1", "100::1", "2001::1", "2001:10::1", "3fff::1", "5f00::1", "1::1", "4000::1",
        "64:ff9b:1::1", "fd00:ec2::254",
        // IPv4 addresses in other clothes
        "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:a9fe:a9fe", "0:0:0:0:0:ffff:10.0.0.1",
        "::127.0.0.1", "::7f00:1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1",
        "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe", "2a00::5efe:127.0.0.1", "2a00::200:5efe:a00:1",
        "fe80::5efe:808:808"}) {
    EXPECT_FALSE(is_public_ip(ip)) << ip;
  }
}

}  // namespace
}  // namespace tappet::net
