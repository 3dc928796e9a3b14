// Interface names with versions: which of several that differ in the version alone is meant.
//
// A name is looked up as it is first. Else any version of its track will do, and the greatest wins:
// `@1.x.y` is track 1, `@0.2.y` track 0.2; `@0.0.y` and pre-releases are on none. Build metadata
// counts for nothing but the exact match.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tappet::component {

// "wasi:http/types@0.2" for "wasi:http/types@0.2.12", and for itself; nothing for a name without a
// version or a version on no track.
std::optional<std::string> track_of(std::string_view name);

// True if the version of `a` is less than that of `b`; both names are on the same track.
bool is_older(std::string_view a, std::string_view b);

// Things by name, found by the rules above.
template <class T>
class VersionedMap {
 public:
  VersionedMap() = default;
  VersionedMap(const VersionedMap&) = delete;
  VersionedMap& operator=(const VersionedMap&) = delete;

  // Null if there is one of exactly that name already.
  T* add(std::string name, T&& item) {
    const auto [at, inserted] = exact_.try_emplace(std::move(name), std::move(item));
    if (!inserted) return nullptr;
    if (const std::optional<std::string> track = track_of(at->first)) {
      auto& newest = tracks_.try_emplace(*track, at).first->second;
      if (is_older(newest->first, at->first)) newest = at;
    }
    return &at->second;
  }
  const T* find(std::string_view name) const {
    const auto at = exact_.find(name);
    if (at != exact_.end()) return &at->second;
    const std::optional<std::string> track = track_of(name);
    const auto newest = track ? tracks_.find(*track) : tracks_.end();
    return newest == tracks_.end() ? nullptr : &newest->second->second;
  }
  T* find(std::string_view name) {
    return const_cast<T*>(static_cast<const VersionedMap*>(this)->find(name));
  }

  // In the order of names.
  auto begin() const { return exact_.begin(); }
  auto end() const { return exact_.end(); }

 private:
  using Exact = std::map<std::string, T, std::less<>>;
  Exact exact_;
  std::map<std::string, typename Exact::iterator> tracks_;
};

}  // namespace tappet::component
