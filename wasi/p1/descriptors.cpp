// fd_*: what concerns numbers and what they stand for.
#include <algorithm>
#include <cstring>

#include "wasi/p1/file_values.h"
#include "wasi/p1/preview1.h"

namespace tappet::wasi {

using namespace p1;  // NOLINT: the names of errnos

Answered<OpenFile*> Preview1::open_file(uint64_t fd) {
  OpenFile* const file = files_.find(fd);
  if (file == nullptr) return fail(kBadf);
  return file;
}

Answered<const Descriptor*> Preview1::descriptor(uint64_t fd, Answer of_streams) {
  const OpenFile* const file = TAPPET_TRY(open_file(fd));
  if (!file->descriptor) return fail(of_streams);
  return file->descriptor.get();
}

Answered<> Preview1::fd_close(Call& call) {
  if (!files_.close(call.arg(0))) return fail(kBadf);
  return {};
}

Answered<> Preview1::fd_renumber(Call& call) {
  if (!files_.renumber(call.arg(0), call.arg(1))) return fail(kBadf);
  return {};
}

Answered<> Preview1::fd_fdstat_get(Call& call) {
  const OpenFile* const file = TAPPET_TRY(open_file(call.arg(0)));
  write_fdstat(TAPPET_TRY(call.view(call.arg(1), kFdstatBytes)), *file);
  return {};
}

Answered<> Preview1::fd_fdstat_set_flags(Call& call) {
  OpenFile* const file = TAPPET_TRY(open_file(call.arg(0)));
  if (file->descriptor && file->descriptor->is_directory()) return fail(kBadf);
  file->flags = TAPPET_TRY(new_fd_flags(*file, call.arg(1)));
  return {};
}

// Rights only say what a descriptor can do; none can be taken away.
Answered<> Preview1::fd_fdstat_set_rights(Call& call) {
  (void)TAPPET_TRY(open_file(call.arg(0)));
  return fail(kNotsup);
}

Answered<> Preview1::fd_filestat_get(Call& call) {
  const OpenFile* const file = TAPPET_TRY(open_file(call.arg(0)));
  const FilestatLayout& layout = call.dialect().filestat;
  const std::span<uint8_t> out = TAPPET_TRY(call.view(call.arg(1), layout.bytes));
  FileStatus status;
  if (file->descriptor) {
    status = TAPPET_TRY(file->descriptor->status());
  } else {
    status.type = type_of(*file);
  }
  write_filestat(out, layout, status);
  return {};
}

// A prestat: that it is a directory, and how long its name is. Guests look at one number after the
// other until one is not preopened, so sockets say that they are, but no directories.
Answered<> Preview1::fd_prestat_get(Call& call) {
  const OpenFile* const file = TAPPET_TRY(open_file(call.arg(0)));
  if (!file->preopened_as) return fail(kBadf);
  const std::span<uint8_t> out = TAPPET_TRY(call.view(call.arg(1), 8));
  std::fill(out.begin(), out.end(), 0);
  out[0] = file->socket ? 1 : 0;
  store_le<uint32_t>(out.data() + 4, static_cast<uint32_t>(file->preopened_as->size()));
  return {};
}

// Without a final zero.
Answered<> Preview1::fd_prestat_dir_name(Call& call) {
  const OpenFile* const file = TAPPET_TRY(open_file(call.arg(0)));
  if (!file->preopened_as) return fail(kBadf);
  const std::string* const name = &*file->preopened_as;
  if (call.arg(2) < name->size()) return fail(kNametoolong);
  const std::span<uint8_t> out = TAPPET_TRY(call.view(call.arg(1), name->size()));
  std::copy(name->begin(), name->end(), out.begin());
  return {};
}

}  // namespace tappet::wasi
