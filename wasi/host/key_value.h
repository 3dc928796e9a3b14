// Values by key, in memory, and which of such stores a guest may open.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "interp/base/bytes.h"
#include "interp/base/result.h"

namespace tappet::wasi {

enum class KeyValueError : uint8_t { kKeyTooLong, kFull, kTooMuch, kNotANumber, kOverflow };
std::string_view to_string(KeyValueError error);

// Shared by guests, of which none can make it grow beyond its limit. Any thread; every function is
// atomic.
class KeyValueStore {
 public:
  using Pair = std::pair<std::string, Bytes>;
  // A value, and a number that no other value of the key has had; 0 where there is none.
  struct Version {
    std::optional<Bytes> value;
    uint64_t number = 0;
  };
  // Some of the keys, and whether there are more behind them.
  struct Page {
    std::vector<std::string> keys;
    bool more = false;
    uint64_t end = 0;  // for list_as_added
  };

  static constexpr size_t kLongestKey = 4096;
  static constexpr size_t kKeysPerPage = 1000;
  // In one call: whoever has the store to themselves for long keeps all others waiting.
  static constexpr size_t kMostKeys = 10'000;

  // `max_bytes`: of keys and values, and some for each pair.
  explicit KeyValueStore(uint64_t max_bytes = uint64_t{64} << 20) : max_bytes_(max_bytes) {}
  KeyValueStore(const KeyValueStore&) = delete;
  KeyValueStore& operator=(const KeyValueStore&) = delete;

  std::optional<Bytes> get(std::string_view key) const;
  // kTooMuch: too many keys, or values that are larger than the store, as the same may come often.
  Result<std::vector<std::optional<Pair>>, KeyValueError> get(
      const std::vector<std::string>& keys) const;
  bool has(std::string_view key) const;
  // All of them or, with an error, none. Of pairs with the same key the last one counts.
  Result<Unit, KeyValueError> set(std::vector<Pair> pairs);
  Result<Unit, KeyValueError> set(std::string key, Bytes value);
  Result<Unit, KeyValueError> remove(const std::vector<std::string>& keys);
  // In the order of keys: those behind `after`.
  Page list(const std::optional<std::string>& after) const;
  // In the order in which keys came into the store: from the beginning, or where a page ended,
  // which is a number without a meaning. Keys that come or go do not shift others.
  Page list_as_added(uint64_t from = 0) const;

  // Adds to the decimal number that the value is; where there is none, to 0. The sum. Integer is
  // int64_t or uint64_t.
  template <class Integer>
  Result<Integer, KeyValueError> increment(const std::string& key, Integer delta);

  Version look(std::string_view key) const;
  uint64_t number(std::string_view key) const;
  // Sets the value if `number` is still that of the key's version; whether it was.
  Result<bool, KeyValueError> swap(const std::string& key, uint64_t number, Bytes value);

 private:
  struct Entry {
    Bytes value;
    uint64_t number = 0;
    uint64_t added = 0;  // in as_added_
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  Result<Unit, KeyValueError> put(const std::string& key, Bytes value);

  const uint64_t max_bytes_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::map<uint64_t, const std::string*> as_added_;
  uint64_t last_added_ = 0;
  uint64_t bytes_ = 0;
  uint64_t versions_ = 0;
};

// The stores that a guest may open, by name. Immutable once guests run.
class KeyValueStores {
 public:
  // Replaces one of the same name.
  void add(std::string name, std::shared_ptr<KeyValueStore> store);
  // Null: there is none of that name.
  std::shared_ptr<KeyValueStore> find(std::string_view name) const;

 private:
  std::map<std::string, std::shared_ptr<KeyValueStore>, std::less<>> stores_;
};

}  // namespace tappet::wasi
