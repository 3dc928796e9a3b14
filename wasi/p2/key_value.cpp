#include "wasi/p2/key_value.h"

#include "wasi/host/key_value.h"

namespace tappet::wasi::p2 {

struct StoreError : std::variant<Unit, Unit, std::string> {
  using variant::variant;
};
TAPPET_VARIANT(StoreError, "no-such-store", "access-denied", "other")

struct KeyResponse {
  std::vector<std::string> keys;
  std::optional<std::string> cursor;
};
TAPPET_RECORD(KeyResponse, keys, cursor)

// In the older draft, cursors are numbers.
struct NumberedKeyResponse {
  std::vector<std::string> keys;
  std::optional<uint64_t> cursor;
};
TAPPET_RECORD(NumberedKeyResponse, keys, cursor)

// Which version of a key's value was looked at last; gives way to nothing but that. It does not
// hold the value: guests may have many of these.
struct Cas {
  std::shared_ptr<KeyValueStore> bucket;
  std::string key;
  uint64_t number;

  std::optional<Bytes> look() {
    KeyValueStore::Version version = bucket->look(key);
    number = version.number;
    return std::move(version.value);
  }
};

struct CasError : std::variant<StoreError, component::Own<Cas>> {
  using variant::variant;
};
TAPPET_VARIANT(CasError, "store-error", "cas-failed")

namespace {

using component::Borrow;
using component::HostInterface;
using component::HostInterfaceDef;
using component::make_own;
using component::Own;
using component::version;

using Pairs = std::vector<KeyValueStore::Pair>;
using Keys = std::vector<std::string>;

template <class T = Unit>
using Stored = Result<T, StoreError>;

StoreError error_of(KeyValueError error) {
  return StoreError(std::in_place_index<2>, to_string(error));
}

template <class T>
Stored<T> stored(Result<T, KeyValueError> result) {
  if (!result.ok()) return fail(error_of(result.error()));
  return std::move(result).value();
}

Stored<Own<KeyValueStore>> open(const KeyValueStores& stores, const std::string& identifier) {
  auto store = stores.find(identifier);
  if (store == nullptr) return fail(StoreError(std::in_place_index<0>));
  return Own<KeyValueStore>(std::move(store));
}

Stored<KeyResponse> list_keys(const KeyValueStore& bucket,
                              const std::optional<std::string>& cursor) {
  KeyValueStore::Page page = bucket.list(cursor);
  std::optional<std::string> next;
  if (page.more) next = page.keys.back();
  return KeyResponse{std::move(page.keys), std::move(next)};
}

Stored<NumberedKeyResponse> list_numbered_keys(const KeyValueStore& bucket,
                                               std::optional<uint64_t> cursor) {
  KeyValueStore::Page page = bucket.list_as_added(cursor.value_or(0));
  std::optional<uint64_t> next;
  if (page.more) next = page.end;
  return NumberedKeyResponse{std::move(page.keys), next};
}

template <class ListKeys>
HostInterfaceDef store(component::Version draft, ListKeys list_keys) {
  return HostInterface<KeyValueStores>("wasi:keyvalue/store", draft)
      .func("open", {"identifier"}, open)
      .template resource<KeyValueStore>("bucket")
      .method("get", {"key"},
              [](const KeyValueStore& bucket, const std::string& key) {
                return Stored<std::optional<Bytes>>(bucket.get(key));
              })
      .method("set", {"key", "value"},
              [](KeyValueStore& bucket, std::string key, Bytes value) {
                return stored(bucket.set(std::move(key), std::move(value)));
              })
      .method("delete", {"key"},
              [](KeyValueStore& bucket, const std::string& key) {
                return stored(bucket.remove({key}));
              })
      .method("exists", {"key"},
              [](const KeyValueStore& bucket, const std::string& key) {
                return Stored<bool>(bucket.has(key));
              })
      .method("list-keys", {"cursor"}, list_keys);
}

template <class Integer>
Stored<Integer> increment(KeyValueStore& bucket, const std::string& key, Integer delta) {
  return stored(bucket.increment(key, delta));
}

Stored<Own<Cas>> new_cas(const Borrow<KeyValueStore>& bucket, const std::string& key) {
  if (key.size() > KeyValueStore::kLongestKey) return fail(error_of(KeyValueError::kKeyTooLong));
  return make_own<Cas>(Cas{bucket.share(), key, bucket->number(key)});
}

Result<Unit, CasError> swap(const Own<Cas>& cas, Bytes value) {
  auto swapped = cas->bucket->swap(cas->key, cas->number, std::move(value));
  if (!swapped.ok()) return fail(CasError(std::in_place_index<0>, error_of(swapped.error())));
  if (*swapped) return Unit();
  return fail(CasError(std::in_place_index<1>,
                       make_own<Cas>(Cas{cas->bucket, cas->key, cas->bucket->number(cas->key)})));
}

HostInterfaceDef atomics() {
  auto scope = HostInterface<>("wasi:keyvalue/atomics", version("0.2.0-draft2"));
  scope.resource<KeyValueStore>("bucket");
  scope.func("increment", {"bucket", "key", "delta"}, increment<int64_t>);
  return scope.resource<Cas>("cas")
      .static_func("new", {"bucket", "key"}, new_cas)
      .method("current", [](Cas& cas) { return Stored<std::optional<Bytes>>(cas.look()); })
      .func("swap", {"cas", "value"}, swap);
}

HostInterfaceDef atomics_without_cas() {
  auto scope = HostInterface<>("wasi:keyvalue/atomics", version("0.2.0-draft"));
  scope.resource<KeyValueStore>("bucket");
  return scope.func("increment", {"bucket", "key", "delta"}, increment<uint64_t>);
}

HostInterfaceDef batch(component::Version draft) {
  auto scope = HostInterface<>("wasi:keyvalue/batch", draft);
  scope.resource<KeyValueStore>("bucket");
  return scope
      .func("get-many", {"bucket", "keys"},
            [](const KeyValueStore& bucket, const Keys& keys) { return stored(bucket.get(keys)); })
      .func("set-many", {"bucket", "key-values"},
            [](KeyValueStore& bucket, Pairs pairs) { return stored(bucket.set(std::move(pairs))); })
      .func("delete-many", {"bucket", "keys"},
            [](KeyValueStore& bucket, const Keys& keys) { return stored(bucket.remove(keys)); });
}

}  // namespace

std::vector<HostInterfaceDef> key_value_interfaces() {
  constexpr component::Version kOld = version("0.2.0-draft");
  constexpr component::Version kNew = version("0.2.0-draft2");
  return {store(kOld, list_numbered_keys),
          atomics_without_cas(),
          batch(kOld),
          store(kNew, list_keys),
          atomics(),
          batch(kNew)};
}

}  // namespace tappet::wasi::p2
