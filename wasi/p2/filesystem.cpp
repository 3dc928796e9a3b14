#include "wasi/p2/filesystem.h"

#include "wasi/host/filesystem.h"
#include "wasi/p2/file_values.h"
#include "wasi/p2/version.h"

namespace tappet::wasi::p2 {
namespace {

using component::Borrow;
using component::HostInterface;
using component::HostInterfaceDef;
using component::Own;

template <class T>
FileResult<T> answer(SystemResult<T> result) {
  if (!result.ok()) return fail(file_error(result.error()));
  return std::move(result).value();
}

template <class T>
FileResult<Own<T>> answer_own(SystemResult<std::shared_ptr<T>> result) {
  if (!result.ok()) return fail(file_error(result.error()));
  return Own<T>(std::move(result).value());
}

bool follows(PathFlags flags) { return flags.has(PathFlag::kSymlinkFollow); }

// Streams keep their file open: they are not children of its descriptor.
FileResult<Own<InputStream>> read_via_stream(const Borrow<Descriptor>& file, uint64_t offset) {
  return answer_own(Descriptor::input(file.share(), offset));
}

FileResult<Own<OutputStream>> write_via_stream(const Borrow<Descriptor>& file, uint64_t offset) {
  return answer_own(Descriptor::output(file.share(), offset));
}

FileResult<Own<OutputStream>> append_via_stream(const Borrow<Descriptor>& file) {
  return answer_own(Descriptor::output(file.share(), std::nullopt));
}

FileResult<> advise(const Descriptor& file, uint64_t offset, uint64_t length, Advice advice) {
  return answer(file.advise(offset, length, advice));
}

FileResult<> sync_data(const Descriptor& file) { return answer(file.sync_data()); }
FileResult<> sync(const Descriptor& file) { return answer(file.sync()); }

FileResult<DescriptorFlags> get_flags(const Descriptor& file) {
  return descriptor_flags(file.flags());
}

FileResult<FileType> get_type(const Descriptor& file) { return file.type(); }

FileResult<> set_size(const Descriptor& file, uint64_t size) { return answer(file.set_size(size)); }

FileResult<> set_times(const Descriptor& file, const TimestampChange& accessed,
                       const TimestampChange& modified) {
  const NewTimestamp access = TAPPET_TRY(new_timestamp(accessed));
  const NewTimestamp modification = TAPPET_TRY(new_timestamp(modified));
  return answer(file.set_times(access, modification));
}

FileResult<> set_times_at(const Descriptor& directory, PathFlags flags, const std::string& path,
                          const TimestampChange& accessed, const TimestampChange& modified) {
  const NewTimestamp access = TAPPET_TRY(new_timestamp(accessed));
  const NewTimestamp modification = TAPPET_TRY(new_timestamp(modified));
  return answer(directory.set_times_at(path, follows(flags), access, modification));
}

// The end has come when there is nothing, though something was asked for.
FileResult<std::pair<Bytes, bool>> read(const Descriptor& file, uint64_t length, uint64_t offset) {
  Bytes bytes = TAPPET_TRY(answer(file.read(length, offset)));
  const bool ended = bytes.empty() && length > 0;
  return std::pair(std::move(bytes), ended);
}

FileResult<uint64_t> write(const Descriptor& file, const Bytes& bytes, uint64_t offset) {
  return uint64_t{TAPPET_TRY(answer(file.write(bytes, offset)))};
}

FileResult<Own<DirectoryReader>> read_directory(const Descriptor& directory) {
  return answer_own(directory.read_directory());
}

// A name that is no text is skipped by whoever goes on after the error.
FileResult<std::optional<NamedEntry>> read_directory_entry(DirectoryReader& reader) {
  std::optional<DirectoryEntry> entry = TAPPET_TRY(answer(reader.next()));
  if (!entry) return std::optional<NamedEntry>();
  return std::optional(NamedEntry{entry->type, TAPPET_TRY(text(std::move(entry->name)))});
}

FileResult<DescriptorStat> stat(const Descriptor& file) {
  return descriptor_stat(TAPPET_TRY(answer(file.status())));
}

FileResult<DescriptorStat> stat_at(const Descriptor& directory, PathFlags flags,
                                   const std::string& path) {
  return descriptor_stat(TAPPET_TRY(answer(directory.status_at(path, follows(flags)))));
}

FileResult<Own<Descriptor>> open_at(const Descriptor& directory, PathFlags path_flags,
                                    const std::string& path, OpenFlags open_flags,
                                    DescriptorFlags flags) {
  return answer_own(directory.open(path, open_options(path_flags, open_flags, flags)));
}

FileResult<> create_directory_at(const Descriptor& directory, const std::string& path) {
  return answer(directory.create_directory(path));
}

FileResult<> remove_directory_at(const Descriptor& directory, const std::string& path) {
  return answer(directory.remove_directory(path));
}

FileResult<> unlink_file_at(const Descriptor& directory, const std::string& path) {
  return answer(directory.unlink_file(path));
}

// A link to what a symbolic link refers to is not to be had: its directory might be anywhere.
FileResult<> link_at(const Descriptor& directory, PathFlags flags, const std::string& path,
                     const Descriptor& to_directory, const std::string& to_path) {
  if (follows(flags)) return fail(FileError::kInvalid);
  return answer(directory.link(path, to_directory, to_path));
}

FileResult<> rename_at(const Descriptor& directory, const std::string& path,
                       const Descriptor& to_directory, const std::string& to_path) {
  return answer(directory.rename(path, to_directory, to_path));
}

FileResult<> symlink_at(const Descriptor& directory, const std::string& target,
                        const std::string& path) {
  return answer(directory.symlink(target, path));
}

FileResult<std::string> readlink_at(const Descriptor& directory, const std::string& path) {
  return text(TAPPET_TRY(answer(directory.read_link(path))));
}

bool is_same_object(const Descriptor& one, const Descriptor& other) {
  if (&one == &other) return true;
  const SystemResult<FileStatus> a = one.status();
  const SystemResult<FileStatus> b = other.status();
  return a.ok() && b.ok() && a->device == b->device && a->inode == b->inode;
}

MetadataHash hash_of(const FileStatus& status) {
  const auto [lower, upper] = wasi::metadata_hash(status);
  return {lower, upper};
}

FileResult<MetadataHash> metadata_hash(const Descriptor& file) {
  return hash_of(TAPPET_TRY(answer(file.status())));
}

FileResult<MetadataHash> metadata_hash_at(const Descriptor& directory, PathFlags flags,
                                          const std::string& path) {
  return hash_of(TAPPET_TRY(answer(directory.status_at(path, follows(flags)))));
}

std::optional<FileError> filesystem_error_code(const IoError& error) {
  const Errno* const code = error.payload<Errno>();
  if (code == nullptr) return std::nullopt;
  return file_error(*code);
}

std::vector<std::pair<Own<Descriptor>, std::string>> get_directories(Filesystem& filesystem) {
  std::vector<std::pair<Own<Descriptor>, std::string>> directories;
  directories.reserve(filesystem.preopens().size());
  for (const Filesystem::Preopen& preopen : filesystem.preopens()) {
    directories.emplace_back(Own<Descriptor>(preopen.directory), preopen.guest_path);
  }
  return directories;
}

}  // namespace

HostInterfaceDef filesystem_types() {
  return HostInterface<>("wasi:filesystem/types", kVersion)
      .resource<InputStream>("input-stream")
      .resource<OutputStream>("output-stream")
      .resource<IoError>("error")
      .func("filesystem-error-code", {"err"}, filesystem_error_code)
      .resource<Descriptor>("descriptor")
      .method("read-via-stream", {"offset"}, read_via_stream)
      .method("write-via-stream", {"offset"}, write_via_stream)
      .method("append-via-stream", append_via_stream)
      .method("advise", {"offset", "length", "advice"}, advise)
      .method("sync-data", sync_data)
      .method("get-flags", get_flags)
      .method("get-type", get_type)
      .method("set-size", {"size"}, set_size)
      .method("set-times", {"data-access-timestamp", "data-modification-timestamp"}, set_times)
      .method("read", {"length", "offset"}, read)
      .method("write", {"buffer", "offset"}, write)
      .method("read-directory", read_directory)
      .method("sync", sync)
      .method("create-directory-at", {"path"}, create_directory_at)
      .method("stat", stat)
      .method("stat-at", {"path-flags", "path"}, stat_at)
      .method("set-times-at",
              {"path-flags", "path", "data-access-timestamp", "data-modification-timestamp"},
              set_times_at)
      .method("link-at", {"old-path-flags", "old-path", "new-descriptor", "new-path"}, link_at)
      .method("open-at", {"path-flags", "path", "open-flags", "flags"}, open_at)
      .method("readlink-at", {"path"}, readlink_at)
      .method("remove-directory-at", {"path"}, remove_directory_at)
      .method("rename-at", {"old-path", "new-descriptor", "new-path"}, rename_at)
      .method("symlink-at", {"old-path", "new-path"}, symlink_at)
      .method("unlink-file-at", {"path"}, unlink_file_at)
      .method("is-same-object", {"other"}, is_same_object)
      .method("metadata-hash", metadata_hash)
      .method("metadata-hash-at", {"path-flags", "path"}, metadata_hash_at)
      .resource<DirectoryReader>("directory-entry-stream")
      .method("read-directory-entry", read_directory_entry);
}

HostInterfaceDef filesystem_preopens() {
  return HostInterface<Filesystem>("wasi:filesystem/preopens", kVersion)
      .resource<Descriptor>("descriptor")
      .func("get-directories", get_directories);
}

}  // namespace tappet::wasi::p2
