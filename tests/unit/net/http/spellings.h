// Ways to write addresses that guests may not connect to, however they are written.
#pragma once

namespace tappet::http {

// As in the authority of a URL.
struct Spelling {
  const char* host;
  // Whether it is looked up, so that what becomes of it is for the machine's resolver: it may have
  // an address that is refused, or none.
  bool looked_up = false;
};

inline constexpr Spelling kPrivateSpellings[] = {
    // IPv4 as inet_aton has it: one to four numbers, decimal, octal or hexadecimal
    {"127.0.0.1"},
    {"127.1"},
    {"127.0.1"},
    {"2130706433"},
    {"0x7f000001"},
    {"0X7F000001"},
    {"0x7f.0.0.1"},
    {"0x7f.1"},
    {"0177.0.0.1"},
    {"0177.1"},
    {"017700000001"},
    {"127.0.0.0x1"},
    {"127.255.255.254"},
    {"0"},
    {"0.0.0.0"},
    {"0x0"},
    // private, shared, link-local (metadata of clouds), multicast, broadcast, documentation
    {"10.1"},
    {"10.0.0.1"},
    {"167772161"},
    {"172.16.0.1"},
    {"172.31.255.255"},
    {"192.168.1"},
    {"192.168.1.1"},
    {"0xc0.0xa8.1.1"},
    {"100.64.0.1"},
    {"169.254.169.254"},
    {"2852039166"},
    {"0xa9fea9fe"},
    {"0251.0376.0251.0376"},
    {"224.0.0.1"},
    {"255.255.255.255"},
    {"192.0.2.1"},
    // IPv6
    {"[::1]"},
    {"[0:0:0:0:0:0:0:1]"},
    {"[0000:0000:0000:0000:0000:0000:0000:0001]"},
    {"[::]"},
    {"[fe80::1]"},
    {"[fd00:ec2::254]"},
    {"[fc00::1]"},
    {"[ff02::1]"},
    // IPv4 within IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP
    {"[::ffff:127.0.0.1]"},
    {"[::ffff:7f00:1]"},
    {"[0:0:0:0:0:ffff:127.0.0.1]"},
    {"[::ffff:a9fe:a9fe]"},
    {"[::ffff:10.0.0.1]"},
    {"[::127.0.0.1]"},
    {"[::7f00:1]"},
    {"[::ffff:0:127.0.0.1]"},
    {"[64:ff9b::127.0.0.1]"},
    {"[64:ff9b::7f00:1]"},
    {"[64:ff9b::a9fe:a9fe]"},
    {"[64:ff9b:1::7f00:1]"},
    {"[2002:7f00:1::]"},
    {"[2002:a00:1::1]"},
    {"[2001:0:4136:e378:8000:63bf:80ff:fffe]"},
    {"[2a00::5efe:127.0.0.1]"},
    // names, and what looks like an address but is one
    {"localhost", true},
    {"LOCALHOST", true},
    {"localhost.", true},
    {"a.localhost", true},
    {"ip6-localhost", true},
    {"127.0.0.1.", true},
    {"0x7f000001.", true},
};

}  // namespace tappet::http
