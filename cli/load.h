// From a file's name to something that can be linked.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "canonical-abi/component/component.h"
#include "canonical-abi/linker/composition.h"
#include "cli/options.h"
#include "interp/engine.h"

namespace tappet::cli {

// The most that is read of one file.
inline constexpr uint64_t kMostFileBytes = limits::kModuleBytes;

// The whole file. Errors: kIo if it does not exist, is a directory or cannot be read; kLimit.
Result<Bytes> read_file(const std::string& path, uint64_t limit = kMostFileBytes);

// Text, of a module or a component, as a binary; anything else as it is. Errors: as of parse_wat
// and parse_component_wat.
Result<Bytes> to_binary(Bytes bytes);

using Program =
    std::variant<std::shared_ptr<const ModuleCode>, std::shared_ptr<const component::Component>>;

// Decodes and validates a core module or a component, binary or text. Errors: kMalformed if it is
// neither, and as of to_binary, decode_module, validate_module and load_component; with a byte
// offset, or line and column. Of `features` only those of components count: the engine has the
// others.
Result<Program> load_program(const Engine& engine, Bytes bytes, const Features& features = {});

// Both.
Result<Program> load_file(const Engine& engine, const std::string& path,
                          const Features& features = {});

// The components of --link; the same file is loaded once. Errors: as of load_file, naming the file,
// and kUsage for a core module.
Result<std::vector<component::Link>> load_links(const Engine& engine, const GuestOptions& guest);

}  // namespace tappet::cli
