// The same answer from the whole server: every limit, timeout and check, requests as values, fields
// and bodies through the interfaces that guests use.
#include <cstdio>
#include <cstdlib>

#include "net/http/server.h"

namespace {

class Hello final : public tappet::http::Service {
 public:
  void handle(tappet::http::Request&&, tappet::http::Responder responder) override {
    responder.send(tappet::http::text_response(200, "hello world\n"));
  }
};

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8082);
  auto loop = tappet::net::Loop::create();
  if (!loop.ok()) return 1;
  Hello hello;
  tappet::http::Server server(**loop, hello);
  const auto address = server.listen(*tappet::net::SocketAddress::from_ip("127.0.0.1", port));
  if (!address.ok()) {
    std::printf("%s\n", address.error().to_string().c_str());
    return 1;
  }
  std::printf("hello: http://%s/\n", address->to_string().c_str());
  std::fflush(stdout);
  (*loop)->run();
}
