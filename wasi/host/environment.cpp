#include "wasi/host/environment.h"

#include <cstdlib>

#include "interp/base/utf8.h"

extern "C" char** environ;  // NOLINT: POSIX declares it nowhere

namespace tappet::wasi {

std::string to_utf8(std::string_view bytes) {
  if (is_utf8(as_bytes(bytes))) return std::string(bytes);
  std::string out;
  for (ByteSpan rest = as_bytes(bytes); !rest.empty();) {
    if (const auto c = next_utf8(rest)) {
      append_utf8(out, *c);
    } else {
      append_utf8(out, 0xfffd);
      rest = rest.subspan(1);
    }
  }
  return out;
}

void Environment::add_argument(std::string_view text) { arguments_.push_back(to_utf8(text)); }

namespace {

void set(Environment::Variables& variables, std::string name, std::string value) {
  for (auto& [known, old] : variables) {
    if (known != name) continue;
    old = std::move(value);
    return;
  }
  variables.emplace_back(std::move(name), std::move(value));
}

}  // namespace

void Environment::set_variable(std::string_view name, std::string_view value) {
  set(variables_, to_utf8(name), to_utf8(value));
}

Environment::Variables Environment::variables() const {
  if (!base_) return variables_;
  Variables all = base_->variables();
  for (const auto& [name, value] : variables_) set(all, name, value);
  return all;
}

void Environment::inherit_variables() {
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view entry = *at;
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    set_variable(entry.substr(0, equals), entry.substr(equals + 1));
  }
}

bool Environment::inherit_variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value) set_variable(name, value);
  return value != nullptr;
}

void Environment::set_working_directory(std::string_view path) {
  working_directory_ = to_utf8(path);
}

}  // namespace tappet::wasi
