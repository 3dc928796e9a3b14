#include "wasi/host/key_value.h"

#include <charconv>

namespace tappet::wasi {
namespace {

constexpr uint64_t kPairCost = 192;  // of a pair, beside its bytes

uint64_t cost(std::string_view key, size_t value_size) {
  return key.size() + value_size + kPairCost;
}

}  // namespace

std::string_view to_string(KeyValueError error) {
  switch (error) {
    case KeyValueError::kKeyTooLong:
      return "the key is too long";
    case KeyValueError::kFull:
      return "the store is full";
    case KeyValueError::kTooMuch:
      return "this is too much at once";
    case KeyValueError::kNotANumber:
      return "the value is not a decimal number";
    default:
      return "the sum is beyond the numbers";
  }
}

std::optional<Bytes> KeyValueStore::get(std::string_view key) const { return look(key).value; }

Result<std::vector<std::optional<KeyValueStore::Pair>>, KeyValueError> KeyValueStore::get(
    const std::vector<std::string>& keys) const {
  if (keys.size() > kMostKeys) return fail(KeyValueError::kTooMuch);
  const std::scoped_lock lock(mutex_);
  std::vector<std::optional<Pair>> pairs;
  pairs.reserve(keys.size());
  uint64_t bytes = 0;
  for (const std::string& key : keys) {
    const auto at = entries_.find(key);
    if (at == entries_.end()) {
      pairs.emplace_back();
      continue;
    }
    bytes += cost(key, at->second.value.size());
    if (bytes > max_bytes_) return fail(KeyValueError::kTooMuch);
    pairs.emplace_back(Pair(key, at->second.value));
  }
  return pairs;
}

bool KeyValueStore::has(std::string_view key) const {
  const std::scoped_lock lock(mutex_);
  return entries_.find(key) != entries_.end();
}

Result<Unit, KeyValueError> KeyValueStore::put(const std::string& key, Bytes value) {
  if (key.size() > kLongestKey) return fail(KeyValueError::kKeyTooLong);
  const auto at = entries_.find(key);
  const uint64_t replaced = at == entries_.end() ? 0 : cost(key, at->second.value.size());
  const uint64_t bytes = bytes_ - replaced + cost(key, value.size());
  if (bytes > max_bytes_) return fail(KeyValueError::kFull);
  bytes_ = bytes;
  const auto [entry, is_new] = entries_.try_emplace(key);
  entry->second.value = std::move(value);
  entry->second.number = ++versions_;
  if (is_new) {
    entry->second.added = ++last_added_;
    as_added_.emplace(last_added_, &entry->first);
  }
  return Unit();
}

// Several need the room that they would take beside what they replace: so none of them fails after
// another has been put in.
Result<Unit, KeyValueError> KeyValueStore::set(std::vector<Pair> pairs) {
  if (pairs.size() > kMostKeys) return fail(KeyValueError::kTooMuch);
  const std::scoped_lock lock(mutex_);
  uint64_t bytes = bytes_;
  for (const auto& [key, value] : pairs) {
    if (key.size() > kLongestKey) return fail(KeyValueError::kKeyTooLong);
    bytes += cost(key, value.size());
  }
  if (pairs.size() > 1 && bytes > max_bytes_) return fail(KeyValueError::kFull);
  for (auto& [key, value] : pairs) TAPPET_TRY(put(key, std::move(value)));
  return Unit();
}

Result<Unit, KeyValueError> KeyValueStore::set(std::string key, Bytes value) {
  std::vector<Pair> pairs;
  pairs.emplace_back(std::move(key), std::move(value));
  return set(std::move(pairs));
}

Result<Unit, KeyValueError> KeyValueStore::remove(const std::vector<std::string>& keys) {
  if (keys.size() > kMostKeys) return fail(KeyValueError::kTooMuch);
  const std::scoped_lock lock(mutex_);
  for (const std::string& key : keys) {
    const auto at = entries_.find(key);
    if (at == entries_.end()) continue;
    bytes_ -= cost(key, at->second.value.size());
    as_added_.erase(at->second.added);
    entries_.erase(at);
  }
  return Unit();
}

KeyValueStore::Page KeyValueStore::list(const std::optional<std::string>& after) const {
  const std::scoped_lock lock(mutex_);
  auto at = after ? entries_.upper_bound(*after) : entries_.begin();
  Page page;
  for (; at != entries_.end() && page.keys.size() < kKeysPerPage; ++at) {
    page.keys.push_back(at->first);
  }
  page.more = at != entries_.end();
  return page;
}

KeyValueStore::Page KeyValueStore::list_as_added(uint64_t from) const {
  const std::scoped_lock lock(mutex_);
  auto at = as_added_.upper_bound(from);
  Page page;
  for (; at != as_added_.end() && page.keys.size() < kKeysPerPage; ++at) {
    page.keys.push_back(*at->second);
    page.end = at->first;
  }
  page.more = at != as_added_.end();
  return page;
}

template <class Integer>
Result<Integer, KeyValueError> KeyValueStore::increment(const std::string& key, Integer delta) {
  const std::scoped_lock lock(mutex_);
  Integer sum = 0;
  if (const auto at = entries_.find(key); at != entries_.end()) {
    const std::string_view text = as_text(at->second.value);
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), sum);
    if (error != std::errc() || rest != text.data() + text.size()) {
      return fail(KeyValueError::kNotANumber);
    }
  }
  if (__builtin_add_overflow(sum, delta, &sum)) return fail(KeyValueError::kOverflow);
  const std::string text = std::to_string(sum);
  TAPPET_TRY(put(key, Bytes(text.begin(), text.end())));
  return sum;
}

template Result<int64_t, KeyValueError> KeyValueStore::increment(const std::string&, int64_t);
template Result<uint64_t, KeyValueError> KeyValueStore::increment(const std::string&, uint64_t);

KeyValueStore::Version KeyValueStore::look(std::string_view key) const {
  const std::scoped_lock lock(mutex_);
  const auto at = entries_.find(key);
  if (at == entries_.end()) return {};
  return {at->second.value, at->second.number};
}

uint64_t KeyValueStore::number(std::string_view key) const {
  const std::scoped_lock lock(mutex_);
  const auto at = entries_.find(key);
  return at == entries_.end() ? 0 : at->second.number;
}

Result<bool, KeyValueError> KeyValueStore::swap(const std::string& key, uint64_t number,
                                                Bytes value) {
  const std::scoped_lock lock(mutex_);
  const auto at = entries_.find(key);
  if ((at == entries_.end() ? 0 : at->second.number) != number) return false;
  TAPPET_TRY(put(key, std::move(value)));
  return true;
}

void KeyValueStores::add(std::string name, std::shared_ptr<KeyValueStore> store) {
  stores_[std::move(name)] = std::move(store);
}

std::shared_ptr<KeyValueStore> KeyValueStores::find(std::string_view name) const {
  const auto at = stores_.find(name);
  return at == stores_.end() ? nullptr : at->second;
}

}  // namespace tappet::wasi
