#include "canonical-abi/linker/composition.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "canonical-abi/types/print.h"
#include "canonical-abi/types/substitute.h"

namespace tappet::component {
namespace {

auto unlinkable(std::string message) { return fail(ErrorKind::kUnlinkable, std::move(message)); }

uint64_t total_size(std::span<const Link> links) {
  uint64_t size = 0;
  for (const Link& link : links) size += link.component->bytes.size();
  return size;
}

// Whether a link for `wanted` is one for this import: the same name, or the same track.
bool is_for(std::string_view wanted, std::string_view import) {
  if (wanted == import) return true;
  const std::optional<std::string> track = track_of(wanted);
  return track && track == track_of(import);
}

bool can_be_linked(const NamedExtern& item) {
  return item.type.sort == Sort::kInstance || item.type.sort == Sort::kFunc ||
         item.type.sort == Sort::kValue;
}

}  // namespace

Composition::Composition(const HostInterfaces& hosts, bool unknown_imports_trap, Planner& planner,
                         Linkage& linkage, std::span<const Link> links)
    : hosts_(hosts),
      unknown_imports_trap_(unknown_imports_trap),
      planner_(planner),
      linkage_(linkage),
      links_(links),
      is_used_(links.size()),
      arena_(Budget::for_input(total_size(links))) {}

Result<Entities> Composition::run(std::shared_ptr<const Component> root) {
  if (links_.size() > kMostLinks) {
    return fail(ErrorKind::kLimit, fmt::format("more than {} components are linked", kMostLinks));
  }
  nodes_.emplace_back().component = std::move(root);
  for (const Link& link : links_) {
    if (std::any_of(nodes_.begin() + 1, nodes_.end(),
                    [&](const Node& n) { return n.component == link.component; })) {
      continue;
    }
    Node& node = nodes_.emplace_back();
    node.label = link.label;
    node.component = link.component;
    for (const NamedExtern& item : node.component->type->exports.items) {
      if (can_be_linked(item)) node.exports.add(std::string(item.name), &item);
    }
  }
  TAPPET_TRY(plan(nodes_.front()));
  TAPPET_TRY(check_use());
  return std::move(root_exports_);
}

Composition::Node& Composition::node_of(const Link& link) {
  return *std::find_if(nodes_.begin() + 1, nodes_.end(),
                       [&](const Node& n) { return n.component == link.component; });
}

// Recurses no deeper than there are links.
Result<> Composition::plan(Node& node) {
  if (node.state == State::kPlanned) return {};
  if (node.state == State::kUnderWay) {
    return unlinkable(fmt::format("components import from each other: {}", path_to(node)));
  }
  node.state = State::kUnderWay;
  under_way_.push_back(&node);
  const LinkedExports linked = TAPPET_TRY(linked_exports(node));
  ImportResolver imports(hosts_, unknown_imports_trap_, *node.component, linkage_, linked);
  Result<Entities> args = imports.resolve();
  if (!args.ok()) {
    return node.label.empty() ? fail(std::move(args.error()))
                              : fail(in_context(node.label, std::move(args.error())));
  }
  const auto instance = static_cast<uint32_t>(linkage_.plan.instances.size());
  Entities exports = TAPPET_TRY(planner_.run(node.component, std::move(*args)));
  if (&node == &nodes_.front()) {
    linkage_.plan.root = instance;
    root_exports_ = std::move(exports);
  } else {
    TAPPET_TRY(offer(node, instance, exports));
  }
  under_way_.pop_back();
  node.state = State::kPlanned;
  return {};
}

Result<LinkedExports> Composition::linked_exports(Node& node) {
  LinkedExports linked;
  for (const NamedExtern& import : node.component->type->imports.items) {
    if (!can_be_linked(import)) continue;
    Node* const from = TAPPET_TRY(provider(node, import.name));
    if (from == nullptr) continue;
    TAPPET_TRY(plan(*from));
    linked.emplace(import.name, from->offers.at((*from->exports.find(import.name))->name));
  }
  return linked;
}

// A link for the very import comes before those for all.
Result<Composition::Node*> Composition::provider(const Node& importer, std::string_view import) {
  std::optional<size_t> found;
  for (size_t i = 0; i < links_.size(); ++i) {
    const Link& link = links_[i];
    if (link.component == importer.component) continue;
    const Node& node = node_of(link);
    const bool by_name = !link.import.empty();
    if (by_name ? !is_for(link.import, import) : node.exports.find(import) == nullptr) continue;
    if (by_name) TAPPET_TRY(check_named(link, node, import));
    const Link* const other = found ? &links_[*found] : nullptr;
    if (other != nullptr && other->component != link.component &&
        other->import.empty() != by_name) {
      return unlinkable(fmt::format("import {} could be linked to {} or {}: link it by its name",
                                    quote(import), other->label, link.label));
    }
    if (other == nullptr || (by_name && other->import.empty())) found = i;
    if (by_name) is_used_[i] = true;
  }
  if (!found) return nullptr;
  is_used_[*found] = true;
  return &node_of(links_[*found]);
}

Result<> Composition::check_named(const Link& link, const Node& node,
                                  std::string_view import) const {
  if (node.exports.find(import) != nullptr) return {};
  std::vector<std::string> names;
  for (const auto& [name, item] : node.exports) names.push_back(quote(name));
  return unlinkable(
      fmt::format("{} does not export {}; it exports: {}", link.label, quote(import),
                  names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "))));
}

// The resource types in the component's type are its slots; what they stand for in this instance is
// known now.
Result<> Composition::offer(Node& node, uint32_t instance, const Entities& exports) {
  const PlannedInstance& planned = linkage_.plan.instances[instance];
  Substitution substitution(arena_);
  for (uint32_t i = 0; i < planned.slot_count; ++i) {
    const ResourceRef ref = linkage_.plan.slots[planned.first_slot + i];
    substitution.replace(node.component->resources[i], TAPPET_TRY(canonical(ref)));
  }
  const InstanceType* const type =
      TAPPET_TRY(substitution.apply_open(node.component->type->exports));
  for (const NamedExtern& item : type->exports.items) {
    const auto entity = exports.find(item.name);
    if (entity != exports.end())
      node.offers.emplace(item.name, LinkedExport{item.type, entity->second});
  }
  return {};
}

// The same for the same resource type of the running program; for the host's, what its interfaces
// have.
Result<const Resource*> Composition::canonical(ResourceRef ref) {
  const Resource*& known = resources_[{ref.is_host, ref.index}];
  if (known == nullptr && ref.is_host) {
    known = hosts_.resource(linkage_.plan.host_types[ref.index].host);
  }
  if (known == nullptr) known = TAPPET_TRY(arena_.resource({}));
  return known;
}

Result<> Composition::check_use() const {
  for (size_t i = 0; i < links_.size(); ++i) {
    if (is_used_[i]) continue;
    const std::string& import = links_[i].import;
    return unlinkable(fmt::format("{} is linked for nothing: {} is not imported", links_[i].label,
                                  import.empty() ? "what it exports" : quote(import)));
  }
  return {};
}

// "a.wasm -> b.wasm -> a.wasm"
std::string Composition::path_to(const Node& node) const {
  std::string path;
  for (auto at = std::find(under_way_.begin(), under_way_.end(), &node); at != under_way_.end();
       ++at) {
    path += fmt::format("{} -> ", (*at)->label);
  }
  return path + std::string(node.label);
}

}  // namespace tappet::component
