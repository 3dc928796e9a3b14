#include <map>

#include <fmt/format.h>

#include "canonical-abi/types/print.h"
#include "canonical-abi/wit/identifier.h"
#include "canonical-abi/wit/interface_printer.h"
#include "canonical-abi/wit/wit.h"

namespace tappet::component {
namespace {

using wit::InterfacePrinter;
using wit::Scope;
using wit::Scopes;

bool is_interface_name(std::string_view name) { return name.find('/') != std::string_view::npos; }

class WorldPrinter {
 public:
  explicit WorldPrinter(const ComponentType& type)
      : type_(type),
        scopes_(type.imports.items, type.exports.items),
        world_(scopes_, scopes_.world(), "  ", room_) {}

  Result<std::string> print();

 private:
  std::string items(std::string_view direction, std::span<const NamedExtern> items);
  std::string item(std::string_view direction, const NamedExtern& item);
  void define(std::string_view direction, const NamedExtern& item);
  std::string packages();
  std::string interface(const Scope& scope);

  const ComponentType& type_;
  Scopes scopes_;
  size_t room_ = kMostWitBytes;
  InterfacePrinter world_;
  std::string types_;
};

std::string WorldPrinter::item(std::string_view direction, const NamedExtern& item) {
  switch (item.type.sort) {
    case Sort::kInstance:
      if (is_interface_name(item.name)) return fmt::format("  {} {};\n", direction, item.name);
      return fmt::format("  {} {}: interface {{\n{}  }}\n", direction, wit::identifier(item.name),
                         InterfacePrinter(scopes_, scopes_.of(item), "    ", room_).body());
    case Sort::kFunc:
      if (item.name.starts_with('[')) return {};  // is shown with its resource
      return fmt::format("  {} {}: {};\n", direction, wit::identifier(item.name),
                         world_.function(*item.type.type.func()));
    case Sort::kType:
      define(direction, item);
      return {};
    default:
      return world_.comment(direction, item);
  }
}

// WIT cannot export a type without an interface.
void WorldPrinter::define(std::string_view direction, const NamedExtern& item) {
  std::string text;
  world_.define(item, text);
  if (text.empty()) return;
  if (direction == "export") text = world_.comment(direction, item) + text;
  types_ += (types_.empty() ? "" : "\n") + text;
}

std::string WorldPrinter::items(std::string_view direction, std::span<const NamedExtern> items) {
  std::string out;
  for (const NamedExtern& i : items) {
    if (room_ == 0) break;
    out += item(direction, i);
  }
  return out;
}

std::string WorldPrinter::interface(const Scope& scope) {
  const std::string body = InterfacePrinter(scopes_, scope, "    ", room_).body();
  const std::string name = wit::identifier(wit::split_interface(scope.name).interface);
  if (body.empty()) return fmt::format("  interface {} {{}}\n", name);
  return fmt::format("  interface {} {{\n{}  }}\n", name, body);
}

// Packages in order of their first interface.
std::string WorldPrinter::packages() {
  std::vector<std::pair<std::string, std::string>> all;
  std::map<std::string, size_t> places;
  for (const Scope& scope : scopes_.interfaces()) {
    if (!is_interface_name(scope.name) || room_ == 0) continue;
    const std::string package = wit::split_interface(scope.name).package_text();
    const size_t place = places.try_emplace(package, all.size()).first->second;
    if (place == all.size()) all.emplace_back(package, "");
    std::string& text = all[place].second;
    text += (text.empty() ? "" : "\n") + interface(scope);
  }
  std::string out;
  for (const auto& [package, text] : all) {
    out += fmt::format("\npackage {} {{\n{}}}\n", package, text);
  }
  return out;
}

Result<std::string> WorldPrinter::print() {
  const std::string imports = items("import", type_.imports.items);
  const std::string exports = items("export", type_.exports.items);
  std::string out = "package root:component;\n\nworld root {\n";
  bool is_first = true;
  for (const std::string& part : {imports, world_.uses(), types_, exports}) {
    if (part.empty()) continue;
    if (!is_first) out += "\n";
    is_first = false;
    out += part;
  }
  out += "}\n" + packages();
  if (room_ != 0) return out;
  return fail(ErrorKind::kLimit,
              fmt::format("the component's text would be larger than {} bytes", kMostWitBytes));
}

}  // namespace

Result<std::string> print_wit(const Component& component) {
  return WorldPrinter(*component.type).print();
}

}  // namespace tappet::component
