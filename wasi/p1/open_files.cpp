#include "wasi/p1/open_files.h"

#include <algorithm>

namespace tappet::wasi::p1 {

bool OpenFile::never_waits() const {
  return descriptor && (descriptor->type() == FileType::kRegularFile || descriptor->is_directory());
}

Answered<std::shared_ptr<InputStream>> OpenFile::input() {
  if (!in && descriptor) in = TAPPET_TRY(Descriptor::input(descriptor, 0));
  if (!in) return fail(kBadf);
  return in;
}

Answered<std::shared_ptr<OutputStream>> OpenFile::output() {
  if (!out && descriptor) out = TAPPET_TRY(Descriptor::output(descriptor, std::nullopt));
  if (!out) return fail(kBadf);
  return out;
}

size_t OpenFiles::count() const {
  return files_.size() - static_cast<size_t>(std::count(files_.begin(), files_.end(), nullptr));
}

OpenFile* OpenFiles::find(uint64_t number) {
  return number < files_.size() ? files_[number].get() : nullptr;
}

uint32_t OpenFiles::add(OpenFile file) {
  const auto free = std::find(files_.begin(), files_.end(), nullptr);
  const auto number = static_cast<uint32_t>(free - files_.begin());
  if (free == files_.end()) files_.emplace_back();
  files_[number] = std::make_unique<OpenFile>(std::move(file));
  return number;
}

bool OpenFiles::close(uint64_t number) {
  if (find(number) == nullptr) return false;
  files_[number] = nullptr;
  return true;
}

bool OpenFiles::renumber(uint64_t from, uint64_t to) {
  if (find(from) == nullptr || find(to) == nullptr) return false;
  if (from != to) files_[to] = std::move(files_[from]);
  return true;
}

}  // namespace tappet::wasi::p1
