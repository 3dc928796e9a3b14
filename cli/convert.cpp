// Text to binary and back.
#include <fcntl.h>

#include <filesystem>
#include <fstream>

#include "canonical-abi/component/component.h"
#include "canonical-abi/text/text.h"
#include "cli/commands.h"
#include "cli/report.h"
#include "interp/text/text.h"

namespace tappet::cli {
namespace {

std::string input_path(const std::string& file) { return file == "-" ? "/dev/stdin" : file; }

int write_output(const std::string& path, std::string_view bytes) {
  if (path.empty() || path == "-") return print(bytes);
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) return report(path, make_error(ErrorKind::kIo, "cannot write"));
  return kSuccess;
}

Result<Bytes> encode(const ConvertOptions& options) {
  return to_binary(TAPPET_TRY(read_file(input_path(options.file))));
}

}  // namespace

int wat2wasm(const ConvertOptions& options) {
  const auto bytes = encode(options);
  if (!bytes.ok()) return report(options.file, bytes.error());
  std::string output = options.output;
  if (output.empty() && options.file != "-")
    output = std::filesystem::path(options.file).filename().replace_extension(".wasm").string();
  return write_output(output, as_text(ByteSpan(*bytes)));
}

int print_text(const ConvertOptions& options) {
  auto bytes = encode(options);
  if (!bytes.ok()) return report(options.file, bytes.error());
  const auto text = component::is_component(*bytes)
                        ? component::print_component_wat(std::move(*bytes))
                        : print_wat(std::move(*bytes));
  if (!text.ok()) return report(options.file, text.error());
  return write_output(options.output, *text);
}

}  // namespace tappet::cli
