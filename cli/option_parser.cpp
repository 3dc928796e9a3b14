#include "cli/option_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "cli/nearest.h"
#include "cli/option_keys.h"
#include "net/http/outbound_policy.h"
#include "net/http/syntax.h"
#include "wasi/host/stream.h"

namespace tappet::cli {
namespace {

std::optional<bool> parse_flag(std::string_view value) {
  if (value == "y" || value == "yes" || value == "true") return true;
  if (value == "n" || value == "no" || value == "false") return false;
  return std::nullopt;
}

template <class Rows, class Set>
Result<> set_feature(const Rows& rows, std::string_view key, bool on, Set& features) {
  for (const auto& row : rows) {
    if (row.name != key) continue;
    if (on && row.state == decltype(row.state)::kUnsupported) {
      return usage(fmt::format("feature {} is not supported yet", key));
    }
    features.set(row.feature, on);
  }
  return Unit{};
}

using Pair = std::pair<std::string, std::string>;

Result<Pair> parse_pair(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return usage(fmt::format("'{}' is not NAME=VALUE", text));
  }
  return Pair(text.substr(0, equals), text.substr(equals + 1));
}

Result<size_t> parse_least_one(const std::string& text, size_t most) {
  const uint64_t size = TAPPET_TRY(parse_size(text));
  if (size == 0) return usage("0 is too few");
  if (size > most) return usage(fmt::format("{} is too many: the most is {}", text, most));
  return static_cast<size_t>(size);
}

// The keys about messages and the interfaces beside them.
Result<> apply_http(const KeyRow& row, const std::string& value, GuestOptions& guest) {
  switch (row.meaning) {
    case Meaning::kMaxFieldsSize:
      guest.fields.max_size = TAPPET_TRY(parse_size(value));
      break;
    case Meaning::kForbiddenField:
      if (!http::is_token(value)) return usage(fmt::format("'{}' is not a field's name", value));
      guest.fields.forbidden.push_back(value);
      break;
    case Meaning::kBodyBufferChunks:
      guest.outgoing_bodies.buffer_chunks = TAPPET_TRY(parse_least_one(value, SIZE_MAX));
      break;
    case Meaning::kBodyChunkSize:
      guest.outgoing_bodies.chunk_size = TAPPET_TRY(parse_least_one(value, wasi::kMostWritten));
      break;
    case Meaning::kConfigVar:
      guest.config.push_back(TAPPET_TRY(parse_pair(value)));
      break;
    case Meaning::kKeyValueData:
      guest.key_value_data.push_back(TAPPET_TRY(parse_pair(value)));
      break;
    default:
      break;
  }
  return Unit{};
}

// One key of a group, with its value; flags have "y" or "n".
Result<> apply(const KeyRow& row, const std::string& value, GuestOptions& guest) {
  const bool on = parse_flag(value).value_or(true);
  switch (row.meaning) {
    case Meaning::kAccepted:
      break;
    case Meaning::kAlways:
      if (!on) return usage(fmt::format("-{} {} cannot be switched off", row.group, row.key));
      break;
    case Meaning::kUnsupported:
      if (on) return usage(fmt::format("-{} {} is not supported", row.group, row.key));
      break;
    case Meaning::kFeature:
      return set_feature(kFeatures, row.key, on, guest.features.core);
    case Meaning::kComponentFeature:
      return set_feature(component::kComponentFeatures, row.key, on, guest.features.component);
    case Meaning::kTimeout:
      guest.timeout = TAPPET_TRY(parse_duration(value));
      break;
    case Meaning::kMaxMemory:
      guest.max_memory = TAPPET_TRY(parse_size(value));
      break;
    case Meaning::kMaxStack:
      guest.max_stack = TAPPET_TRY(parse_size(value));
      break;
    case Meaning::kMaxTable:
      guest.max_table = TAPPET_TRY(parse_size(value));
      break;
    case Meaning::kMaxResources:
      guest.max_resources =
          static_cast<uint32_t>(std::min<uint64_t>(TAPPET_TRY(parse_size(value)), UINT32_MAX));
      break;
    case Meaning::kFuel:
      guest.fuel = TAPPET_TRY(parse_count(value));
      break;
    case Meaning::kMemoryReservation:
      guest.guard_pages = TAPPET_TRY(parse_size(value)) != 0;
      break;
    case Meaning::kSignals:
      guest.guard_pages = on;
      break;
    case Meaning::kEagerTranslation:
      guest.eager_translation = on;
      break;
    case Meaning::kParallel:
      guest.parallel_translation = on;
      break;
    case Meaning::kUnknownImports:
      guest.unknown_imports_trap = on;
      break;
    case Meaning::kHttp:
      guest.http = on;
      break;
    case Meaning::kSettings:
      guest.settings = on;
      break;
    case Meaning::kKeyValue:
      guest.key_value = on;
      break;
    case Meaning::kMaxFieldsSize:
    case Meaning::kForbiddenField:
    case Meaning::kBodyBufferChunks:
    case Meaning::kBodyChunkSize:
    case Meaning::kConfigVar:
    case Meaning::kKeyValueData:
      return apply_http(row, value, guest);
    case Meaning::kTcpListen:
      guest.tcp_listen.push_back(value);
      break;
    case Meaning::kInheritEnv:
      guest.inherit_env = on;
      break;
    case Meaning::kInheritStdin:
      guest.inherit_stdin = on;
      break;
    case Meaning::kInheritStdout:
      guest.inherit_stdout = on;
      break;
    case Meaning::kInheritStderr:
      guest.inherit_stderr = on;
      break;
    case Meaning::kInheritNetwork:
      guest.sockets.addresses = on;
      break;
    case Meaning::kTcp:
      guest.sockets.tcp = on;
      break;
    case Meaning::kUdp:
      guest.sockets.udp = on;
      break;
    case Meaning::kNameLookup:
      guest.sockets.name_lookup = on;
      break;
    case Meaning::kPoll:
      guest.poll = on;
      break;
  }
  return Unit{};
}

// What takes values that the keys of -S cannot have.
constexpr const char* kConfigVarOption = "--config-var";
constexpr const char* kKeyValueOption = "--keyvalue-data";

constexpr const char* kOutgoing = "Requests that the guest sends";

// HOSTS=CERT[,KEY].
Result<> add_client_identity(OutgoingOptions& outgoing, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return fail(ErrorKind::kUsage, "it wants HOSTS=CERT[,KEY]");
  }
  const std::string files = text.substr(equals + 1);
  const size_t comma = files.find(',');
  outgoing.client_identities.push_back(
      {text.substr(0, equals),
       {files.substr(0, comma), comma == std::string::npos ? "" : files.substr(comma + 1)}});
  return {};
}

Result<> add_allowed_host(OutgoingOptions& outgoing, const std::string& text) {
  if (!http::OutboundPolicy().allow_host(text)) {
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is not [SCHEME://]HOST[:PORT], HOST being a name, *.NAME or an "
                            "address",
                            text));
  }
  outgoing.allow_hosts.push_back(text);
  return {};
}

Result<> add_allowed_network(OutgoingOptions& outgoing, const std::string& text) {
  if (!http::OutboundPolicy().allow_network(text)) {
    return fail(ErrorKind::kUsage, fmt::format("'{}' is not ADDRESS[/BITS] or all", text));
  }
  outgoing.allow_networks.push_back(text);
  return {};
}

constexpr OptionRow<OutgoingOptions> kOutgoingRows[] = {
    {"--allow-host", "HOST", kOutgoing,
     "allow only [http[s]://]HOST[:PORT]: example.com, *.example.com, an address; without a port, "
     "the scheme's, or all without a scheme; repeatable",
     add_allowed_host},
    {"--allow-network", "NETWORK", kOutgoing,
     "serve: allow addresses that are not public, too: 10.0.0.0/8, 127.0.0.1 or all; repeatable",
     add_allowed_network},
    {"--ca-file", "FILE", kOutgoing,
     "trust these certificates (PEM) besides the system's, or those of SSL_CERT_FILE and "
     "SSL_CERT_DIR; repeatable",
     [](OutgoingOptions& o, const std::string& v) -> Result<> {
       return o.ca_files.push_back(v), Result<>();
     }},
    {"--client-cert", "HOSTS=CERT[,KEY]", kOutgoing,
     "show this certificate (PEM files) to servers of these names that ask for one: example.com, "
     "*.example.com or *; repeatable",
     add_client_identity},
};

}  // namespace

Error name_option(const std::string& names, Error error) {
  const size_t dashes = names.find("--");
  error.message = names.substr(dashes, names.find(',', dashes) - dashes) + ": " + error.message;
  return error;
}

detail::Failure<Error> usage(std::string message) {
  return fail(ErrorKind::kUsage, std::move(message));
}

std::string similar(std::string_view word, const std::vector<std::string>& names,
                    std::string_view before) {
  const std::string_view near = nearest(word, names);
  return near.empty() ? std::string() : fmt::format(" (did you mean {}{}?)", before, near);
}

namespace {

std::string similar_key(char group, const std::string& key) {
  std::vector<std::string> keys;
  for (const KeyRow& row : kKeys) {
    if (row.group == group) keys.emplace_back(row.key);
  }
  return similar(key, keys);
}

}  // namespace

Result<> apply_group(char group, const std::string& text, GuestOptions& guest) {
  std::string_view instead;  // of the key before, for values with commas
  for (const std::string& part : CLI::detail::split(text, ',')) {
    const size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    const KeyRow* found = nullptr;
    for (const KeyRow& row : kKeys) {
      if (row.group == group && row.key == key) found = &row;
    }
    if (found == nullptr && !instead.empty()) {
      return usage(fmt::format("-{} has no key '{}', and values end at commas: {} takes any value",
                               group, key, instead));
    }
    if (found == nullptr) {
      return usage(fmt::format("-{} has no key '{}'{}", group, key, similar_key(group, key)));
    }
    instead = found->meaning == Meaning::kConfigVar      ? kConfigVarOption
              : found->meaning == Meaning::kKeyValueData ? kKeyValueOption
                                                         : "";
    if (found->kind == KeyKind::kValue && equals == std::string::npos) {
      return usage(fmt::format("-{} {} wants a value: {}=...", group, key, key));
    }
    const std::string value = equals == std::string::npos ? "y" : part.substr(equals + 1);
    if (found->kind == KeyKind::kFlag && !parse_flag(value)) {
      return usage(fmt::format("-{} {} is y or n, not '{}'", group, key, value));
    }
    TAPPET_TRY(apply(*found, value, guest));
  }
  return Unit{};
}

void add_guest_options(CLI::App& app, RawGuest& raw) {
  constexpr const char* kGiven = "What the guest is given";
  app.add_option("--dir", raw.dirs, "grant access to a directory; repeatable")
      ->type_name("HOST[::GUEST]")
      ->group(kGiven)
      ->allow_extra_args(false);
  app.add_option("--env", raw.env, "set a variable, or inherit it; repeatable")
      ->type_name("NAME[=VALUE]")
      ->group(kGiven)
      ->allow_extra_args(false);
  app.add_option(kConfigVarOption, raw.config,
                 "a setting of wasi:config/store, commas and all; repeatable")
      ->type_name("NAME=VALUE")
      ->group(kGiven)
      ->allow_extra_args(false);
  app.add_option(kKeyValueOption, raw.key_value_data,
                 "what the stores of wasi:keyvalue hold at first, likewise")
      ->type_name("KEY=VALUE")
      ->group(kGiven)
      ->allow_extra_args(false);
  app.add_option("--link", raw.links,
                 "let another component satisfy imports, before the host does: IMPORT=FILE for one "
                 "interface or function, of any version of its track; FILE or *=FILE for all that "
                 "the component exports. Linked components import from the host and each other; "
                 "repeatable")
      ->type_name("[IMPORT=]FILE")
      ->group(kGiven)
      ->allow_extra_args(false);
  app.add_option("--max-memory", raw.max_memory, "most bytes per linear memory, such as 256M")
      ->type_name("SIZE");
  const char* names[5] = {"-W,--wasm", "-S,--wasi", "-O,--optimize", "-D,--debug", "-C,--codegen"};
  const char* texts[5] = {"WebAssembly options; -W help lists them, and so on",
                          "WASI options, among them what the guest may do", "tuning options",
                          "debugging options", "translation options"};
  for (int i = 0; i < 5; ++i) {
    app.add_option(names[i], raw.groups[i], texts[i])
        ->type_name("KEY[=VALUE],...")
        ->allow_extra_args(false);
  }
  add_rows(app, kOutgoingRows, raw.outgoing, raw.error);
}

Result<GuestOptions> finish(const RawGuest& raw) {
  if (raw.error) return usage(raw.error->message);
  GuestOptions guest;
  guest.outgoing = raw.outgoing;
  for (const std::string& dir : raw.dirs) {
    const size_t separator = dir.find("::");
    const std::string host = dir.substr(0, separator);
    if (host.empty()) return usage("--dir wants HOST[::GUEST]");
    guest.dirs.push_back({host, separator == std::string::npos ? host : dir.substr(separator + 2)});
  }
  for (const std::string& link : raw.links) {
    const size_t equals = link.find('=');
    const std::string import = equals == std::string::npos ? "*" : link.substr(0, equals);
    const std::string file = equals == std::string::npos ? link : link.substr(equals + 1);
    if (import.empty() || file.empty()) return usage("--link wants [IMPORT=]FILE");
    guest.links.push_back({import == "*" ? "" : import, file});
  }
  for (const std::string& variable : raw.env) {
    const size_t equals = variable.find('=');
    const std::string name = variable.substr(0, equals);
    if (name.empty()) return usage("--env wants NAME[=VALUE]");
    if (equals != std::string::npos) {
      guest.env.emplace_back(name, variable.substr(equals + 1));
    } else if (const char* value = std::getenv(name.c_str())) {
      guest.env.emplace_back(name, value);
    }
  }
  if (!raw.max_memory.empty()) guest.max_memory = TAPPET_TRY(parse_size(raw.max_memory));
  for (int i = 0; i < 5; ++i) {
    for (const std::string& text : raw.groups[i]) TAPPET_TRY(apply_group(kGroups[i], text, guest));
  }
  for (const std::string& text : raw.config) guest.config.push_back(TAPPET_TRY(parse_pair(text)));
  for (const std::string& text : raw.key_value_data) {
    guest.key_value_data.push_back(TAPPET_TRY(parse_pair(text)));
  }
  return guest;
}

Result<std::optional<std::string>> parse(CLI::App& app, std::vector<std::string> args) {
  std::reverse(args.begin(), args.end());  // CLI11 takes them from the back
  try {
    app.parse(args);
  } catch (const CLI::CallForHelp&) {
    return std::optional(app.help());
  } catch (const CLI::ParseError& error) {
    return usage(error.what());
  }
  return std::optional<std::string>();
}

namespace {

std::string similar_option(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    const auto& long_names = option->get_lnames();
    names.insert(names.end(), long_names.begin(), long_names.end());
  }
  // Dashes make nothing similar.
  const size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  return similar(std::string_view(word).substr(dashes, word.find('=') - dashes), names, "--");
}

}  // namespace

Result<std::string> take_file(std::string_view command, const CLI::App& app,
                              std::vector<std::string>& words) {
  const bool literally = !words.empty() && words[0] == "--";
  if (literally) words.erase(words.begin());
  if (words.empty()) return usage(fmt::format("{}: no file is given", command));
  std::string file = words[0];
  if (!literally && file.size() > 1 && file[0] == '-') {
    return usage(fmt::format("{}: unknown option {}{}", command, file, similar_option(app, file)));
  }
  words.erase(words.begin());
  return file;
}

Command print(std::string text) {
  Command command;
  command.text = std::move(text);
  return command;
}

}  // namespace tappet::cli
