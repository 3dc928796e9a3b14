#include "cli/load.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "canonical-abi/component/engine_options.h"
#include "canonical-abi/text/text.h"
#include "canonical-abi/types/match.h"
#include "interp/text/text.h"
#include "net/io/socket.h"

namespace tappet::cli {
namespace {

constexpr size_t kReadAtOnce = size_t{1} << 20;

detail::Failure<Error> system_error(int code) { return fail(ErrorKind::kIo, std::strerror(code)); }

detail::Failure<Error> too_large(uint64_t limit) {
  return fail(ErrorKind::kLimit, fmt::format("the file is larger than {} bytes", limit));
}

// Memory that a large file is going to fill costs as much as reading it where every 4 KiB fault by
// themselves: it comes in large pages, and what those leave over all at once. A mapping of the file
// would cost less still, but what was validated could change. Kernels may refuse either advice.
void prepare_memory(Bytes& reserved) {
  constexpr uintptr_t kLargePage = uintptr_t{2} << 20;
  constexpr uintptr_t kPage = uintptr_t{4} << 10;
  const auto begin = reinterpret_cast<uintptr_t>(reserved.data());
  const auto advise = [&](uintptr_t page, int advice) {
    const uintptr_t first = (begin + page - 1) / page * page;
    const uintptr_t last = (begin + reserved.capacity()) / page * page;
    if (first < last) madvise(reinterpret_cast<void*>(first), last - first, advice);
  };
  advise(kLargePage, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
  advise(kPage, MADV_POPULATE_WRITE);
#endif
}

// What every binary starts with; the decoders look at what follows.
Result<> check_magic(ByteSpan bytes) {
  constexpr std::string_view kMagic("\0asm", 4);
  const Position start = Position::at_offset(0);
  if (bytes.empty()) return fail(ErrorKind::kMalformed, "the file is empty", start);
  if (as_text(bytes).substr(0, 4) == kMagic.substr(0, std::min<size_t>(bytes.size(), 4))) {
    return Unit{};
  }
  return fail(ErrorKind::kMalformed, "not a WebAssembly module or component, binary or text",
              start);
}

}  // namespace

Result<Bytes> read_file(const std::string& path, uint64_t limit) {
  const net::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error(errno);
  struct stat info{};
  if (fstat(file.get(), &info) != 0) return system_error(errno);
  if (S_ISDIR(info.st_mode)) return system_error(EISDIR);
  const auto expected = S_ISREG(info.st_mode) ? static_cast<uint64_t>(info.st_size) : 0;
  if (expected > limit) return too_large(limit);
  Bytes bytes;
  bytes.reserve(expected + 1);
  prepare_memory(bytes);
  bytes.resize(expected + 1);  // one more shows whether the file goes on
  for (size_t size = 0;;) {
    if (size == bytes.size()) bytes.resize(size + kReadAtOnce);
    const ssize_t count = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno);
    size += static_cast<size_t>(count);
    if (size > limit) return too_large(limit);
    if (count == 0) {
      bytes.resize(size);
      return bytes;
    }
  }
}

Result<Bytes> to_binary(Bytes bytes) {
  if (!looks_like_wat(ByteSpan(bytes))) return bytes;
  const std::string_view source = as_text(ByteSpan(bytes));
  return component::is_component_wat(source) ? component::parse_component_wat(source)
                                             : parse_wat(source);
}

Result<Program> load_program(const Engine& engine, Bytes bytes, const Features& features) {
  bytes = TAPPET_TRY(to_binary(std::move(bytes)));
  TAPPET_TRY(check_magic(bytes));
  if (!component::is_component(bytes)) return Program(TAPPET_TRY(engine.compile(std::move(bytes))));
  component::ComponentOptions options = component::options_for(engine);
  options.features = features.component;
  return Program(TAPPET_TRY(component::load_component(std::move(bytes), options)));
}

Result<Program> load_file(const Engine& engine, const std::string& path, const Features& features) {
  return load_program(engine, TAPPET_TRY(read_file(path)), features);
}

Result<std::vector<component::Link>> load_links(const Engine& engine, const GuestOptions& guest) {
  std::vector<component::Link> loaded;
  for (const LinkFile& link : guest.links) {
    const auto same = std::find_if(loaded.begin(), loaded.end(),
                                   [&](const component::Link& l) { return l.label == link.file; });
    if (same != loaded.end()) {
      loaded.push_back({link.import, link.file, same->component});
      continue;
    }
    const Result<Program> program = load_file(engine, link.file, guest.features);
    if (!program.ok()) return fail(component::in_context(link.file, program.error()));
    const auto* const component = std::get_if<1>(&*program);
    if (component == nullptr) {
      return fail(ErrorKind::kUsage,
                  fmt::format("{}: a core module; --link wants components", link.file));
    }
    loaded.push_back({link.import, link.file, *component});
  }
  return loaded;
}

}  // namespace tappet::cli
