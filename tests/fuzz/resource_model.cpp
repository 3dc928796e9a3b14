#include "tests/fuzz/resource_model.h"

#include <algorithm>
#include <utility>

namespace tappet::component::fuzz {

// --- Tables

ResourceModel::Handle* ResourceModel::get(uint32_t guest, uint32_t i, uint32_t type) {
  Table& table = tables_[guest];
  const bool is_there = i != 0 && i <= table.array.size() && table.array[i - 1].live &&
                        table.array[i - 1].type == type;
  if (!is_there) trap();
  return is_there ? &table.array[i - 1] : nullptr;
}

std::optional<uint32_t> ResourceModel::add(uint32_t guest, Handle handle) {
  Table& table = tables_[guest];
  handle.live = true;
  if (!table.free.empty()) {
    const uint32_t i = table.free.back();
    table.free.pop_back();
    table.array[i - 1] = handle;
    return i;
  }
  if (table.array.size() == kTableSize) return trap(), std::nullopt;
  table.array.push_back(handle);
  return static_cast<uint32_t>(table.array.size());
}

void ResourceModel::remove(uint32_t guest, uint32_t i) {
  tables_[guest].array[i - 1] = {};
  tables_[guest].free.push_back(i);
}

void ResourceModel::check(uint32_t guest, ComponentInstance& inst) const {
  const Table& table = tables_[guest];
  for (uint32_t i = 1; i <= kTableSize; ++i) {
    const ResourceHandle* const h = inst.handles.get(i);
    const Handle expected = i <= table.array.size() ? table.array[i - 1] : Handle{};
    require((h != nullptr) == expected.live, "a handle is there, or it is not");
    if (h == nullptr) continue;
    require(h->rep == expected.rep, "a handle has its representation");
    require(h->own() == (expected.scope == 0), "a handle is own or borrow");
    require(h->num_lends == expected.lends, "a handle is lent so often");
    if (!h->own()) {
      require(h->borrow_scope->num_borrows == frames_[expected.scope - 1].borrows,
              "a call has borrowed so many");
    }
  }
}

std::optional<uint64_t> ResourceModel::lift_own(uint32_t guest, uint32_t i, uint32_t type) {
  const Handle* const h = get(guest, i, type);
  if (h == nullptr) return std::nullopt;
  if (h->lends != 0 || h->scope != 0) return trap(), std::nullopt;
  const uint64_t rep = h->rep;
  remove(guest, i);
  return rep;
}

std::optional<uint64_t> ResourceModel::lift_borrow(uint32_t guest, uint32_t i, uint32_t type,
                                                   std::vector<uint32_t>& lent) {
  Handle* const h = get(guest, i, type);
  if (h == nullptr) return std::nullopt;
  ++h->lends;
  lent.push_back(i);
  return h->rep;
}

// --- Calls

void ResourceModel::start(uint32_t guest, uint32_t function, uint64_t borrowed, uint64_t owned) {
  embedder_result_.reset();
  push({.callee = guest, .caller = kEmbedder, .function = function}, type_of(guest, function),
       borrowed, owned);
}

// Of the representations, the verb says which are passed.
void ResourceModel::push(Frame frame, uint32_t type, std::optional<uint64_t> borrowed,
                         std::optional<uint64_t> owned) {
  const bool is_host = frame.callee == kHost;
  const bool is_destructor = frame.function == kDestructor;
  const Verb verb = verb_of(frame.function);
  frames_.push_back(std::move(frame));
  Frame& f = frames_.back();
  // Each call is a thread in a table of its own, which is as large.
  const auto is_there = [&f](const Frame& other) { return other.callee == f.callee; };
  if (!is_host && std::ranges::count_if(frames_, is_there) > kTableSize) return trap();
  if (is_destructor) f.args = *owned;
  if (is_destructor || is_host) return;
  uint32_t shift = 0;
  if (borrows(verb)) {
    uint64_t arg = *borrowed;
    if (type != f.callee) {
      ++f.borrows;
      arg = add(f.callee, {.type = type, .rep = *borrowed, .scope = frames_.size()}).value_or(0);
    }
    f.args = arg;
    shift = 32;
  }
  if (owns(verb)) {
    f.args |= uint64_t{add(f.callee, {.type = type, .rep = *owned}).value_or(0)} << shift;
  }
}

void ResourceModel::call(uint32_t guest, uint32_t function, uint32_t x, uint32_t y) {
  const uint32_t callee = guest + 1;
  const uint32_t type = type_of(callee, function);
  const Verb verb = verb_of(function);
  std::vector<uint32_t> lent;
  std::optional<uint64_t> borrowed;
  std::optional<uint64_t> owned;
  if (borrows(verb)) borrowed = lift_borrow(guest, x, type, lent);
  if (!trap_expected_ && owns(verb)) owned = lift_own(guest, borrows(verb) ? y : x, type);
  if (trap_expected_) return;
  Frame frame{.callee = callee, .caller = guest, .function = function, .lent = std::move(lent)};
  if (callee == kHost) {
    frame.args = borrowed.value_or(0) | owned.value_or(0) << 32;
  }
  push(std::move(frame), type, borrowed, owned);
}

void ResourceModel::drop(uint32_t guest, uint32_t i, uint32_t type) {
  const Handle* const found = get(guest, i, type);
  if (found == nullptr) return;
  const Handle h = *found;
  if (h.lends != 0) return trap();
  remove(guest, i);
  if (h.scope != 0) {
    --frames_[h.scope - 1].borrows;
  } else if (type < kGuests) {
    push({.callee = type, .caller = guest, .function = kDestructor}, type, {}, h.rep);
  } else {
    require(host_reps(type).erase(h.rep) == 1, "the host's resource was there");
  }
}

void ResourceModel::return_from(uint32_t x) {
  const Frame& f = frames_.back();
  std::optional<uint64_t> rep;
  const uint32_t type = type_of(f.callee, f.function);
  const bool gives_one = f.function != kDestructor && gives(verb_of(f.function));
  if (gives_one) rep = lift_own(f.callee, x, type);
  if (f.borrows != 0) trap();
  if (!trap_expected_) finish(rep, type, verb_of(f.function) == Verb::kLend ? x : 0);
}

void ResourceModel::finish(std::optional<uint64_t> rep, uint32_t type, uint64_t result) {
  const Frame f = std::move(frames_.back());
  frames_.pop_back();
  if (f.caller == kEmbedder) {
    embedder_result_ = rep ? *rep : result;
    return;
  }
  if (rep) {
    const std::optional<uint32_t> i = add(f.caller, {.type = type, .rep = *rep});
    if (!i) return;
    result = *i;
  }
  for (const uint32_t i : f.lent) --tables_[f.caller].array[i - 1].lends;
  frames_.back().expected = f.function == kDestructor ? 0 : result;
}

void ResourceModel::host_begins(uint32_t function, std::span<const ComponentValue> args) {
  require(!trap_expected_, "the host is called");
  const Frame& f = frames_.back();
  require(f.callee == kHost && f.function == function, "that function of the host is called");
  const Verb verb = verb_of(function);
  const uint32_t type = type_of(kHost, function);
  size_t next = 0;
  if (borrows(verb)) {
    const uint64_t rep = args[next++].rep();
    require(rep == (f.args & UINT32_MAX), "it is lent what was meant");
    require(host_reps(type).contains(rep), "and that exists");
  }
  if (owns(verb)) require(args[next].rep() == f.args >> 32, "it is given what was meant");
}

void ResourceModel::host_ends(std::optional<uint64_t> rep) {
  const Frame& f = frames_.back();
  finish(rep, type_of(kHost, f.function), verb_of(f.function) == Verb::kLend ? kHostLends : 0);
}

// --- Guests

uint64_t ResourceModel::next(uint32_t guest, uint64_t bits, uint64_t result) {
  require(!trap_expected_, "what should trap does");
  Frame& f = frames_.back();
  const Word word = Word::from(bits);
  require(f.callee == guest, "that guest runs");
  if (word.op == kEdge) {
    require(!std::exchange(f.begun, true), "a call begins once");
    require(word.x == f.function, "that function begins");
    require(result == f.args, "with these arguments");
  } else {
    require(f.begun && f.last == bits, "a call goes on where it was");
    require(result == f.expected, "an operation has its result");
  }
  const Word chosen = choose(f);
  f.last = chosen.bits();
  f.expected = 0;
  const uint64_t last = f.last;
  perform(chosen);
  return last;
}

uint16_t ResourceModel::some_handle(uint32_t guest, uint32_t type) {
  const std::vector<Handle>& array = tables_[guest].array;
  const uint8_t start = in_.byte();
  if (start >= 250) return in_.byte() % 32;
  for (size_t i = 0; i < array.size(); ++i) {
    const size_t at = (start + i) % array.size();
    if (array[at].live && array[at].type == type) return static_cast<uint16_t>(at + 1);
  }
  return start == 249 ? 1 : 0;
}

// Mostly what works. After the input's end, everybody returns, if need be having made what is due.
Word ResourceModel::choose(const Frame& f) {
  const uint32_t guest = f.callee;
  for (int tries = 0; tries < 4; ++tries) {
    const uint8_t chosen = in_.rest().empty() ? kOps : in_.byte() % (kOps + 3);
    Word word{.op = chosen};
    if (chosen == kNew) return word.x = in_.byte(), word;
    if (chosen >= kOps) break;
    uint32_t type = guest;
    if (chosen >= kDrop && chosen < kCall) type = guest + (chosen - kDrop);
    const uint32_t function = chosen - kCall;
    if (chosen >= kCall) type = type_of(guest + 1, function);
    if (chosen >= kCall && verb_of(function) == Verb::kGive) return word;
    word.x = some_handle(guest, type);
    if (chosen >= kCall && verb_of(function) == Verb::kSwap) word.y = some_handle(guest, type);
    const bool misses =
        word.x == 0 || (chosen >= kCall && verb_of(function) == Verb::kSwap && word.y == 0);
    if (!misses) return word;
  }
  // What was borrowed goes back.
  const std::vector<Handle>& array = tables_[guest].array;
  for (size_t i = 0; i < array.size() && in_.byte() < 250; ++i) {
    if (!array[i].live || array[i].scope != frames_.size() || array[i].lends != 0) continue;
    return {.op = static_cast<uint8_t>(kDrop + (array[i].type - guest)),
            .x = static_cast<uint16_t>(i + 1)};
  }
  Word word{.op = kEdge, .x = in_.byte()};
  if (f.function == kDestructor || !gives(verb_of(f.function))) return word;
  const uint32_t type = type_of(guest, f.function);
  word.x = some_handle(guest, type);
  if (word.x != 0) return word;
  if (type == guest) return {.op = kNew, .x = in_.byte()};
  return {.op = kCall + static_cast<uint8_t>(Verb::kGive)};
}

void ResourceModel::perform(Word word) {
  const uint32_t guest = frames_.back().callee;
  if (word.op == kEdge) return return_from(word.x);
  if (word.op == kNew) {
    const std::optional<uint32_t> i = add(guest, {.type = guest, .rep = word.x});
    frames_.back().expected = i.value_or(0);
  } else if (word.op == kRep) {
    const Handle* const h = get(guest, word.x, guest);
    frames_.back().expected = h == nullptr ? 0 : h->rep;
  } else if (word.op < kCall) {
    drop(guest, word.x, guest + (word.op - kDrop));
  } else {
    call(guest, word.op - kCall, word.x, word.y);
  }
}

}  // namespace tappet::component::fuzz
