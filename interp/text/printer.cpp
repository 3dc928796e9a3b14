#include "interp/text/text.h"
namespace tappet {
Result<std::string> print_wat(const Module&) { return fail(ErrorKind::kUnsupported, "not yet"); }
}  // namespace tappet
