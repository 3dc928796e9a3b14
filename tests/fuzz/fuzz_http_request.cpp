// A client that sends anything, torn anywhere. Promises: every answer is HTTP, the answers do not
// depend on how the bytes were torn, and no connection outlives its deadlines.
#include "net/http/server.h"
#include "net/io/memory_pipe.h"
#include "tests/fuzz/http_tools.h"
#include "tests/unit/net/http/services.h"

namespace tappet::http {
namespace {

struct Session {
  net::Loop& loop;
  net::ManualClock& clock;
  const FuzzInput& input;
  std::string out;
  bool ended = false;

  // Torn input may need a turn per byte before anything is to be seen.
  void settle(net::ByteStream& client, size_t turns = 4) {
    for (size_t quiet = 0; quiet < turns; ++quiet) {
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

}  // namespace
}  // namespace tappet::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tappet;
  using namespace tappet::http;
  static net::ManualClock clock;
  static const auto loop = std::move(net::Loop::create(&clock).value());
  const FuzzInput input(data, size);
  ShowService show(*loop);
  EchoService echo(*loop);
  Session torn{*loop, clock, input, {}, false};
  torn.run(input.chosen(0) ? static_cast<Service&>(echo) : show, input.split);
  if (input.chosen(0) || input.chosen(5) || input.split == 0) return 0;
  Session whole{*loop, clock, input, {}, false};
  whole.run(show, 0);
  // The clock has moved in between: dates differ.
  auto without_dates = [](std::string text) {
    for (size_t at = 0; (at = text.find("\r\nDate: ", at)) != std::string::npos;) {
      text.erase(at + 2, text.find("\r\n", at + 2) - at - 2);
    }
    return text;
  };
  require(without_dates(torn.out) == without_dates(whole.out), "the same bytes, the same answers");
  return 0;
}
