// Streams over files: a position of their own on a descriptor that they share.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "wasi/host/descriptor.h"
#include "wasi/host/fd_stream.h"

namespace tappet::wasi {
namespace {

class FileInput final : public InputStream {
 public:
  FileInput(std::shared_ptr<Descriptor> file, uint64_t offset)
      : file_(std::move(file)), offset_(offset) {}

  bool ready() override { return true; }
  StreamResult<Bytes> read(uint64_t limit) override {
    if (ended_) return fail(StreamEnd::closed());
    if (limit == 0) return Bytes();
    SystemResult<Bytes> bytes = file_->read(limit, offset_);
    ended_ = !bytes.ok() || bytes->empty();
    if (!bytes.ok()) return fail(StreamEnd::failed(io_error(bytes.error())));
    if (ended_) return fail(StreamEnd::closed());
    offset_ += bytes->size();
    return std::move(bytes).value();
  }

 private:
  std::shared_ptr<Descriptor> file_;
  uint64_t offset_;
  bool ended_ = false;
};

class FileOutput final : public OutputStream {
 public:
  FileOutput(std::shared_ptr<Descriptor> file, std::optional<uint64_t> offset)
      : file_(std::move(file)), offset_(offset) {}

  bool ready() override { return true; }
  StreamResult<size_t> check_write() override {
    if (failed_) return fail(StreamEnd::closed());
    return kMostWritten;
  }
  StreamResult<> write(Bytes bytes) override {
    ByteSpan rest = bytes;
    while (!rest.empty() && !failed_) {
      const SystemResult<size_t> count =
          offset_ ? file_->write(rest, *offset_) : file_->append(rest);
      if (!count.ok() || *count == 0) {
        failed_ = true;
        return fail(StreamEnd::failed(io_error(count.ok() ? Errno{EIO} : count.error())));
      }
      if (offset_) *offset_ += *count;
      rest = rest.subspan(*count);
    }
    return flush();
  }
  StreamResult<> flush() override {
    if (failed_) return fail(StreamEnd::closed());
    return {};
  }

 private:
  std::shared_ptr<Descriptor> file_;
  std::optional<uint64_t> offset_;  // none: at the end
  bool failed_ = false;
};

// A stream with a descriptor of its own, which counts as open while it lives.
template <class Stream>
struct OpenStream {
  OpenStream(std::shared_ptr<FilesystemState> s, net::Fd fd)
      : state(std::move(s)), stream(state->loop, std::move(fd)) {
    ++state->open;
  }
  ~OpenStream() { --state->open; }
  OpenStream(const OpenStream&) = delete;
  OpenStream& operator=(const OpenStream&) = delete;

  static std::shared_ptr<Stream> make(const std::shared_ptr<FilesystemState>& state, net::Fd fd) {
    auto open = std::make_shared<OpenStream>(state, std::move(fd));
    return {open, &open->stream};
  }

  std::shared_ptr<FilesystemState> state;
  Stream stream;
};

}  // namespace

SystemResult<net::Fd> Descriptor::duplicate() const {
  if (state_->open >= state_->most_open) return fail(Errno{EMFILE});
  net::Fd copy(fcntl(fd_.get(), F_DUPFD_CLOEXEC, 3));
  if (!copy) return fail(Errno{errno});
  return copy;
}

SystemResult<std::shared_ptr<InputStream>> Descriptor::input(
    const std::shared_ptr<Descriptor>& file, uint64_t offset) {
  TAPPET_TRY(file->readable_file());
  if (file->type_ == FileType::kRegularFile) {
    return std::shared_ptr<InputStream>(std::make_shared<FileInput>(file, offset));
  }
  net::Fd fd = TAPPET_TRY(file->duplicate());
  return std::shared_ptr<InputStream>(OpenStream<FdInput>::make(file->state_, std::move(fd)));
}

SystemResult<std::shared_ptr<OutputStream>> Descriptor::output(
    const std::shared_ptr<Descriptor>& file, std::optional<uint64_t> offset) {
  TAPPET_TRY(file->writable_file());
  if (file->type_ == FileType::kRegularFile) {
    return std::shared_ptr<OutputStream>(std::make_shared<FileOutput>(file, offset));
  }
  net::Fd fd = TAPPET_TRY(file->duplicate());
  return std::shared_ptr<OutputStream>(OpenStream<FdOutput>::make(file->state_, std::move(fd)));
}

}  // namespace tappet::wasi
