#include "spec-tests/runner/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

namespace tappet::spec {
namespace {

using nlohmann::json;

struct KindRow {
  std::string_view name;
  DirectiveKind kind;
};
constexpr KindRow kKinds[] = {
    {"module", DirectiveKind::kModule},
    {"register", DirectiveKind::kRegister},
    {"action", DirectiveKind::kAction},
    {"assert_return", DirectiveKind::kAssertReturn},
    {"assert_trap", DirectiveKind::kAssertTrap},
    {"assert_exhaustion", DirectiveKind::kAssertExhaustion},
    {"assert_exception", DirectiveKind::kAssertException},
    {"assert_malformed", DirectiveKind::kAssertMalformed},
    {"assert_invalid", DirectiveKind::kAssertInvalid},
    {"assert_unlinkable", DirectiveKind::kAssertUnlinkable},
    {"assert_uninstantiable", DirectiveKind::kAssertUninstantiable},
};

Result<json> parse_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorKind::kIo, fmt::format("cannot read {}", file.string()));
  json parsed = json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) {
    return fail(ErrorKind::kMalformed, fmt::format("{} is no JSON", file.string()));
  }
  return parsed;
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<ValueType> type_of(const std::string& name) {
  if (name == "i32") return kI32;
  if (name == "i64") return kI64;
  if (name == "f32") return kF32;
  if (name == "f64") return kF64;
  if (name == "v128") return kV128;
  if (name == "funcref") return kFuncRef;
  if (name == "externref") return kExternRef;
  if (name == "exnref") return ValueType::ref(true, {HeapKind::kExn, {}});
  return std::nullopt;
}

uint32_t lane_width(const std::string& lane_type) {
  if (lane_type == "i8") return 8;
  if (lane_type == "i16") return 16;
  return lane_type == "i32" || lane_type == "f32" ? 32 : 64;
}

// Numbers are unsigned decimals, or the name of a NaN.
LaneCheck read_number(const std::string& text, uint64_t& bits) {
  if (text == "nan:canonical") return LaneCheck::kCanonicalNan;
  if (text == "nan:arithmetic") return LaneCheck::kArithmeticNan;
  bits = std::strtoull(text.c_str(), nullptr, 10);
  return LaneCheck::kEqual;
}

void read_vector(const json& item, ScriptPattern& pattern) {
  const std::string lane_type = text_of(item, "lane_type");
  const uint32_t width = lane_width(lane_type);
  const auto lanes = item.find("value");
  if (lanes == item.end() || !lanes->is_array()) return;
  for (size_t i = 0; i < lanes->size() && (i + 1) * width <= 128; ++i) {
    uint64_t bits = 0;
    const json& lane = (*lanes)[i];
    const LaneCheck check = read_number(lane.is_string() ? lane.get<std::string>() : "", bits);
    if (lane_type[0] == 'f') pattern.lanes.push_back(check);
    pattern.value.bits[i * width / 64] |= bits << (i * width % 64);
  }
  if (!pattern.lanes.empty()) pattern.lane_bits = width;
}

// A value or a pattern: {"type": "i32", "value": "7"}.
std::optional<ScriptPattern> read_pattern(const json& item) {
  const auto type = type_of(text_of(item, "type"));
  if (!type) return std::nullopt;
  ScriptPattern pattern;
  pattern.value.type = *type;
  const std::string text = text_of(item, "value");
  if (type->is_ref()) {
    pattern.value.is_null = text == "null";
    pattern.any_reference = text.empty();
    pattern.value.bits[0] = std::strtoull(text.c_str(), nullptr, 10);
  } else if (*type == kV128) {
    read_vector(item, pattern);
  } else {
    const LaneCheck check = read_number(text, pattern.value.bits[0]);
    if (check != LaneCheck::kEqual) {
      pattern.lane_bits = *type == kF32 ? 32 : 64;
      pattern.lanes.push_back(check);
    }
  }
  return pattern;
}

std::optional<Action> read_action(const json& item) {
  Action action;
  action.kind = text_of(item, "type") == "get" ? Action::Kind::kGet : Action::Kind::kInvoke;
  action.module = text_of(item, "module");
  action.field = text_of(item, "field");
  for (const json& argument : item.value("args", json::array())) {
    const auto pattern = read_pattern(argument);
    if (!pattern) return std::nullopt;
    action.arguments.push_back(pattern->value);
  }
  return action;
}

// A result is one pattern, or {"type": "either", "values": [...]}.
std::optional<std::vector<ScriptPattern>> read_alternatives(const json& item) {
  std::vector<ScriptPattern> alternatives;
  const bool is_either = text_of(item, "type") == "either";
  for (const json& one : is_either ? item.value("values", json::array()) : json::array({item})) {
    auto pattern = read_pattern(one);
    if (!pattern) return std::nullopt;
    alternatives.push_back(std::move(*pattern));
  }
  return alternatives;
}

std::optional<Directive> read_directive(const json& item, const std::filesystem::path& folder) {
  const std::string type = text_of(item, "type");
  const auto* const row = std::find_if(std::begin(kKinds), std::end(kKinds),
                                       [&](const KindRow& kind) { return kind.name == type; });
  if (row == std::end(kKinds)) return std::nullopt;
  Directive directive;
  directive.kind = row->kind;
  directive.line = item.value("line", 0u);
  directive.file = folder / text_of(item, "filename");
  directive.is_text = text_of(item, "module_type") == "text";
  directive.name = text_of(item, "name");
  directive.alias = text_of(item, "as");
  directive.text = text_of(item, "text");
  if (const auto action = item.find("action"); action != item.end()) {
    auto read = read_action(*action);
    if (!read) return std::nullopt;
    directive.action = std::move(*read);
  }
  if (row->kind != DirectiveKind::kAssertReturn) return directive;
  for (const json& result : item.value("expected", json::array())) {
    auto alternatives = read_alternatives(result);
    if (!alternatives) return std::nullopt;
    directive.expected.push_back(std::move(*alternatives));
  }
  return directive;
}

}  // namespace

Result<std::vector<Directive>> read_script(const std::filesystem::path& json_file) {
  const json script = TAPPET_TRY(parse_file(json_file));
  std::vector<Directive> directives;
  for (const json& item : script.value("commands", json::array())) {
    auto directive = read_directive(item, json_file.parent_path());
    if (!directive) {
      return fail(ErrorKind::kMalformed, fmt::format("{}: unknown directive, value or type: {}",
                                                     json_file.string(), item.dump()));
    }
    directives.push_back(std::move(*directive));
  }
  auto left_out = json_file;
  std::vector<Directive> missing;
  for (const json& item : TAPPET_TRY(parse_file(left_out.replace_extension(".left_out.json")))) {
    Directive& directive = missing.emplace_back();
    directive.line = item.value("line", 0u);
    directive.text = text_of(item, "reason");
  }
  std::vector<Directive> all;
  std::merge(std::move_iterator(directives.begin()), std::move_iterator(directives.end()),
             std::move_iterator(missing.begin()), std::move_iterator(missing.end()),
             std::back_inserter(all),
             [](const Directive& a, const Directive& b) { return a.line < b.line; });
  return all;
}

}  // namespace tappet::spec
