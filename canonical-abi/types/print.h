// Types as text for messages, much as WIT writes them: "result<list<u8>, error-code>". Long types
// are cut, so a message about a hostile type stays a message.
#pragma once

#include <string>
#include <string_view>

#include "canonical-abi/types/extern.h"

namespace tappet::component {

// A name from a file between backquotes: cut if long, without control characters.
std::string quote(std::string_view name);

std::string to_string(const ValType& type);
std::string to_string(const FuncType& type);
// What a type is, in two words at most: "u32", "record", "resource", "func", "instance".
std::string_view kind_name(TypeRef type);
// An item's sort and, where that says more, its type: "func(x: u32) -> string", "instance".
std::string to_string(const ExternType& type);
// "(func (param i32) (result i64))"
std::string to_string(const CoreFuncType& type);

}  // namespace tappet::component
