// The code section (core spec 5.5.13): where each body lies, and its locals. Instructions are left
// to the validator.
#include <fmt/format.h>

#include "interp/base/limits.h"
#include "interp/binary/sections.h"

namespace tappet {
namespace {

void add_run(Reader& in, DecodeContext& context, FunctionDecl& function, uint32_t count,
             ValueType type) {
  std::vector<LocalRun>& runs = context.module.local_runs;
  if (count == 0) return;
  if (function.local_runs != 0 && runs.back().type == type) {
    runs.back().count += count;
  } else if (context.charge(in, sizeof(LocalRun))) {
    runs.push_back({count, type});
    ++function.local_runs;
  }
}

void read_locals(Reader& in, DecodeContext& context, FunctionDecl& function) {
  const uint64_t start = in.offset();
  const uint32_t runs = in.length();
  const TypeScope scope = context.scope();
  uint64_t total = 0;
  function.first_local_run = static_cast<uint32_t>(context.module.local_runs.size());
  for (uint32_t i = 0; i < runs && in.ok(); ++i) {
    const uint32_t count = in.u32();
    const ValueType type = read_value_type(in, scope);
    total += count;
    if (in.ok() && total <= limits::kLocals) add_run(in, context, function, count, type);
  }
  if (total > limits::kLocals) {
    const bool too_many = total > UINT32_MAX;  // for any implementation
    in.fail(too_many ? ErrorKind::kMalformed : ErrorKind::kLimit,
            fmt::format("too many locals: {}, more than {}", total, limits::kLocals), start);
    return;
  }
  function.local_count = static_cast<uint32_t>(total);
}

void read_body(Reader& in, DecodeContext& context, FunctionDecl& function) {
  const uint64_t start = in.offset();
  const uint32_t size = in.length();
  if (size > limits::kFunctionBodyBytes) {
    return in.fail(
        ErrorKind::kLimit,
        fmt::format("function body of {} bytes, more than {}", size, limits::kFunctionBodyBytes),
        start);
  }
  Reader body = in.sub(size);
  read_locals(body, context, function);
  function.code_begin = context.position(body);
  body.bytes(body.remaining());
  function.code_end = context.position(body);
  in.adopt_error(body);
}

uint64_t defined_functions(const Module& module) {
  return module.functions.size() - module.imported_functions;
}

}  // namespace

void read_code_section(Reader& in, DecodeContext& context) {
  Module& module = context.module;
  const uint64_t start = in.offset();
  const uint32_t count = in.count("function bodies", limits::kFunctions, 2);
  if (in.ok() && count != defined_functions(module)) {
    in.fail(ErrorKind::kMalformed, "function and code section have inconsistent lengths", start);
  }
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    read_body(in, context, module.functions[module.imported_functions + i]);
  }
  context.has_code = true;
}

void check_counts(Reader& in, const DecodeContext& context) {
  const Module& module = context.module;
  if (!context.has_code && defined_functions(module) != 0) {
    in.malformed("function and code section have inconsistent lengths");
  }
  if (module.has_data_count && module.data_count != module.datas.size()) {
    in.malformed("data count and data section have inconsistent lengths");
  }
}

}  // namespace tappet
