// Everything of WASI 0.2.12 that is not about HTTP is defined, with the names of its WIT.
#include "wasi/p2/interfaces.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tappet::wasi::p2 {
namespace {

using Names = std::vector<std::string>;

const std::map<std::string, Names>& expected() {
  static const std::map<std::string, Names> names = {
      {"wasi:io/error", {"[method]error.to-debug-string"}},
      {"wasi:io/poll", {"[method]pollable.ready", "[method]pollable.block", "poll"}},
      {"wasi:io/streams",
       {"[method]input-stream.read", "[method]input-stream.blocking-read",
        "[method]input-stream.skip", "[method]input-stream.blocking-skip",
        "[method]input-stream.subscribe", "[method]output-stream.check-write",
        "[method]output-stream.write", "[method]output-stream.blocking-write-and-flush",
        "[method]output-stream.flush", "[method]output-stream.blocking-flush",
        "[method]output-stream.subscribe", "[method]output-stream.write-zeroes",
        "[method]output-stream.blocking-write-zeroes-and-flush", "[method]output-stream.splice",
        "[method]output-stream.blocking-splice"}},
      {"wasi:clocks/monotonic-clock",
       {"now", "resolution", "subscribe-instant", "subscribe-duration"}},
      {"wasi:clocks/timezone", {"display", "utc-offset"}},
      {"wasi:clocks/wall-clock", {"now", "resolution"}},
      {"wasi:random/insecure-seed", {"insecure-seed"}},
      {"wasi:random/insecure", {"get-insecure-random-bytes", "get-insecure-random-u64"}},
      {"wasi:random/random", {"get-random-bytes", "get-random-u64"}},
      {"wasi:cli/environment", {"get-environment", "get-arguments", "initial-cwd"}},
      {"wasi:cli/exit", {"exit", "exit-with-code"}},
      {"wasi:cli/stdin", {"get-stdin"}},
      {"wasi:cli/stdout", {"get-stdout"}},
      {"wasi:cli/stderr", {"get-stderr"}},
      {"wasi:cli/terminal-input", {}},
      {"wasi:cli/terminal-output", {}},
      {"wasi:cli/terminal-stdin", {"get-terminal-stdin"}},
      {"wasi:cli/terminal-stdout", {"get-terminal-stdout"}},
      {"wasi:cli/terminal-stderr", {"get-terminal-stderr"}},
      {"wasi:filesystem/preopens", {"get-directories"}},
      {"wasi:filesystem/types",
       {"[method]descriptor.read-via-stream",
        "[method]descriptor.write-via-stream",
        "[method]descriptor.append-via-stream",
        "[method]descriptor.advise",
        "[method]descriptor.sync-data",
        "[method]descriptor.get-flags",
        "[method]descriptor.get-type",
        "[method]descriptor.set-size",
        "[method]descriptor.set-times",
        "[method]descriptor.read",
        "[method]descriptor.write",
        "[method]descriptor.read-directory",
        "[method]descriptor.sync",
        "[method]descriptor.create-directory-at",
        "[method]descriptor.stat",
        "[method]descriptor.stat-at",
        "[method]descriptor.set-times-at",
        "[method]descriptor.link-at",
        "[method]descriptor.open-at",
        "[method]descriptor.readlink-at",
        "[method]descriptor.remove-directory-at",
        "[method]descriptor.rename-at",
        "[method]descriptor.symlink-at",
        "[method]descriptor.unlink-file-at",
        "[method]descriptor.is-same-object",
        "[method]descriptor.metadata-hash",
        "[method]descriptor.metadata-hash-at",
        "[method]directory-entry-stream.read-directory-entry",
        "filesystem-error-code"}},
      {"wasi:sockets/instance-network", {"instance-network"}},
      {"wasi:sockets/ip-name-lookup",
       {"resolve-addresses", "[method]resolve-address-stream.resolve-next-address",
        "[method]resolve-address-stream.subscribe"}},
      {"wasi:sockets/network", {"network-error-code"}},
      {"wasi:sockets/tcp-create-socket", {"create-tcp-socket"}},
      {"wasi:sockets/tcp",
       {"[method]tcp-socket.start-bind",
        "[method]tcp-socket.finish-bind",
        "[method]tcp-socket.start-connect",
        "[method]tcp-socket.finish-connect",
        "[method]tcp-socket.start-listen",
        "[method]tcp-socket.finish-listen",
        "[method]tcp-socket.accept",
        "[method]tcp-socket.local-address",
        "[method]tcp-socket.remote-address",
        "[method]tcp-socket.is-listening",
        "[method]tcp-socket.address-family",
        "[method]tcp-socket.set-listen-backlog-size",
        "[method]tcp-socket.keep-alive-enabled",
        "[method]tcp-socket.set-keep-alive-enabled",
        "[method]tcp-socket.keep-alive-idle-time",
        "[method]tcp-socket.set-keep-alive-idle-time",
        "[method]tcp-socket.keep-alive-interval",
        "[method]tcp-socket.set-keep-alive-interval",
        "[method]tcp-socket.keep-alive-count",
        "[method]tcp-socket.set-keep-alive-count",
        "[method]tcp-socket.hop-limit",
        "[method]tcp-socket.set-hop-limit",
        "[method]tcp-socket.receive-buffer-size",
        "[method]tcp-socket.set-receive-buffer-size",
        "[method]tcp-socket.send-buffer-size",
        "[method]tcp-socket.set-send-buffer-size",
        "[method]tcp-socket.subscribe",
        "[method]tcp-socket.shutdown"}},
      {"wasi:sockets/udp-create-socket", {"create-udp-socket"}},
      {"wasi:sockets/udp",
       {"[method]udp-socket.start-bind", "[method]udp-socket.finish-bind",
        "[method]udp-socket.stream", "[method]udp-socket.local-address",
        "[method]udp-socket.remote-address", "[method]udp-socket.address-family",
        "[method]udp-socket.unicast-hop-limit", "[method]udp-socket.set-unicast-hop-limit",
        "[method]udp-socket.receive-buffer-size", "[method]udp-socket.set-receive-buffer-size",
        "[method]udp-socket.send-buffer-size", "[method]udp-socket.set-send-buffer-size",
        "[method]udp-socket.subscribe", "[method]incoming-datagram-stream.receive",
        "[method]incoming-datagram-stream.subscribe", "[method]outgoing-datagram-stream.check-send",
        "[method]outgoing-datagram-stream.send", "[method]outgoing-datagram-stream.subscribe"}},
  };
  return names;
}

TEST(Interfaces, HaveAllFunctions) {
  std::map<std::string, Names> defined;
  for (const component::HostInterfaceDef& interface : interfaces()) {
    EXPECT_EQ(interface.version, "0.2.12") << interface.name;
    EXPECT_FALSE(defined.contains(interface.name)) << interface.name;
    Names& names = defined[interface.name];
    for (const component::HostFunctionDef& f : interface.functions) names.push_back(f.name);
  }
  EXPECT_EQ(defined.size(), expected().size());
  for (const auto& [interface, names] : expected()) {
    EXPECT_THAT(defined[interface], ::testing::UnorderedElementsAreArray(names)) << interface;
  }
}

}  // namespace
}  // namespace tappet::wasi::p2
