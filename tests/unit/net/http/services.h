// Services that tests serve.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "net/http/service.h"
#include "net/loop/loop.h"

namespace tappet::http {

// Calls a function.
class FunctionService final : public Service {
 public:
  using Function = std::function<void(Request, Responder)>;
  explicit FunctionService(Function function) : function_(std::move(function)) {}
  void handle(Request&& request, Responder responder) override {
    function_(std::move(request), std::move(responder));
  }

 private:
  Function function_;
};

// Runs little state machines until they say they are done: step() is called whenever the body that
// it waits for has changed.
class JobService : public Service {
 public:
  explicit JobService(net::Loop& loop) : loop_(loop) {}

  class Job {
   public:
    explicit Job(net::Loop& loop)
        : step_([this] { run(); }), changed_([this, &loop] { loop.soon().add(step_); }) {}
    virtual ~Job() = default;
    // True when there is nothing more to do; otherwise wake_up() has been given to a body.
    virtual bool step() = 0;
    // Lets go of all bodies: whoever keeps a request's reader keeps its connection.
    virtual void finish() = 0;
    void run() {
      if (done_ || !step()) return;
      done_ = true;
      finish();
    }
    bool done() const { return done_; }

   protected:
    Waker& wake_up() { return changed_; }

   private:
    Waker step_;
    Waker changed_;
    bool done_ = false;
  };

  template <class T, class... Args>
  void start(Args&&... args) {
    jobs_.remove_if([](const auto& job) { return job->done(); });
    jobs_.push_back(std::make_unique<T>(loop_, std::forward<Args>(args)...));
    jobs_.back()->run();
  }
  size_t running() {
    jobs_.remove_if([](const auto& job) { return job->done(); });
    return jobs_.size();
  }

 protected:
  net::Loop& loop_;

 private:
  std::list<std::unique_ptr<Job>> jobs_;
};

// Answers with a description of the whole request: a line of method, scheme, authority and path,
// the fields, the content and the trailers.
class ShowService final : public JobService {
 public:
  using JobService::JobService;
  void handle(Request&& request, Responder responder) override {
    start<Show>(std::move(request), std::move(responder));
  }

 private:
  struct Show final : Job {
    Show(net::Loop& loop, Request request_in, Responder responder_in)
        : Job(loop), request(std::move(request_in)), responder(std::move(responder_in)) {}

    bool step() override {
      for (;;) {
        auto part = request.body.try_take(SIZE_MAX);
        if (!part) return request.body.await_readable(wake_up()), false;
        if (!part->ok()) return answer(500, "body: " + part->error().to_string());
        if ((*part)->empty()) break;
        content.append((*part)->begin(), (*part)->end());
      }
      std::string text =
          std::string(request.method.text()) + " " + std::string(request.scheme->text()) + " " +
          request.authority.value_or("-") + " " + request.path_with_query.value_or("-") + "\n";
      for (size_t i = 0; i < request.fields.size(); ++i) text += line(request.fields[i]);
      if (!content.empty()) text += "[" + content + "]\n";
      const auto trailers = request.body.try_trailers();
      if (trailers && trailers->ok() && trailers->value()) {
        for (size_t i = 0; i < (**trailers)->size(); ++i) text += "+ " + line((***trailers)[i]);
      }
      return answer(200, text);
    }

    static std::string line(const Field& field) {
      return std::string(field.name) + ": " + std::string(field.value) + "\n";
    }
    bool answer(uint16_t status, const std::string& text) {
      responder.send({status, {}, BodyReader(text)});
      return true;
    }

    void finish() override { request = Request(); }

    Request request;
    Responder responder;
    std::string content;
  };
};

// Answers at once and sends the request's content back as it comes, trailers included.
class EchoService final : public JobService {
 public:
  using JobService::JobService;
  void handle(Request&& request, Responder responder) override {
    start<Echo>(std::move(request), std::move(responder));
  }

 private:
  struct Echo final : Job {
    Echo(net::Loop& loop, Request request, Responder responder)
        : Job(loop), reader(std::move(request.body)) {
      Body body = Body::make({.capacity = 64 * 1024, .length = reader.remaining()});
      writer = std::move(body.writer);
      responder.send({200, {}, std::move(body.reader)});
    }

    bool step() override {
      for (;;) {
        if (writer.reader_gone()) return true;
        auto bytes = reader.try_peek();
        if (!bytes) return reader.await_readable(wake_up()), false;
        if (!bytes->ok()) return writer.abort(bytes->error()), true;
        if ((*bytes)->empty()) {
          auto trailers = reader.try_trailers();
          return (void)writer.finish(std::move(trailers->value())), true;
        }
        const auto written = writer.try_write(**bytes);
        if (!written.ok()) return true;
        if (*written == 0) return writer.await_writable(wake_up()), false;
        reader.consume(*written);
      }
    }

    void finish() override {
      reader = BodyReader();
      writer = BodyWriter();
    }

    BodyReader reader;
    BodyWriter writer;
  };
};

}  // namespace tappet::http
