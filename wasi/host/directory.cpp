// What a directory does with the paths beneath it. A path's last component is either opened and
// then looked at through the descriptor, or it is a name within a parent that is held open: nothing
// is resolved twice.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include <fmt/format.h>

#include "wasi/host/file_status.h"

namespace tappet::wasi {
namespace {

auto error(int code) { return fail(Errno{code}); }

SystemResult<> done(int result) {
  if (result != 0) return error(errno);
  return {};
}

int open_flags(const OpenOptions& options) {
  int flags = O_NONBLOCK | O_NOCTTY;  // no FIFO makes us wait, no terminal becomes ours
  flags |= options.write ? (options.read ? O_RDWR : O_WRONLY) : O_RDONLY;
  if (options.create) flags |= O_CREAT;
  if (options.create && options.exclusive) flags |= O_EXCL;
  if (options.truncate) flags |= O_TRUNC;
  if (options.directory) flags |= O_DIRECTORY;
  if (options.sync) flags |= O_SYNC;
  if (options.data_sync) flags |= O_DSYNC;
  if (options.read_sync) flags |= O_RSYNC;
  return flags;
}

// Nothing if there is none of that name.
std::optional<FileType> type_of(const DirectoryEntryRef& entry) {
  struct stat info{};
  if (fstatat(entry.parent.get(), entry.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return {};
  return file_type(info.st_mode);
}

bool names_directory(const DirectoryEntryRef& entry) {
  return type_of(entry) == FileType::kDirectory;
}

// A path that ends with a slash names a directory, and nothing else.
SystemResult<> check_slash(const DirectoryEntryRef& entry) {
  if (entry.trailing_slash && !names_directory(entry)) return error(ENOTDIR);
  return {};
}

// Nor can anything else get such a name.
SystemResult<> check_new_name(const DirectoryEntryRef& entry) {
  if (!entry.trailing_slash) return {};
  const std::optional<FileType> type = type_of(entry);
  if (!type) return error(ENOENT);
  return error(*type == FileType::kDirectory ? EEXIST : ENOTDIR);
}

// Not every file system tells the types of a directory's entries.
FileType entry_type(int directory, const dirent& entry) {
  struct stat info{};
  if (entry.d_type != DT_UNKNOWN) return file_type(static_cast<mode_t>(DTTOIF(entry.d_type)));
  if (fstatat(directory, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) return FileType::kUnknown;
  return file_type(info.st_mode);
}

// utimensat() on an O_PATH descriptor: Linux 5.8; before that, through its name in /proc.
SystemResult<> set_times_of(int fd, const std::array<timespec, 2>& times) {
  if (utimensat(fd, "", times.data(), AT_EMPTY_PATH) == 0) return {};
  if (errno != EINVAL) return error(errno);
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  return done(utimensat(AT_FDCWD, path.c_str(), times.data(), 0));
}

}  // namespace

DirectoryReader::DirectoryReader(std::shared_ptr<FilesystemState> state, void* directory)
    : state_(std::move(state)), directory_(directory) {
  ++state_->open;
}

DirectoryReader::~DirectoryReader() {
  closedir(static_cast<DIR*>(directory_));
  --state_->open;
}

SystemResult<std::optional<DirectoryEntry>> DirectoryReader::next() {
  DIR* const directory = static_cast<DIR*>(directory_);
  for (;;) {
    errno = 0;
    const dirent* const entry = readdir(directory);  // NOLINT: nobody else has this DIR
    if (!entry && errno != 0) return error(errno);
    if (!entry) return std::optional<DirectoryEntry>();
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    return std::optional(
        DirectoryEntry{entry_type(dirfd(directory), *entry), entry->d_ino, std::string(name)});
  }
}

SystemResult<> Descriptor::mutable_directory() const {
  if (!is_directory()) return error(ENOTDIR);
  if (!access_.mutate_directories) return error(EROFS);
  return {};
}

SystemResult<net::Fd> Descriptor::open_path(std::string_view path, bool follow, int flags) const {
  if (!is_directory()) return error(ENOTDIR);
  return state_->paths.open(fd_.get(), path, follow, flags);
}

SystemResult<DirectoryEntryRef> Descriptor::entry(std::string_view path) const {
  TAPPET_TRY(mutable_directory());
  return state_->paths.entry(fd_.get(), path);
}

SystemResult<std::shared_ptr<Descriptor>> Descriptor::open(std::string_view path,
                                                           const OpenOptions& options) const {
  if (!is_directory()) return error(ENOTDIR);
  if (options.directory && (options.create || options.exclusive || options.truncate)) {
    return error(EINVAL);
  }
  if ((options.create || options.mutate_directory) && !access_.mutate_directories) {
    return error(EROFS);
  }
  if ((options.write || options.truncate) && !access_.write_files) return error(EROFS);
  if (state_->open >= state_->most_open) return error(EMFILE);
  constexpr unsigned kMode = 0666;  // less the process's umask
  net::Fd fd =
      TAPPET_TRY(state_->paths.open(fd_.get(), path, options.follow, open_flags(options), kMode));
  const FileStatus status = TAPPET_TRY(file_status(fd.get()));
  return std::make_shared<Descriptor>(state_, std::move(fd), status.type, options, access_);
}

SystemResult<std::shared_ptr<DirectoryReader>> Descriptor::read_directory() const {
  if (state_->open >= state_->most_open) return error(EMFILE);
  // Opened anew: the position in a directory belongs to the open file description.
  const net::Fd fd = TAPPET_TRY(open_path(".", true, O_RDONLY | O_DIRECTORY));
  const int ours = fcntl(fd.get(), F_DUPFD_CLOEXEC, 3);
  if (ours < 0) return error(errno);
  DIR* const directory = fdopendir(ours);
  if (!directory) return ::close(ours), error(errno);
  return std::make_shared<DirectoryReader>(state_, directory);
}

SystemResult<FileStatus> Descriptor::status_at(std::string_view path, bool follow) const {
  const net::Fd fd = TAPPET_TRY(open_path(path, follow, O_PATH));
  return file_status(fd.get());
}

SystemResult<> Descriptor::set_times_at(std::string_view path, bool follow,
                                        const NewTimestamp& accessed,
                                        const NewTimestamp& modified) const {
  TAPPET_TRY(mutable_directory());
  const std::array<timespec, 2> times = {TAPPET_TRY(to_timespec(accessed)),
                                         TAPPET_TRY(to_timespec(modified))};
  const net::Fd fd = TAPPET_TRY(open_path(path, follow, O_PATH));
  return set_times_of(fd.get(), times);
}

SystemResult<> Descriptor::create_directory(std::string_view path) const {
  SystemResult<DirectoryEntryRef> at = entry(path);
  if (!at.ok() && at.error().code == EINVAL) {  // "a/." and "a/..": there already, or not to be had
    (void)TAPPET_TRY(open_path(path, true, O_PATH));
    return error(EEXIST);
  }
  const DirectoryEntryRef& e = TAPPET_TRY(std::move(at));
  return done(mkdirat(e.parent.get(), e.name.c_str(), 0777));
}

SystemResult<> Descriptor::remove_directory(std::string_view path) const {
  const DirectoryEntryRef e = TAPPET_TRY(entry(path));
  return done(unlinkat(e.parent.get(), e.name.c_str(), AT_REMOVEDIR));
}

SystemResult<> Descriptor::unlink_file(std::string_view path) const {
  const DirectoryEntryRef e = TAPPET_TRY(entry(path));
  if (e.trailing_slash) return error(names_directory(e) ? EISDIR : ENOTDIR);
  return done(unlinkat(e.parent.get(), e.name.c_str(), 0));
}

// A file that may not be written here must not become writable by a second name elsewhere.
SystemResult<> Descriptor::may_move_to(const Descriptor& to_directory) const {
  TAPPET_TRY(mutable_directory());
  TAPPET_TRY(to_directory.mutable_directory());
  if (to_directory.access_.write_files && !access_.write_files) return error(EPERM);
  return {};
}

SystemResult<> Descriptor::link(std::string_view path, const Descriptor& to_directory,
                                std::string_view to_path) const {
  TAPPET_TRY(may_move_to(to_directory));
  const DirectoryEntryRef from = TAPPET_TRY(entry(path));
  const DirectoryEntryRef to = TAPPET_TRY(to_directory.entry(to_path));
  TAPPET_TRY(check_slash(from));
  TAPPET_TRY(check_new_name(to));
  return done(linkat(from.parent.get(), from.name.c_str(), to.parent.get(), to.name.c_str(), 0));
}

SystemResult<> Descriptor::rename(std::string_view path, const Descriptor& to_directory,
                                  std::string_view to_path) const {
  TAPPET_TRY(may_move_to(to_directory));
  const DirectoryEntryRef from = TAPPET_TRY(entry(path));
  const DirectoryEntryRef to = TAPPET_TRY(to_directory.entry(to_path));
  TAPPET_TRY(check_slash(from));
  if (to.trailing_slash && !names_directory(from)) return error(ENOTDIR);
  return done(renameat(from.parent.get(), from.name.c_str(), to.parent.get(), to.name.c_str()));
}

// The target is text: whoever follows the link stays in the sandbox of the one who follows.
SystemResult<> Descriptor::symlink(std::string_view target, std::string_view path) const {
  const DirectoryEntryRef e = TAPPET_TRY(entry(path));
  if (target.empty()) return error(ENOENT);
  TAPPET_TRY(check_new_name(e));
  if (target.find('\0') != std::string_view::npos) return error(EINVAL);
  if (target.front() == '/') return error(EPERM);
  return done(symlinkat(std::string(target).c_str(), e.parent.get(), e.name.c_str()));
}

SystemResult<std::string> Descriptor::read_link(std::string_view path) const {
  const net::Fd link = TAPPET_TRY(open_path(path, false, O_PATH));
  std::array<char, PATH_MAX> target{};
  const ssize_t size = readlinkat(link.get(), "", target.data(), target.size());
  if (size < 0) return error(errno == ENOENT ? EINVAL : errno);  // not a link
  if (static_cast<size_t>(size) == target.size()) return error(ENAMETOOLONG);
  if (size > 0 && target[0] == '/') return error(EPERM);
  return std::string(target.data(), static_cast<size_t>(size));
}

}  // namespace tappet::wasi
