// A client that sends anything, torn anywhere, to services of ours and to guests in components.
// Promises: every answer is HTTP, the answers do not depend on how the bytes were torn, no
// connection outlives its deadlines, no guest its connection, and none traps.
#include "net/http/server.h"
#include "net/io/memory_pipe.h"
#include "tests/fuzz/guest_service.h"
#include "tests/fuzz/http_tools.h"
#include "tests/unit/net/http/services.h"

namespace tappet::http {
namespace {

struct Session {
  net::Loop& loop;
  net::ManualClock& clock;
  const FuzzInput& input;
  size_t patience = 1;
  std::string out = {};
  bool ended = false;

  // Torn input may need a turn per byte before anything is to be seen; guests need some more.
  void settle(net::ByteStream& client, size_t turns = 4) {
    for (size_t quiet = 0; quiet < turns * patience; ++quiet) {
      loop.turn(net::Loop::Wait::kNone);
      if (receive(client, out, ended)) quiet = 0;
    }
  }

  void send(net::ByteStream& client) {
    std::string_view rest = input.bytes;
    while (!rest.empty() && !ended) {
      const ByteSpan parts[] = {as_bytes(rest)};
      const auto accepted = client.try_write(parts);
      if (!accepted.ok()) return;
      rest.remove_prefix(*accepted);
      const size_t before = out.size();
      settle(client);
      if (*accepted == 0 && out.size() == before) return;
    }
  }

  void run(Service& service, uint8_t seed) {
    ServerLimits limits;
    if (input.chosen(1)) limits.max_body = 64;
    if (input.chosen(2)) limits.body_buffer = 16;
    if (input.chosen(3)) limits.drain_bytes = 32;
    Splitter splitter(seed);
    Server server(loop, service, limits);
    auto [client, stream] =
        net::MemoryPipe::make(loop, {.next_read = [&] { return splitter.next(); }});
    server.serve(std::move(stream), {});
    settle(*client);
    send(*client);
    settle(*client, input.bytes.size() + 4);
    if (input.chosen(4)) client->shutdown();
    if (input.chosen(5)) client->abort();
    settle(*client);
    for (int i = 0; i < 12; ++i) {
      clock.advance(10 * net::kSecond);
      settle(*client, 16);
    }
    require(out.empty() || out.starts_with("HTTP/1.1 "), "answers are HTTP");
    require(server.connections() == 0, "deadlines end connections");
  }
};

void erase_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
    const size_t end = std::min(text.find(to, at + from.size()), text.size() - to.size());
    text.erase(at, end + to.size() - at);
  }
}

// What may differ: the clock has moved between two sessions, and a guest may ask for content before
// or after some of it has come.
std::string comparable(std::string text) {
  erase_all(text, "Date: ", "\r\n");
  erase_all(text, "HTTP/1.1 100 Continue\r\n", "\r\n");
  return text;
}

// One of four, as the input chooses.
struct Services {
  explicit Services(net::Loop& loop) : show(loop), echo(loop), loop_(loop) {}

  Service& choose(const FuzzInput& input) {
    if (!input.chosen(6)) return input.chosen(0) ? static_cast<Service&>(echo) : show;
    auto& guest = input.chosen(0) ? guest_echo : guest_show;
    if (!guest && input.chosen(0)) guest.emplace(loop_, "tests/load/guest/load.wasm", "/echo");
    if (!guest) guest.emplace(loop_, "tests/http-raw/guest/raw.wasm", "");
    return *guest;
  }
  void check_guests() const {
    for (const auto* guest : {&guest_show, &guest_echo}) {
      if (!*guest) continue;
      require((*guest)->active() == 0, "guests end with their connections");
      require(!(*guest)->trapped(), "guests do not trap");
    }
  }

  ShowService show;
  EchoService echo;
  std::optional<GuestService> guest_show;
  std::optional<GuestService> guest_echo;

 private:
  net::Loop& loop_;
};

}  // namespace
}  // namespace tappet::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tappet;
  using namespace tappet::http;
  static net::ManualClock clock;
  static const auto loop = std::move(net::Loop::create(&clock).value());
  static Services services(*loop);
  const FuzzInput input(data, size);
  Service& service = services.choose(input);
  const size_t patience = input.chosen(6) ? 4 : 1;
  Session torn{*loop, clock, input, patience};
  torn.run(service, input.split);
  services.check_guests();
  if (input.chosen(0) || input.chosen(5) || input.split == 0) return 0;
  Session whole{*loop, clock, input, patience};
  whole.run(service, 0);
  require(comparable(torn.out) == comparable(whole.out), "the same bytes, the same answers");
  return 0;
}
