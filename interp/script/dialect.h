// What scripts may hold beyond core modules and their values. The script reader knows this
// interface only; who implements it also brings the engine that runs what it reads.
#pragma once

#include <memory>
#include <string_view>

#include "interp/base/bytes.h"
#include "interp/base/result.h"
#include "interp/script/value.h"
#include "interp/text/cursor.h"

namespace tappet::script {

class Dialect {
 public:
  virtual ~Dialect() = default;

  // The word that its definitions start with, where core scripts have "module".
  virtual std::string_view word() const = 0;
  // Encodes a definition: the tokens [begin, end) stand inside its parentheses, behind the word
  // and "definition", if that is there. Errors: as of parse_wat.
  virtual Result<Bytes> parse_form(const text::TokenStream& stream, uint32_t begin,
                                   uint32_t end) const = 0;
  // Reads the value that starts behind the parenthesis at the cursor, up to its own. Null, and
  // nothing read, if it is none of the dialect's.
  virtual std::shared_ptr<const ForeignValue> value(text::Cursor& in) const = 0;
};

}  // namespace tappet::script
