// path_*: the host's directories keep guests beneath them.
#include <algorithm>

#include "wasi/p1/file_values.h"
#include "wasi/p1/preview1.h"

namespace tappet::wasi {

using namespace p1;  // NOLINT: the names of errnos

Answered<> Preview1::path_create_directory(Call& call) {
  const Descriptor* const at = TAPPET_TRY(directory(call.arg(0)));
  TAPPET_TRY(at->create_directory(TAPPET_TRY(call.text(1))));
  return {};
}

// fd, flags, path, where the filestat goes.
Answered<> Preview1::path_filestat_get(Call& call) {
  const Descriptor* const at = TAPPET_TRY(directory(call.arg(0)));
  const bool follow = TAPPET_TRY(follows(call.arg(1)));
  const std::string path = TAPPET_TRY(call.text(2));
  const FilestatLayout& layout = call.dialect().filestat;
  const std::span<uint8_t> out = TAPPET_TRY(call.view(call.arg(4), layout.bytes));
  write_filestat(out, layout, TAPPET_TRY(at->status_at(path, follow)));
  return {};
}

// fd, flags, path, two times, flags of those.
Answered<> Preview1::path_filestat_set_times(Call& call) {
  const Descriptor* const at = TAPPET_TRY(directory(call.arg(0)));
  const bool follow = TAPPET_TRY(follows(call.arg(1)));
  const std::string path = TAPPET_TRY(call.text(2));
  const NewTimes times = TAPPET_TRY(new_times(call.arg(4), call.arg(5), call.arg(6)));
  TAPPET_TRY(at->set_times_at(path, follow, times.accessed, times.modified));
  return {};
}

// fd, flags, path, another fd, path there. A link to what a symbolic link refers to is not to be
// had: its directory might be anywhere.
Answered<> Preview1::path_link(Call& call) {
  const Descriptor* const from = TAPPET_TRY(directory(call.arg(0)));
  const Descriptor* const to = TAPPET_TRY(directory(call.arg(4)));
  if (TAPPET_TRY(follows(call.arg(1)))) return fail(kInval);
  const std::string from_path = TAPPET_TRY(call.text(2));
  TAPPET_TRY(from->link(from_path, *to, TAPPET_TRY(call.text(5))));
  return {};
}

// fd, flags, path, oflags, rights, rights of files opened in turn, fdflags, where the number goes.
Answered<> Preview1::path_open(Call& call) {
  const Descriptor* const at = TAPPET_TRY(directory(call.arg(0)));
  const std::string path = TAPPET_TRY(call.text(2));
  const OpenOptions options =
      TAPPET_TRY(open_options(call.arg(1), call.arg(4), call.arg(5), call.arg(7)));
  (void)TAPPET_TRY(call.view(call.arg(8), sizeof(uint32_t)));
  OpenFile file{.descriptor = TAPPET_TRY(at->open(path, options))};
  file.flags = static_cast<uint16_t>(call.arg(7) & (kAppend | kNonblock));
  return call.store(call.arg(8), files_.add(std::move(file)));
}

// fd, path, buffer, its length, where the number of bytes goes. What does not fit is cut off.
Answered<> Preview1::path_readlink(Call& call) {
  const Descriptor* const at = TAPPET_TRY(directory(call.arg(0)));
  const std::string path = TAPPET_TRY(call.text(1));
  const std::span<uint8_t> out = TAPPET_TRY(call.view(call.arg(3), call.arg(4)));
  (void)TAPPET_TRY(call.view(call.arg(5), sizeof(uint32_t)));
  const std::string target = TAPPET_TRY(at->read_link(path));
  const size_t count = std::min(target.size(), out.size());
  std::copy_n(target.begin(), count, out.begin());
  return call.store(call.arg(5), static_cast<uint32_t>(count));
}

Answered<> Preview1::path_remove_directory(Call& call) {
  const Descriptor* const at = TAPPET_TRY(directory(call.arg(0)));
  TAPPET_TRY(at->remove_directory(TAPPET_TRY(call.text(1))));
  return {};
}

// fd, path, another fd, path there.
Answered<> Preview1::path_rename(Call& call) {
  const Descriptor* const from = TAPPET_TRY(directory(call.arg(0)));
  const Descriptor* const to = TAPPET_TRY(directory(call.arg(3)));
  const std::string from_path = TAPPET_TRY(call.text(1));
  TAPPET_TRY(from->rename(from_path, *to, TAPPET_TRY(call.text(4))));
  return {};
}

// What the link contains, fd, path of the link.
Answered<> Preview1::path_symlink(Call& call) {
  const Descriptor* const at = TAPPET_TRY(directory(call.arg(2)));
  const std::string target = TAPPET_TRY(call.text(0));
  TAPPET_TRY(at->symlink(target, TAPPET_TRY(call.text(3))));
  return {};
}

Answered<> Preview1::path_unlink_file(Call& call) {
  const Descriptor* const at = TAPPET_TRY(directory(call.arg(0)));
  TAPPET_TRY(at->unlink_file(TAPPET_TRY(call.text(1))));
  return {};
}

}  // namespace tappet::wasi
