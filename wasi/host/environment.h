// What a program is started with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tappet::wasi {

// All texts are well-formed UTF-8: guests get them as strings.
class Environment {
 public:
  using Variables = std::vector<std::pair<std::string, std::string>>;

  Environment() = default;
  // What `base` has, which is shared and changes no more, and what is set here besides.
  explicit Environment(std::shared_ptr<const Environment> base) : base_(std::move(base)) {}

  // Bytes that are not UTF-8 become U+FFFD. The first argument is the program's name. Arguments and
  // the directory are the base's, if there is one.
  void add_argument(std::string_view text);
  // A later value of the same name replaces an earlier one.
  void set_variable(std::string_view name, std::string_view value);
  // All of this process's variables.
  void inherit_variables();
  // One of them; false if there is none.
  bool inherit_variable(const std::string& name);
  void set_working_directory(std::string_view path);

  const std::vector<std::string>& arguments() const {
    return base_ ? base_->arguments() : arguments_;
  }
  Variables variables() const;
  const std::optional<std::string>& working_directory() const {
    return base_ ? base_->working_directory() : working_directory_;
  }

 private:
  std::shared_ptr<const Environment> base_;
  std::vector<std::string> arguments_;
  Variables variables_;
  std::optional<std::string> working_directory_;
};

// Replaces every byte that belongs to no well-formed sequence by U+FFFD.
std::string to_utf8(std::string_view bytes);

}  // namespace tappet::wasi
