// A server that answers anything, torn anywhere. Promises: every request has an outcome in time,
// and the outcome does not depend on how the bytes were torn.
#include "net/http/client.h"
#include "tests/fuzz/http_tools.h"
#include "tests/unit/net/http/pipe_connector.h"

namespace tappet::http {
namespace {

// Reads a response to its end, whatever that is, and writes down what it sees.
class Observer {
 public:
  explicit Observer(PendingResponse pending) : pending_(std::move(pending)) {}

  void look() {
    if (!done_ && !response_) look_for_head();
    if (!done_ && response_) look_for_content();
  }
  bool done() const { return done_; }
  const std::string& seen() const { return seen_; }

 private:
  void look_for_head() {
    auto outcome = pending_.try_get();
    if (!outcome) return;
    if (!outcome->ok()) return end("! " + std::string(outcome->error().name()));
    response_ = std::move(outcome->value());
    seen_ += std::to_string(response_->status) + "\n";
    for (size_t i = 0; i < response_->fields.size(); ++i) add(response_->fields[i]);
  }

  void look_for_content() {
    for (;;) {
      auto part = response_->body.try_take(100);
      if (!part) return;
      if (!part->ok()) return end("! " + std::string(part->error().name()));
      if ((*part)->empty()) break;
      seen_.append((*part)->begin(), (*part)->end());
    }
    auto trailers = response_->body.try_trailers();
    require(trailers && trailers->ok(), "trailers follow the end");
    for (size_t i = 0; **trailers && i < (**trailers)->size(); ++i) add((***trailers)[i]);
    end(".");
  }

  void add(const Field& field) {
    seen_ += std::string(field.name) + ": " + std::string(field.value) + "\n";
  }
  void end(const std::string& how) {
    seen_ += "\n" + how;
    done_ = true;
  }

  PendingResponse pending_;
  std::optional<Response> response_;
  std::string seen_;
  bool done_ = false;
};

Request make_request(const FuzzInput& input) {
  Request request;
  if (input.chosen(0)) request.method = Method::kHead;
  if (input.chosen(1)) {
    request.method = Method::kPost;
    request.body = BodyReader(std::string_view("content"));
  }
  request.scheme = Scheme::kHttp;
  request.authority = "a";
  request.path_with_query = "/";
  return request;
}

std::string run(net::Loop& loop, net::ManualClock& clock, const FuzzInput& input, uint8_t seed) {
  Splitter splitter(seed);
  PipeConnector connector(loop, [&] { return splitter.next(); });
  connector.keeps = input.chosen(3);
  ClientLimits limits;
  if (input.chosen(4)) limits.body_buffer = 16;
  HttpClient client(loop, connector, limits);
  Observer observer(client.send(make_request(input), {}));
  loop.turn(net::Loop::Wait::kNone);
  net::ByteStream& server = *connector.servers.at(0);
  std::string_view rest = input.bytes;
  auto turns = [&](size_t count) {
    for (size_t i = 0; i < count && !observer.done(); ++i) {
      loop.turn(net::Loop::Wait::kNone);
      observer.look();
    }
  };
  while (!rest.empty() && !observer.done()) {
    const ByteSpan parts[] = {as_bytes(rest)};
    const auto accepted = server.try_write(parts);
    if (!accepted.ok()) break;
    rest.remove_prefix(*accepted);
    turns(4);
  }
  turns(input.bytes.size() + 8);  // a byte per turn at worst
  if (input.chosen(2)) server.shutdown();
  turns(8);
  clock.advance(3600 * net::kSecond);
  turns(8);
  require(observer.done(), "every request has an outcome");
  return observer.seen();
}

}  // namespace
}  // namespace tappet::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tappet;
  using namespace tappet::http;
  static net::ManualClock clock;
  static const auto loop = std::move(net::Loop::create(&clock).value());
  const FuzzInput input(data, size);
  const std::string torn = run(*loop, clock, input, input.split);
  if (input.split == 0) return 0;
  require(torn == run(*loop, clock, input, 0), "the same bytes, the same outcome");
  return 0;
}
