// What the subcommands' parsers share. Internal to cli's options.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/options.h"

namespace tappet::cli {

// An error of kind kUsage.
detail::Failure<Error> usage(std::string message);
// " (did you mean ...?)" for what is nearly one of `names`.
std::string similar(std::string_view word, const std::vector<std::string>& names,
                    std::string_view before = "");

// Help that says how a command is written, and fits into a terminal.
class Help : public CLI::Formatter {
 public:
  explicit Help(std::string usage_line) : usage_line_(std::move(usage_line)) {}
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: " + usage_line_ + "\n";
  }
  std::string make_option(const CLI::Option* option, bool is_positional) const override;

 private:
  std::string usage_line_;
};

// An option with a value, repeatable: what each value does to a T.
template <class T>
struct OptionRow {
  const char* names;  // as CLI11 wants them: "-H,--header"
  const char* type;
  const char* group;
  const char* text;
  Result<> (*set)(T& target, const std::string& value);
};

// Puts the option's long name before the message of an error in its value.
Error name_option(const std::string& names, Error error);

// `target` and `first_error`, which gets the first error in a value, outlive the parsing.
template <class T, size_t N>
void add_rows(CLI::App& app, const OptionRow<T> (&rows)[N], T& target,
              std::optional<Error>& first_error) {
  for (const OptionRow<T>& row : rows) {
    const auto set = [&target, &first_error, &row](const std::vector<std::string>& values) {
      for (const std::string& value : values) {
        const Result<> done = row.set(target, value);
        if (!done.ok() && !first_error) first_error = name_option(row.names, done.error());
      }
    };
    app.add_option_function<std::vector<std::string>>(row.names, set, row.text)
        ->allow_extra_args(false)
        ->type_name(row.type)
        ->group(row.group);
  }
}

// What CLI11 collects of the options that guests have, before it is checked.
struct RawGuest {
  std::vector<std::string> dirs;
  std::vector<std::string> env;
  std::vector<std::string> config;
  std::vector<std::string> key_value_data;
  std::vector<std::string> links;
  std::vector<std::string> groups[5];
  std::string max_memory;
  OutgoingOptions outgoing;
  std::optional<Error> error;
};
void add_guest_options(CLI::App& app, RawGuest& raw);
Result<GuestOptions> finish(const RawGuest& raw);
// The keys of a group that "help" was given instead of. Nothing if it was not.
std::optional<std::string> group_help(const RawGuest& raw);
// "key[=value][,key[=value]...]" after -W, -S, -O, -D or -C.
Result<> apply_group(char group, const std::string& text, GuestOptions& guest);

// Parses one subcommand's words. Some(text) if all that is wanted is help.
Result<std::optional<std::string>> parse(CLI::App& app, std::vector<std::string> args);
// What CLI11 leaves begins with the file, or with an option that it does not know.
Result<std::string> take_file(std::string_view command, const CLI::App& app,
                              std::vector<std::string>& words);
Command print(std::string text);

Result<Command> parse_serve(std::vector<std::string> args);

}  // namespace tappet::cli
