// Random types and values against definitions.py, by data/values.golden; data/values.py, which
// makes it, says what its lines mean.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>
#include <sstream>

#include "canonical-abi/abi/flat.h"
#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "tests/unit/canonical-abi/abi/fixture.h"
#include "tests/unit/canonical-abi/abi/golden.h"

namespace tappet::component::test {
namespace {

constexpr uint64_t kAddress = 1024;  // above the log of realloc
constexpr uint64_t kHeap = 4096;
constexpr uint64_t kHeapEnd = 8192;
constexpr uint64_t kMemory = 65536;

std::string digest(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return "-";
  if (bytes.size() <= 24) return fmt::format("{:02x}", fmt::join(bytes, ""));
  uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const uint8_t byte : bytes) hash = (hash ^ byte) * 0x100'0000'01b3;
  return fmt::format("{}:{:016x}", bytes.size(), hash);
}

// One type of the golden file, with a memory for all of its lines.
class Oracle : public AbiTest {
 public:
  explicit Oracle(const std::string& type) : words_(type) { type_ = read_type(); }
  void TestBody() override {}

  void check(const std::string& line) {
    SCOPED_TRACE(line);
    parts_.clear();
    std::istringstream parts(line);
    for (std::string part; std::getline(parts, part, '|');) parts_.push_back(part);
    words_ = std::istringstream(parts_[0]);
    const std::string what = next();
    options.string_encoding = encoding_of(next());
    std::memset(memory->base(), 0, memory_size(memory->base()));
    if (what == "V") return check_value_vector();
    if (what == "H") return check_hostile();
    std::memset(memory->base() + kHeap, 'a', kHeapEnd - kHeap);
    return what == "M" ? check_load() : check_lift_flat();
  }

 private:
  std::string next() {
    std::string word;
    words_ >> word;
    return word;
  }
  uint64_t next_number(int base = 10) { return std::stoull(next(), nullptr, base); }

  const ValType* read_type() {
    const std::string name = next();
    if (name == "_") return nullptr;
    if (name == "own") return handle(TypeKind::kOwn);
    if (name == "fixed") {
      const auto length = static_cast<uint32_t>(next_number());
      return compose(TypeKind::kFixedList, {{{}, read_type()}}, length);
    }
    const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                     [&](const KindRow& row) { return row.text == name; });
    if (is_primitive(found->kind)) return primitive(found->kind);
    return compose(found->kind, read_items(found->kind));
  }

  std::vector<Labelled> read_items(TypeKind kind) {
    const bool pair = kind == TypeKind::kMap || kind == TypeKind::kResult;
    const bool one = kind == TypeKind::kList || kind == TypeKind::kOption;
    const bool labels = kind == TypeKind::kEnum || kind == TypeKind::kFlags;
    std::vector<Labelled> items(pair ? 2 : one ? 1 : next_number());
    for (Labelled& item : items) item = {"label", labels ? nullptr : read_type()};
    return items;
  }

  ComponentValue read_value(const ValType& t) {
    switch (t.kind) {
      case TypeKind::kString:
        return ComponentValue::string(unhex(next()));
      case TypeKind::kF32:
      case TypeKind::kF64:
        return ComponentValue::scalar(t.kind, next_number(16));
      case TypeKind::kList:
      case TypeKind::kMap:
        return read_list(t, next_number());
      case TypeKind::kFixedList:
        return read_list(t, t.length);
      case TypeKind::kRecord:
      case TypeKind::kTuple: {
        ComponentValue::List items;
        for (const Labelled& item : t.items) items.push_back(read_value(*item.type));
        return ComponentValue::sequence(t.kind, std::move(items));
      }
      case TypeKind::kVariant:
      case TypeKind::kEnum:
      case TypeKind::kOption:
      case TypeKind::kResult: {
        const auto index = static_cast<uint32_t>(next_number());
        const ValType* payload = t.items[index].type;
        return payload == nullptr ? ComponentValue::variant(t.kind, index)
                                  : ComponentValue::variant(t.kind, index, read_value(*payload));
      }
      case TypeKind::kFlags:
        return ComponentValue::flags(static_cast<uint32_t>(next_number()));
      default: {
        const std::string word = next();
        return ComponentValue::scalar(
            t.kind, word[0] == '-' ? static_cast<uint64_t>(std::stoll(word)) : std::stoull(word));
      }
    }
  }

  ComponentValue read_list(const ValType& t, uint64_t length) {
    ComponentValue::List items;
    for (uint64_t i = 0; i < length; ++i) items.push_back(read_value(*t.element));
    if (t.kind != TypeKind::kList || t.element->kind != TypeKind::kU8)
      return ComponentValue::sequence(t.kind, std::move(items));
    Bytes bytes;
    for (const ComponentValue& item : items) bytes.push_back(static_cast<uint8_t>(item.bits()));
    return ComponentValue::bytes(std::move(bytes));
  }

  uint32_t size() const { return elem_size(*type_, AddressType::kI32); }

  std::vector<uint64_t> call(std::string_view function, std::vector<uint64_t> args) {
    Thread thread(*core_store);
    thread.start(*libc->exported_function(function), args);
    EXPECT_EQ(tappet::run(thread), Outcome::kReturned);
    return {thread.results().begin(), thread.results().end()};
  }

  // What was allocated since the last time, which is forgotten.
  Bytes take_heap() {
    const std::span<uint8_t> heap = memory->view(kHeap, call("reset", {})[0] - kHeap);
    return Bytes(heap.begin(), heap.end());
  }

  void check_value_vector() {
    peer_encoding = encoding_of(next());
    const ComponentValue v = read_value(*type_);
    const std::span<uint8_t> place = memory->view(kAddress, size());
    ComponentValue back;
    EXPECT_EQ(run([&](LiftLowerContext& cx) {
                return store(cx, v, *type_, kAddress) && load(cx, kAddress, *type_, back);
              }),
              "");
    EXPECT_EQ(back, v) << to_string(back, type_);
    Bytes stored(place.begin(), place.end());
    const Bytes heap = take_heap();
    stored.insert(stored.end(), heap.begin(), heap.end());
    EXPECT_EQ(" " + digest(stored) + " ", parts_[1]);
    if (parts_[2] != " - ") check_flat(v);
  }

  void check_flat(const ComponentValue& v) {
    FlatValues flat;
    ComponentValue back;
    EXPECT_EQ(run([&](LiftLowerContext& cx) {
                if (!lower_flat(cx, v, *type_, flat)) return false;
                CoreValueIter vi(flat.span());
                return lift_flat(cx, vi, *type_, back) && vi.position() == flat.size();
              }),
              "");
    EXPECT_EQ(back, v) << to_string(back, type_);
    EXPECT_EQ(fmt::format(" {:x} ", fmt::join(flat.span(), " ")), parts_[2]);
    EXPECT_EQ(" " + digest(take_heap()), parts_[3]);
  }

  // The value, or a trap, that the line promises.
  void expect(const std::string& trap, const ComponentValue& v) {
    words_ = std::istringstream(parts_[1]);
    if (parts_[1] == " trap") {
      EXPECT_NE(trap, "") << to_string(v, type_);
      return;
    }
    EXPECT_EQ(trap, "");
    EXPECT_EQ(v, read_value(*type_)) << to_string(v, type_);
  }

  void check_hostile() {
    peer_encoding = encoding_of(next());
    const uint64_t nth = next_number();
    call("be_hostile", {nth, next_number()});
    const ComponentValue v = read_value(*type_);
    const std::string trap =
        run([&](LiftLowerContext& cx) { return store(cx, v, *type_, kAddress); });
    call("reset", {});
    EXPECT_EQ(trap.empty(), parts_[1] != " trap") << trap;
    if (trap.empty()) {
      EXPECT_EQ(" " + digest(memory->view(kAddress, kMemory - kAddress)), parts_[1]);
    }
  }

  void check_load() {
    const std::string bytes = unhex(next());
    ASSERT_EQ(bytes.size(), size());
    std::memcpy(memory->base() + kAddress, bytes.data(), bytes.size());
    ComponentValue v;
    const std::string trap =
        run([&](LiftLowerContext& cx) { return load(cx, kAddress, *type_, v); });
    expect(trap, v);
  }

  void check_lift_flat() {
    std::vector<uint64_t> flat;
    for (std::string word = next(); !word.empty(); word = next())
      flat.push_back(std::stoull(word, nullptr, 16));
    ComponentValue v;
    const std::string trap = run([&](LiftLowerContext& cx) {
      CoreValueIter vi(flat);
      return lift_flat(cx, vi, *type_, v) && vi.position() == flat.size();
    });
    expect(trap, v);
  }

  std::istringstream words_;
  std::vector<std::string> parts_;
  const ValType* type_ = nullptr;
};

TEST(Oracle, LiftsAndLowersAsDefinitionsPyDoes) {
  const Bytes golden = read_data("values.golden");
  std::istringstream lines{std::string(as_text(golden))};
  std::unique_ptr<Oracle> oracle;
  int count = 0;
  for (std::string line; std::getline(lines, line) && !testing::Test::HasFailure();) {
    if (line.starts_with("T ")) {
      oracle = std::make_unique<Oracle>(line.substr(2));
      continue;
    }
    oracle->check(line);
    ++count;
  }
  EXPECT_GE(count, 20'000);
}

}  // namespace
}  // namespace tappet::component::test
