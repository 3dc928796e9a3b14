// C++ names as the component model spells them.
#pragma once

#include <string>
#include <string_view>

namespace tappet::component {

// "would_block", "kWouldBlock", "WouldBlock", "default_" -> "would-block", "default". Runs of
// capitals are one word: "kHTTPVersion" -> "http-version".
std::string kebab_case(std::string_view name);

namespace detail {

// The part of a compiler's description of a function template that names its one argument, without
// namespaces: "... [with T = tappet::wasi::InputStream]" -> "InputStream".
std::string_view template_argument(std::string_view description);

}  // namespace detail

// The name of a class, for messages.
template <class T>
std::string_view class_name() {
  return detail::template_argument(__PRETTY_FUNCTION__);
}

}  // namespace tappet::component
