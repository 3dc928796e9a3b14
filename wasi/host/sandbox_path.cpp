#include "wasi/host/sandbox_path.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#include <cerrno>
#include <vector>

namespace tappet::wasi {
namespace {

constexpr int kMostLinks = 40;    // as Linux
constexpr int kMostRetries = 16;  // of openat2(), when somebody renames directories meanwhile

auto error(int code) { return fail(Errno{code}); }

SystemResult<> check(std::string_view path) {
  if (path.empty()) return error(ENOENT);
  if (path.size() >= PATH_MAX) return error(ENAMETOOLONG);
  if (path.find('\0') != std::string_view::npos) return error(EINVAL);
  if (path.front() == '/') return error(EPERM);
  return {};
}

bool only_slashes(std::string_view text) {
  return text.find_first_not_of('/') == std::string_view::npos;
}

SystemResult<std::string> read_link(int directory, const char* name) {
  char target[PATH_MAX];
  const ssize_t size = readlinkat(directory, name, target, sizeof target);
  if (size < 0) return error(errno);
  if (static_cast<size_t>(size) == sizeof target) return error(ENAMETOOLONG);
  return std::string(target, static_cast<size_t>(size));
}

// One resolution, component by component. Directories on the way are held open, so ".." goes back
// to where we came from, whatever was renamed.
class Walk {
 public:
  Walk(int base, bool follow, int flags, unsigned mode)
      : base_(base), follow_(follow), flags_(flags), mode_(mode) {}

  SystemResult<net::Fd> run(std::string_view path) {
    rest_ = path;
    for (;;) {
      const std::string name = next();
      const bool is_last = only_slashes(rest_);
      if (name.empty() || name == ".") {
        if (is_last) return open_here();
      } else if (name == "..") {
        if (parents_.empty()) return error(EPERM);
        parents_.pop_back();
        if (is_last) return open_here();
      } else if (!is_last) {
        TAPPET_TRY(enter(name));
      } else if (Poll<SystemResult<net::Fd>> opened = open_last(name)) {
        return *std::move(opened);
      }
    }
  }

 private:
  int here() const { return parents_.empty() ? base_ : parents_.back().get(); }

  // Takes the first component off the rest, and the slashes before it.
  std::string next() {
    rest_.erase(0, std::min(rest_.find_first_not_of('/'), rest_.size()));
    const size_t end = std::min(rest_.find('/'), rest_.size());
    std::string name = rest_.substr(0, end);
    rest_.erase(0, end);
    return name;
  }

  SystemResult<net::Fd> open_at(const char* name, int flags) {
    net::Fd fd(openat(here(), name, flags | O_NOFOLLOW | O_CLOEXEC, mode_));
    if (!fd) return error(errno);
    return fd;
  }

  SystemResult<> enter(const std::string& name) {
    SystemResult<net::Fd> fd = open_at(name.c_str(), O_PATH | O_DIRECTORY);
    if (fd.ok()) return parents_.push_back(std::move(fd).value()), SystemResult<>();
    return expand(name, fd.error());
  }

  // Puts a link's target in its place. If it is no link, what went wrong before is the error.
  SystemResult<> expand(const std::string& name, Errno otherwise) {
    if (otherwise.code != ELOOP && otherwise.code != ENOTDIR) return error(otherwise.code);
    SystemResult<std::string> target = read_link(here(), name.c_str());
    if (!target.ok()) return error(otherwise.code);
    if (++links_ > kMostLinks) return error(ELOOP);
    if (target->empty()) return error(ENOENT);
    if (target->front() == '/') return error(EPERM);
    rest_ = *std::move(target) + rest_;
    return {};
  }

  // Nothing if the name was a link, which is now the rest of the path.
  Poll<SystemResult<net::Fd>> open_last(const std::string& name) {
    const bool as_directory = !rest_.empty();  // slashes, which always follow
    const bool follow = follow_ || as_directory;
    if (as_directory && (flags_ & O_CREAT) != 0) return {error(EISDIR)};
    SystemResult<net::Fd> fd = open_at(name.c_str(), flags_ | (as_directory ? O_DIRECTORY : 0));
    if (!follow || (fd.ok() && !is_link(fd->get()))) return fd;
    const SystemResult<> expanded = expand(name, fd.ok() ? Errno{ELOOP} : fd.error());
    if (!expanded.ok()) return {error(expanded.error().code)};
    return kPending;
  }

  SystemResult<net::Fd> open_here() { return open_at(".", flags_); }

  // Only O_PATH opens links.
  bool is_link(int fd) const {
    struct stat info{};
    return (flags_ & O_PATH) != 0 && fstat(fd, &info) == 0 && S_ISLNK(info.st_mode);
  }

  int base_;
  bool follow_;
  int flags_;
  unsigned mode_;
  int links_ = 0;
  std::string rest_;
  std::vector<net::Fd> parents_;
};

#ifdef __linux__
int open_beneath(int directory, const char* path, int flags, unsigned mode) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int i = 0;; ++i) {
    const int fd = static_cast<int>(syscall(SYS_openat2, directory, path, &how, sizeof how));
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR) || i == kMostRetries) return fd;
  }
}
#else
int open_beneath(int, const char*, int, unsigned) { return errno = ENOSYS, -1; }
#endif

}  // namespace

SandboxPath SandboxPath::best() {
  const net::Fd probe(open_beneath(AT_FDCWD, ".", O_PATH | O_CLOEXEC, 0));
  return SandboxPath(probe ? Method::kKernel : Method::kWalk);
}

SystemResult<net::Fd> SandboxPath::open(int directory, std::string_view path, bool follow,
                                        int flags, unsigned mode) const {
  TAPPET_TRY(check(path));
  if (method_ == Method::kWalk) return Walk(directory, follow, flags, mode).run(path);
  const int all_flags = flags | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
  net::Fd fd(open_beneath(directory, std::string(path).c_str(), all_flags, mode));
  if (!fd) return error(errno == EXDEV ? EPERM : errno);
  return fd;
}

SystemResult<DirectoryEntryRef> SandboxPath::entry(int directory, std::string_view path) const {
  TAPPET_TRY(check(path));
  DirectoryEntryRef entry;
  const size_t end = path.find_last_not_of('/') + 1;
  entry.trailing_slash = end < path.size();
  path = path.substr(0, end);
  const size_t slash = path.rfind('/');
  entry.name = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  if (entry.name == "." || entry.name == "..") return error(EINVAL);
  const std::string_view parent = slash == std::string_view::npos ? "." : path.substr(0, slash);
  entry.parent = TAPPET_TRY(open(directory, parent, true, O_PATH | O_DIRECTORY));
  return entry;
}

}  // namespace tappet::wasi
