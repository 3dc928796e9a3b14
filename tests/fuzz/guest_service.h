// A guest of tests/ as the HTTP service that fuzzers talk to: the whole way from a request's bytes
// to wasi:http in a component and back.
#pragma once

#include <memory>
#include <string>

#include "net/http/service.h"
#include "net/loop/loop.h"

namespace tappet::wasi {
class ComponentService;
}

namespace tappet::http {

// Reads, links and serves the component once; each request has an instance of its own.
class GuestService final : public Service {
 public:
  // `file` is relative to the repository; `path` replaces those of requests if it is not empty. The
  // loop outlives the service. Ends the program if there is anything wrong with the file.
  GuestService(net::Loop& loop, const std::string& file, std::string path);
  ~GuestService() override;

  void handle(Request&& request, Responder responder) override;
  // Guests that run or wait.
  size_t active() const;
  // Whether a guest has trapped, ever, other than on purpose (unreachable).
  bool trapped() const { return trapped_; }

 private:
  struct Parts;
  const std::string path_;
  bool trapped_ = false;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tappet::http
