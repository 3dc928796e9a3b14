#include "wasi/host/key_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace tappet::wasi {
namespace {

using Error = KeyValueError;
using ::testing::ElementsAre;

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

// "ok", or what went wrong.
template <class T>
std::string show(const Result<T, Error>& result) {
  return result.ok() ? "ok" : std::string(to_string(result.error()));
}

TEST(KeyValueStore, KeepsValuesByKey) {
  KeyValueStore store;
  EXPECT_EQ(store.get("a"), std::nullopt);
  EXPECT_FALSE(store.has("a"));
  EXPECT_EQ(show(store.set("a", bytes("1"))), "ok");
  EXPECT_EQ(show(store.set("a", bytes("2"))), "ok");
  EXPECT_EQ(show(store.set("", Bytes())), "ok");
  EXPECT_EQ(store.get("a"), bytes("2"));
  EXPECT_EQ(store.get(""), Bytes());
  EXPECT_TRUE(store.remove({"a", "b"}).ok());
  EXPECT_FALSE(store.has("a"));
  EXPECT_TRUE(store.has(""));
}

TEST(KeyValueStore, TakesAllPairsOrNone) {
  KeyValueStore store(1000);
  EXPECT_EQ(show(store.set({{"a", bytes("1")}, {"b", bytes("2")}, {"a", bytes("3")}})), "ok");
  const auto got = *store.get(std::vector<std::string>{"b", "c", "a"});
  EXPECT_THAT(got, ElementsAre(KeyValueStore::Pair("b", bytes("2")), std::nullopt,
                               KeyValueStore::Pair("a", bytes("3"))));
  EXPECT_EQ(show(store.set({{"c", Bytes(100)}, {"d", Bytes(900)}})), "the store is full");
  EXPECT_EQ(show(store.set({{"c", Bytes()}, {std::string(4097, 'k'), Bytes()}})),
            "the key is too long");
  EXPECT_FALSE(store.has("c"));
  EXPECT_EQ(show(store.set({})), "ok");
}

TEST(KeyValueStore, CountsWhatItHolds) {
  KeyValueStore store(1000);
  EXPECT_EQ(show(store.set("a", Bytes(807))), "ok");
  EXPECT_EQ(show(store.set("a", Bytes(808))), "the store is full");
  EXPECT_EQ(show(store.set("b", Bytes())), "the store is full");
  // What is replaced makes room.
  EXPECT_EQ(show(store.set("a", Bytes(600))), "ok");
  EXPECT_EQ(show(store.set("b", Bytes())), "ok");
  EXPECT_TRUE(store.remove({"a"}).ok());
  EXPECT_EQ(show(store.set("b", Bytes(807))), "ok");
}

TEST(KeyValueStore, ListsKeysInPages) {
  KeyValueStore store;
  EXPECT_TRUE(store.list(std::nullopt).keys.empty());
  for (size_t i = 0; i <= KeyValueStore::kKeysPerPage; ++i) {
    ASSERT_EQ(show(store.set(std::to_string(10000 + i), Bytes())), "ok");
  }
  const auto first = store.list(std::nullopt);
  EXPECT_EQ(first.keys.size(), KeyValueStore::kKeysPerPage);
  EXPECT_EQ(first.keys.front(), "10000");
  EXPECT_TRUE(first.more);
  const auto second = store.list(first.keys.back());
  EXPECT_THAT(second.keys, ElementsAre("11000"));
  EXPECT_FALSE(second.more);
}

TEST(KeyValueStore, ListsKeysAsTheyCame) {
  KeyValueStore store;
  for (size_t i = 0; i <= KeyValueStore::kKeysPerPage; ++i) {
    ASSERT_EQ(show(store.set(std::to_string(20000 - i), Bytes())), "ok");
  }
  const auto first = store.list_as_added();
  EXPECT_EQ(first.keys.size(), KeyValueStore::kKeysPerPage);
  EXPECT_EQ(first.keys.front(), "20000");
  EXPECT_TRUE(first.more);
  // Neither a new value nor what has gone shifts the others.
  EXPECT_EQ(show(store.set(first.keys.front(), Bytes(1))), "ok");
  EXPECT_TRUE(store.remove({first.keys.back()}).ok());
  EXPECT_EQ(show(store.set(first.keys.back(), Bytes())), "ok");
  const auto second = store.list_as_added(first.end);
  EXPECT_THAT(second.keys, ElementsAre("19000", first.keys.back()));
  EXPECT_FALSE(second.more);
  EXPECT_TRUE(store.list_as_added(UINT64_MAX).keys.empty());
  EXPECT_TRUE(store.remove(second.keys).ok());
  EXPECT_TRUE(store.list_as_added(first.end).keys.empty());
}

TEST(KeyValueStore, AddsToNumbers) {
  KeyValueStore store;
  EXPECT_EQ(*store.increment<int64_t>("n", -5), -5);
  EXPECT_EQ(*store.increment<int64_t>("n", 7), 2);
  EXPECT_EQ(*store.increment<uint64_t>("n", 1), 3U);
  EXPECT_EQ(store.get("n"), bytes("3"));
  EXPECT_EQ(show(store.increment<int64_t>("n", INT64_MAX)), "the sum is beyond the numbers");
  EXPECT_EQ(*store.increment<uint64_t>("n", UINT64_MAX - 3), UINT64_MAX);
  EXPECT_EQ(show(store.increment<uint64_t>("n", 1)), "the sum is beyond the numbers");
  for (const char* text : {"", " 1", "1 ", "0x1", "1.5", "9223372036854775808", "word"}) {
    ASSERT_EQ(show(store.set("n", bytes(text))), "ok");
    EXPECT_EQ(show(store.increment<int64_t>("n", 1)), "the value is not a decimal number") << text;
    EXPECT_EQ(store.get("n"), bytes(text));
  }
}

TEST(KeyValueStore, SwapsOnlyWhatHasNotChanged) {
  KeyValueStore store(1000);
  EXPECT_TRUE(*store.swap("a", store.look("a").number, bytes("1")));
  const auto seen = store.look("a");
  EXPECT_EQ(seen.value, bytes("1"));
  EXPECT_EQ(show(store.set("a", bytes("1"))), "ok");
  EXPECT_FALSE(*store.swap("a", seen.number, bytes("2")));
  EXPECT_EQ(show(store.swap("a", store.look("a").number, Bytes(2000))), "the store is full");
  EXPECT_TRUE(*store.swap("a", store.look("a").number, bytes("3")));
  const auto before = store.look("a");
  EXPECT_TRUE(store.remove({"a"}).ok());
  EXPECT_FALSE(*store.swap("a", before.number, bytes("4")));
  EXPECT_FALSE(store.has("a"));
}

// A guest needs little memory to ask for the same large value many times.
TEST(KeyValueStore, GivesNoMoreAtOnceThanItMayHave) {
  KeyValueStore store(1'000'000);
  EXPECT_EQ(show(store.set("a", Bytes(400'000))), "ok");
  EXPECT_TRUE(store.get(std::vector<std::string>(2, "a")).ok());
  const auto refused = store.get(std::vector<std::string>(3, "a"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error(), KeyValueError::kTooMuch);
  const std::vector<std::string> many(KeyValueStore::kMostKeys + 1, "b");
  EXPECT_EQ(store.get(many).error(), KeyValueError::kTooMuch);
  EXPECT_EQ(store.remove(many).error(), KeyValueError::kTooMuch);
  EXPECT_EQ(show(store.set(std::vector<KeyValueStore::Pair>(many.size()))),
            to_string(KeyValueError::kTooMuch));
}

TEST(KeyValueStore, IsSharedByThreads) {
  KeyValueStore store;
  const auto count = [&] {
    for (int i = 0; i < 1000; ++i) (void)store.increment<int64_t>("n", 1);
  };
  std::thread other(count);
  count();
  other.join();
  EXPECT_EQ(store.get("n"), bytes("2000"));
}

TEST(KeyValueStores, AreFoundByName) {
  KeyValueStores stores;
  EXPECT_EQ(stores.find(""), nullptr);
  const auto store = std::make_shared<KeyValueStore>();
  stores.add("", store);
  EXPECT_EQ(stores.find(""), store);
  EXPECT_EQ(stores.find("default"), nullptr);
}

}  // namespace
}  // namespace tappet::wasi
