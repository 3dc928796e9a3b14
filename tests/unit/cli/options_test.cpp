#include "cli/options.h"

#include <gtest/gtest.h>

#include <sstream>

namespace tappet::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using Words = std::vector<std::string>;

Command parse(Words words) {
  auto command = parse_command_line(std::move(words));
  EXPECT_TRUE(command.ok()) << command.error().message;
  return command.ok() ? *std::move(command) : Command{};
}

std::string error(Words words) {
  const auto command = parse_command_line(std::move(words));
  if (command.ok()) return "ok";
  EXPECT_EQ(command.error().kind, ErrorKind::kUsage);
  const std::string& message = command.error().message;
  return message.substr(0, message.find("; see 'tappet "));
}

TEST(Options, NoSubcommandMeansRun) {
  const Command command = parse({"a.wasm"});
  EXPECT_EQ(command.kind, Command::Kind::kRun);
  EXPECT_EQ(command.run.guest.file, "a.wasm");
  EXPECT_TRUE(command.run.args.empty());
  EXPECT_EQ(parse({"run", "a.wasm"}).run.guest.file, "a.wasm");
}

TEST(Options, EndAtTheFile) {
  const Command command = parse({"-S", "http", "a.wasm", "-S", "x", "--env", "--", "--help", ""});
  EXPECT_EQ(command.run.guest.file, "a.wasm");
  EXPECT_EQ(command.run.args, (Words{"-S", "x", "--env", "--", "--help", ""}));
}

TEST(Options, TwoDashesEndThemToo) {
  const Command command = parse({"run", "--argv0", "x", "--", "-weird.wasm", "a"});
  EXPECT_EQ(command.run.guest.file, "-weird.wasm");
  EXPECT_EQ(command.run.args, Words{"a"});
}

TEST(Options, RunsOwn) {
  const Command command = parse({"--argv0", "name", "--invoke=f", "a.wasm", "1"});
  EXPECT_EQ(command.run.argv0, "name");
  EXPECT_EQ(command.run.invoke, "f");
  EXPECT_EQ(parse({"a.wasm"}).run.argv0, std::nullopt);
}

TEST(Options, Links) {
  const Command command =
      parse({"--link", "a.wasm", "--link=*=b.wasm", "--link", "x:y/z@1.0.0=c=d.wasm", "app.wasm"});
  const auto& links = command.run.guest.links;
  ASSERT_EQ(links.size(), 3U);
  EXPECT_EQ(links[0].import, "");
  EXPECT_EQ(links[0].file, "a.wasm");
  EXPECT_EQ(links[1].import, "");
  EXPECT_EQ(links[1].file, "b.wasm");
  EXPECT_EQ(links[2].import, "x:y/z@1.0.0");
  EXPECT_EQ(links[2].file, "c=d.wasm");
  EXPECT_FALSE(parse_command_line({"--link", "=b.wasm", "app.wasm"}).ok());
  EXPECT_FALSE(parse_command_line({"serve", "--link", "a=", "app.wasm"}).ok());
}

TEST(Options, Directories) {
  const Command command = parse({"--dir", ".", "--dir=/tmp::/data", "--dir", "x::", "a.wasm"});
  const auto& dirs = command.run.guest.dirs;
  ASSERT_EQ(dirs.size(), 3U);
  EXPECT_EQ(dirs[0].host, ".");
  EXPECT_EQ(dirs[0].guest, ".");
  EXPECT_EQ(dirs[1].host, "/tmp");
  EXPECT_EQ(dirs[1].guest, "/data");
  EXPECT_EQ(dirs[2].guest, "");
  EXPECT_EQ(error({"--dir", "::x", "a.wasm"}), "--dir wants HOST[::GUEST]");
}

TEST(Options, Variables) {
  ASSERT_EQ(setenv("TAPPET_TEST_VARIABLE", "v", 1), 0);
  const Command command = parse({"--env", "A=1=2", "--env=B=", "--env", "TAPPET_TEST_VARIABLE",
                                 "--env", "TAPPET_TEST_NO_SUCH", "a.wasm"});
  const std::vector<std::pair<std::string, std::string>> expected{
      {"A", "1=2"}, {"B", ""}, {"TAPPET_TEST_VARIABLE", "v"}};
  EXPECT_EQ(command.run.guest.env, expected);
  EXPECT_EQ(error({"--env", "=1", "a.wasm"}), "--env wants NAME[=VALUE]");
}

TEST(Options, Groups) {
  const Command command =
      parse({"-W", "timeout=1500ms,max-memory-size=64k", "-Wmax-wasm-stack=1M", "-S",
             "http=y,inherit-env", "-O", "opt-level=2", "-D", "debug-info", "-C", "cache=n", "-W",
             "max-table-elements=5", "-S", "max-resources=7", "a.wasm"});
  const GuestOptions& guest = command.run.guest;
  EXPECT_EQ(guest.timeout, nanoseconds(milliseconds(1500)));
  EXPECT_EQ(guest.max_memory, 65536U);
  EXPECT_EQ(guest.max_stack, 1U << 20);
  EXPECT_EQ(guest.max_table, 5U);
  EXPECT_EQ(guest.max_resources, 7U);
  EXPECT_TRUE(guest.inherit_env);
  EXPECT_TRUE(guest.guard_pages);
  EXPECT_FALSE(guest.unknown_imports_trap);
  EXPECT_TRUE(parse({"-W", "unknown-imports-trap", "a.wasm"}).run.guest.unknown_imports_trap);
  EXPECT_FALSE(parse({"-O", "signals-based-traps=n", "a.wasm"}).run.guest.guard_pages);
  EXPECT_FALSE(parse({"-O", "memory-reservation=0", "a.wasm"}).run.guest.guard_pages);
  EXPECT_FALSE(guest.eager_translation);
  EXPECT_TRUE(guest.parallel_translation);
  EXPECT_TRUE(parse({"-O", "eager-translation", "a.wasm"}).run.guest.eager_translation);
  EXPECT_FALSE(parse({"-C", "parallel-compilation=n", "a.wasm"}).run.guest.parallel_translation);
}

TEST(Options, Fuel) {
  EXPECT_EQ(parse({"a.wasm"}).run.guest.fuel, std::nullopt);
  EXPECT_EQ(parse({"-W", "fuel=100", "a.wasm"}).run.guest.fuel, 100u);
  EXPECT_EQ(parse({"serve", "-W", "fuel=18446744073709551615", "a.wasm"}).serve.guest.fuel,
            UINT64_MAX);
  EXPECT_EQ(error({"-W", "fuel=18446744073709551616", "a.wasm"}),
            "'18446744073709551616' is not a number such as 1000000");
}

TEST(Options, EveryFeatureOfComponentsHasItsKey) {
  using component::ComponentFeatureState;
  for (const component::ComponentFeatureRow& row : component::kComponentFeatures) {
    if (row.feature == component::ComponentFeature::kMvp) continue;
    const std::string key(row.name);
    EXPECT_FALSE(parse({"-W", key + "=n", "a.wasm"}).run.guest.features.component.has(row.feature));
    if (row.state == ComponentFeatureState::kUnsupported) {
      EXPECT_EQ(error({"-W", key, "a.wasm"}), "feature " + key + " is not supported yet");
    } else {
      EXPECT_TRUE(parse({"-W", key, "a.wasm"}).run.guest.features.component.has(row.feature));
    }
  }
}

TEST(Options, Messages) {
  GuestOptions guest =
      parse({"-S", "max-http-fields-size=500,http-forbidden-field=a,http-forbidden-field=B", "-S",
             "http-outgoing-body-buffer-chunks=2,http-outgoing-body-chunk-size=1k", "a.wasm"})
          .run.guest;
  EXPECT_EQ(guest.fields.max_size, 500U);
  EXPECT_EQ(guest.fields.forbidden, (Words{"a", "B"}));
  EXPECT_EQ(guest.outgoing_bodies.chunk_size, 1024U);
  EXPECT_EQ(guest.outgoing_bodies.buffer_chunks, 2U);
  EXPECT_EQ(error({"-S", "http-outgoing-body-chunk-size=0", "a.wasm"}), "0 is too few");
  EXPECT_EQ(error({"-S", "http-outgoing-body-buffer-chunks=0", "a.wasm"}), "0 is too few");
  EXPECT_EQ(parse({"-S", "http-outgoing-body-chunk-size=1M", "a.wasm"})
                .run.guest.outgoing_bodies.chunk_size,
            1U << 20);
  EXPECT_EQ(error({"-S", "http-outgoing-body-chunk-size=1048577", "a.wasm"}),
            "1048577 is too many: the most is 1048576");
  EXPECT_EQ(error({"-S", "http-forbidden-field=a b", "a.wasm"}), "'a b' is not a field's name");
}

TEST(Options, SettingsAndStores) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  GuestOptions guest = parse({"a.wasm"}).run.guest;
  EXPECT_FALSE(guest.key_value);
  EXPECT_TRUE(guest.settings);
  guest = parse({"-S", "config,config-var=a=1,config-var=b=c=d", "-S", "config-var=e=", "a.wasm"})
              .run.guest;
  EXPECT_EQ(guest.config, (Pairs{{"a", "1"}, {"b", "c=d"}, {"e", ""}}));
  EXPECT_EQ(parse({"-S", "keyvalue", "a.wasm"}).run.guest.key_value, true);
  guest = parse({"-S", "keyvalue-in-memory-data=a=1", "a.wasm"}).run.guest;
  EXPECT_FALSE(guest.key_value);
  EXPECT_EQ(guest.key_value_data, (Pairs{{"a", "1"}}));
  EXPECT_EQ(error({"-S", "config-var=a", "a.wasm"}), "'a' is not NAME=VALUE");
  EXPECT_EQ(error({"-S", "keyvalue-in-memory-data==1", "a.wasm"}), "'=1' is not NAME=VALUE");
}

TEST(Options, SettingsAndStoresCanBeSwitchedOff) {
  EXPECT_FALSE(parse({"-S", "config=n,config-var=a=1", "a.wasm"}).run.guest.settings);
  EXPECT_EQ(parse({"-S", "keyvalue=n,keyvalue-in-memory-data=a=1", "a.wasm"}).run.guest.key_value,
            false);
}

// Text of somebody else's must not become another option.
TEST(Options, SettingsWithCommas) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  const GuestOptions guest =
      parse({"-S", "config-var=a=1", "--config-var", "b=c,inherit-network=y,\\",
             "--config-var=d=", "--keyvalue-data", "k=v,w=x", "a.wasm"})
          .run.guest;
  EXPECT_EQ(guest.config, (Pairs{{"a", "1"}, {"b", "c,inherit-network=y,\\"}, {"d", ""}}));
  EXPECT_EQ(guest.key_value_data, (Pairs{{"k", "v,w=x"}}));
  EXPECT_FALSE(guest.sockets.addresses);
  EXPECT_EQ(error({"--config-var", "a", "a.wasm"}), "'a' is not NAME=VALUE");
  EXPECT_EQ(error({"-S", "config-var=a=b,c", "a.wasm"}),
            "-S has no key 'c', and values end at commas: --config-var takes any value");
  EXPECT_EQ(error({"-S", "keyvalue-in-memory-data=a=b,c=d", "a.wasm"}),
            "-S has no key 'c', and values end at commas: --keyvalue-data takes any value");
}

TEST(Options, StandardStreamsCanBeSwitchedOff) {
  GuestOptions guest = parse({"-S", "inherit-stdin=n,inherit-stderr=n", "a.wasm"}).run.guest;
  EXPECT_FALSE(guest.inherit_stdin);
  EXPECT_TRUE(guest.inherit_stdout);
  EXPECT_FALSE(guest.inherit_stderr);
}

TEST(Options, WhatIsAlwaysOnSaysSo) {
  (void)parse({"-S", "cli=y,common", "-W", "component-model", "a.wasm"});
  EXPECT_EQ(error({"-S", "cli=n", "a.wasm"}), "-S cli cannot be switched off");
  EXPECT_EQ(error({"-W", "component-model=n", "a.wasm"}),
            "-W component-model cannot be switched off");
}

TEST(Options, GroupsListTheirKeys) {
  const std::string text = parse({"-S", "help"}).text;
  EXPECT_NE(text.find("\n  config-var=VALUE "), std::string::npos) << text;
  EXPECT_NE(text.find("\n  http[=y|n] "), std::string::npos) << text;
  EXPECT_EQ(text.find("\n  fuel"), std::string::npos) << text;
  EXPECT_EQ(parse({"serve", "-S", "help", "a.wasm"}).text, text);
  EXPECT_NE(parse({"-W", "help"}).text.find("\n  fuel=VALUE "), std::string::npos);
}

TEST(Options, LaterKeysWin) {
  const Command command = parse({"-W", "timeout=1s", "-W", "timeout=2s", "a.wasm"});
  EXPECT_EQ(command.run.guest.timeout, nanoseconds(seconds(2)));
}

TEST(Options, Features) {
  EXPECT_TRUE(parse({"a.wasm"}).run.guest.features.core.has(Feature::kBulkMemory));
  EXPECT_FALSE(
      parse({"-W", "bulk-memory=n", "a.wasm"}).run.guest.features.core.has(Feature::kBulkMemory));
  for (const FeatureRow& row : kFeatures) {
    if (row.state != FeatureState::kUnsupported) continue;
    EXPECT_EQ(error({"-W", std::string(row.name), "a.wasm"}),
              "feature " + std::string(row.name) + " is not supported yet");
    EXPECT_EQ(error({"-W", std::string(row.name) + "=n", "a.wasm"}), "ok");
  }
}

TEST(Options, UnknownOnesAreErrors) {
  EXPECT_EQ(error({"--bogus", "a.wasm"}), "run: unknown option --bogus");
  EXPECT_EQ(error({"-x", "a.wasm"}), "run: unknown option -x");
  EXPECT_EQ(error({"-W", "bogus", "a.wasm"}), "-W has no key 'bogus'");
  EXPECT_EQ(error({"-S", "timeout=1s", "a.wasm"}), "-S has no key 'timeout'");
  EXPECT_EQ(error({"-W", "timeout", "a.wasm"}), "-W timeout wants a value: timeout=...");
  EXPECT_EQ(error({"-W", "timeout=soon", "a.wasm"}),
            "'soon' is not a duration such as 10s or 250ms");
  EXPECT_EQ(error({"-S", "http=maybe", "a.wasm"}), "-S http is y or n, not 'maybe'");
  EXPECT_EQ(error({"-W", "fuel=1k", "a.wasm"}), "'1k' is not a number such as 1000000");
  EXPECT_EQ(error({"-W", "fuel=-1", "a.wasm"}), "'-1' is not a number such as 1000000");
}

TEST(Options, NearlyRightOnesAreSuggested) {
  EXPECT_EQ(error({"--alow-host", "a", "a.wasm"}),
            "run: unknown option --alow-host (did you mean --allow-host?)");
  // Dashes that are right make nothing similar.
  EXPECT_EQ(error({"--profile", "a.wasm"}), "run: unknown option --profile");
  EXPECT_EQ(error({"-W", "tmeout=1s", "a.wasm"}), "-W has no key 'tmeout' (did you mean timeout?)");
  EXPECT_EQ(error({"srve", "a.wasm"}),
            "'srve' is neither a command nor a file (did you mean serve?)");
  EXPECT_EQ(parse({"nothing-like-it"}).run.guest.file, "nothing-like-it");
}

// Keys that wasmtime has and that mean nothing here are told apart from misspelled ones.
TEST(Options, SomeKeysAreNotSupported) {
  EXPECT_EQ(error({"-S", "hostcall-fuel=1", "a.wasm"}), "-S hostcall-fuel is not supported");
  EXPECT_EQ(error({"-S", "nn", "a.wasm"}), "-S nn is not supported");
  parse({"-S", "nn=n", "a.wasm"});
}

TEST(Options, MissingWords) {
  EXPECT_EQ(error({}), "no file is given");
  EXPECT_EQ(error({"run"}), "run: no file is given");
  EXPECT_EQ(error({"run", "--"}), "run: no file is given");
  EXPECT_EQ(error({"serve"}), "serve: no file is given");
  EXPECT_NE(error({"validate"}), "ok");
  EXPECT_NE(error({"run", "--dir"}), "ok");
  EXPECT_NE(error({"-W"}), "ok");
}

TEST(Options, Serve) {
  Command command = parse({"serve", "--addr", "[::1]:0", "--request-timeout", "3s", "a.wasm"});
  EXPECT_EQ(command.kind, Command::Kind::kServe);
  EXPECT_EQ(command.serve.addrs, std::vector<std::string>{"[::1]:0"});
  EXPECT_EQ(command.serve.request_timeout, nanoseconds(seconds(3)));
  EXPECT_TRUE(command.serve.logging_prefix);
  command = parse({"serve", "-S", "cli", "--no-logging-prefix", "-W", "timeout=2s", "a.wasm"});
  EXPECT_TRUE(command.serve.addrs.empty());
  EXPECT_EQ(command.serve.request_timeout, nanoseconds(seconds(2)));
  EXPECT_FALSE(command.serve.logging_prefix);
  EXPECT_EQ(error({"serve", "a.wasm", "b"}), "serve: unexpected 'b' after the file");
}

TEST(Options, Validate) {
  const Command command = parse({"validate", "-W", "bulk-memory=n", "a.wasm", "b.wasm"});
  EXPECT_EQ(command.kind, Command::Kind::kValidate);
  EXPECT_EQ(command.validate.files, (Words{"a.wasm", "b.wasm"}));
  EXPECT_FALSE(command.validate.features.core.has(Feature::kBulkMemory));
}

TEST(Options, HelpAndVersion) {
  EXPECT_EQ(parse({"--version"}).text, "tappet " TAPPET_VERSION "\n");
  EXPECT_EQ(parse({"-V"}).text, parse({"--version"}).text);
  for (const char* command : {"run", "serve", "validate"}) {
    const Command help = parse({command, "--help"});
    EXPECT_EQ(help.kind, Command::Kind::kPrint);
    EXPECT_NE(help.text.find(std::string("Usage: tappet ") + command), std::string::npos);
    // Each group fits a screen of 24 lines of 80 columns.
    size_t lines = 0;
    std::istringstream text(help.text);
    for (std::string line; std::getline(text, line);) {
      EXPECT_LE(line.size(), 80u) << line;
      lines = line.empty() ? 0 : lines + 1;
      EXPECT_LE(lines, 24u) << line;
    }
  }
  EXPECT_NE(parse({"--help"}).text.find("Exit codes"), std::string::npos);
}

TEST(OptionValues, Durations) {
  EXPECT_EQ(*parse_duration("10"), seconds(10));
  EXPECT_EQ(*parse_duration("0.5s"), milliseconds(500));
  EXPECT_EQ(*parse_duration("250ms"), milliseconds(250));
  EXPECT_EQ(*parse_duration("3us"), nanoseconds(3000));
  EXPECT_EQ(*parse_duration("3ns"), nanoseconds(3));
  EXPECT_EQ(*parse_duration("2m"), seconds(120));
  EXPECT_EQ(*parse_duration("1h"), seconds(3600));
  EXPECT_EQ(*parse_duration("0"), seconds(0));
  for (const char* bad : {"", "s", "-1s", "1x", "1 s", "nan", "inf", "1e9999", "99999999999h"}) {
    EXPECT_FALSE(parse_duration(bad).ok()) << bad;
  }
}

TEST(OptionValues, Sizes) {
  EXPECT_EQ(*parse_size("0"), 0U);
  EXPECT_EQ(*parse_size("1048576"), 1U << 20);
  EXPECT_EQ(*parse_size("64k"), 65536U);
  EXPECT_EQ(*parse_size("1.5MiB"), 3U << 19);
  EXPECT_EQ(*parse_size("4G"), uint64_t{4} << 30);
  for (const char* bad : {"", "k", "-1", "1T", "nan", "inf", "99999999999G"}) {
    EXPECT_FALSE(parse_size(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace tappet::cli
