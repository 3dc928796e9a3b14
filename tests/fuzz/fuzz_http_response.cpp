// A server that answers anything, torn anywhere, to requests made of anything. Promises: every
// request has an outcome in time, the outcome does not depend on how the bytes were torn, and what
// the client puts on the wire is one request, the one that it was given.
#include <algorithm>

#include "net/http/client.h"
#include "net/http/request_parser.h"
#include "net/http/syntax.h"
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

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

// The request as values that can be made again and compared.
struct Asked {
  Method method;
  std::string authority = "a";
  std::string path = "/";
  Fields fields;
  std::string content;
  bool announced = false;  // the length of the content

  Request make(Body& body) const {
    Request request;
    request.method = method;
    request.scheme = Scheme::kHttp;
    request.authority = authority;
    request.path_with_query = path;
    request.fields = fields;
    if (content.empty()) return request;
    if (announced) {
      request.body = BodyReader(std::string_view(content));
    } else {
      body = Body::make();
      request.body = std::move(body.reader);
    }
    return request;
  }
};

// The peer's bytes may begin with what to ask: method, authority, path, fields with a colon between
// name and value, and behind a line with none the content, up to a NUL.
Asked read_asked(const FuzzInput& input, std::string_view& bytes) {
  Asked asked;
  if (input.chosen(0)) asked.method = Method::kHead;
  if (input.chosen(1)) {
    asked.method = Method::kPost;
    asked.content = "content";
    asked.announced = true;
  }
  if (!input.chosen(5)) return asked;
  asked.announced = input.chosen(6);
  std::string_view text = take_until(bytes, '\0');
  asked.method = Method::from_token(take_until(text, '\n'));
  asked.authority = take_until(text, '\n');
  asked.path = take_until(text, '\n');
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) break;
    (void)asked.fields.append(line.substr(0, colon), line.substr(colon + 1));
  }
  asked.content = text;
  return asked;
}

struct Collect final : ContentSink {
  void on_content(ByteSpan bytes) override { text += as_text(bytes); }
  std::string text;
};

// What does not frame or route a message passes unchanged.
std::string passing(const Fields& fields) {
  static constexpr std::string_view kOurs[] = {
      "connection",       "content-length",    "host",   "keep-alive",
      "proxy-connection", "transfer-encoding", "upgrade"};
  std::string text;
  for (size_t i = 0; i < fields.size(); ++i) {
    const Field field = fields[i];
    const bool ours = std::any_of(std::begin(kOurs), std::end(kOurs), [&](std::string_view name) {
      return equals_ignoring_case(name, field.name);
    });
    if (!ours) text += std::string(field.name) + ":" + std::string(trim(field.value)) + "\n";
  }
  return text;
}

// Sent completely or in part: the server may have ended the exchange before.
void check_wire(const Asked& asked, std::string_view wire) {
  constexpr size_t kLongestMethod = 64;  // that our server takes
  if (wire.empty() || asked.method.text().size() > kLongestMethod) return;
  const ParseLimits limits = {.first_line_bytes = SIZE_MAX / 2,
                              .header_bytes = SIZE_MAX / 2,
                              .header_fields = UINT32_MAX,
                              .trailer_bytes = SIZE_MAX / 2,
                              .trailer_fields = UINT32_MAX,
                              .chunk_extension_bytes = 0};
  RequestParser parser(limits);
  Collect content;
  ByteSpan input = as_bytes(wire);
  auto event = parser.feed(input, content);
  if (event == MessageParser::Event::kMore) return;
  require(event == MessageParser::Event::kHead, "the client's head is one for our server");
  const Request request = parser.take_request(Scheme::kHttp);
  require(request.method.text() == asked.method.text(), "the method is the one asked for");
  require(request.path_with_query.value_or("") == asked.path || asked.path.empty() ||
              request.method.kind() == Method::kConnect,
          "the path is the one asked for");
  require(request.authority == asked.authority, "the authority is the one asked for");
  require(passing(request.fields) == passing(asked.fields), "the fields are those asked for");
  event = parser.feed(input, content);
  require(event != MessageParser::Event::kError, "the client's content is framed well");
  require(asked.content.starts_with(content.text), "the content is the one given");
  require(input.empty(), "one request is one message");
  require(event != MessageParser::Event::kEnd || content.text == asked.content,
          "content is complete when it says so");
}

std::string run(net::Loop& loop, net::ManualClock& clock, const FuzzInput& input, uint8_t seed) {
  Splitter splitter(seed);
  PipeConnector connector(loop, [&] { return splitter.next(); });
  connector.keeps = input.chosen(3);
  ClientLimits limits;
  if (input.chosen(4)) limits.body_buffer = 16;
  HttpClient client(loop, connector, limits);
  std::string_view rest = input.bytes;
  Asked asked = read_asked(input, rest);
  Body body;
  Observer observer(client.send(asked.make(body), {}));
  if (!asked.announced) {
    // A content-length of 0 leaves a body without a reader, and its writer knows.
    const auto taken = body.writer.try_write(as_bytes(asked.content));
    asked.content.resize(taken.ok() ? *taken : 0);
    (void)body.writer.finish();
  }
  loop.turn(net::Loop::Wait::kNone);
  observer.look();
  if (connector.servers.empty()) {
    require(observer.done(), "what cannot be asked for fails at once");
    return observer.seen();
  }
  net::ByteStream& server = *connector.servers.at(0);
  std::string wire;
  bool ended = false;
  auto turns = [&](size_t count) {
    for (size_t i = 0; i < count && !observer.done(); ++i) {
      loop.turn(net::Loop::Wait::kNone);
      observer.look();
      receive(server, wire, ended);
    }
  };
  turns(asked.content.size() + 1);
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
  check_wire(asked, wire);
  return observer.seen();
}

struct World {
  net::ManualClock clock;
  std::unique_ptr<net::Loop> loop = std::move(net::Loop::create(&clock).value());
};

}  // namespace
}  // namespace tappet::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tappet;
  using namespace tappet::http;
  static auto world = std::make_unique<World>();
  // Five million inputs take a clock to its end, where nothing is ever late.
  if (world->clock.monotonic_ns() > net::kNever / 2) world = std::make_unique<World>();
  const FuzzInput input(data, size);
  const std::string torn = run(*world->loop, world->clock, input, input.split);
  if (input.split == 0) return 0;
  const std::string whole = run(*world->loop, world->clock, input, 0);
  require(torn == whole, "the same bytes, the same outcome");
  return 0;
}
