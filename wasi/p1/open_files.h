// The numbers of a guest's open files.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wasi/host/descriptor.h"
#include "wasi/host/socket.h"
#include "wasi/p1/answer.h"
#include "wasi/p1/listing.h"

namespace tappet::wasi::p1 {

// A standard stream, a file or directory, or a socket.
struct OpenFile {
  std::shared_ptr<Descriptor> descriptor = nullptr;  // else a standard stream, with `in` or `out`
  std::shared_ptr<InputStream> in = nullptr;         // of files made when they are needed
  std::shared_ptr<OutputStream> out = nullptr;
  std::shared_ptr<Socket> socket = nullptr;                // neither of these
  bool is_terminal = false;                                // of a standard stream
  uint16_t flags = 0;                                      // fdflags: append, nonblock
  std::optional<std::string> preopened_as = std::nullopt;  // its name, if the guest starts with it
  Listing listing = {};                                    // of a directory

  // Whether reading and writing never make the guest wait; then it needs no streams.
  bool never_waits() const;
  // Errors: kBadf, for what is not open for that.
  Answered<std::shared_ptr<InputStream>> input();
  Answered<std::shared_ptr<OutputStream>> output();
};

class OpenFiles {
 public:
  // How many are open.
  size_t count() const;
  // Null if that number is none.
  OpenFile* find(uint64_t number);
  // The lowest number that is free.
  uint32_t add(OpenFile file);
  // False if that number is none.
  bool close(uint64_t number);
  // `to` becomes what `from` was, which is none afterwards. False if one of them is none.
  bool renumber(uint64_t from, uint64_t to);

 private:
  std::vector<std::unique_ptr<OpenFile>> files_;
};

}  // namespace tappet::wasi::p1
