// Tables (core spec 4.2.7).
#pragma once

#include <cstdint>
#include <memory>

#include "interp/base/result.h"
#include "interp/module/types.h"
#include "interp/runtime/function.h"

namespace tappet {

class Table {
 public:
  // A table of type.limits.min times `init`; `max_entries` caps it below what the type allows.
  // Errors: kLimit, kResource.
  static Result<std::unique_ptr<Table>> create(const TableType& type, uint64_t max_entries,
                                               Ref init);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  const TableType& type() const { return type_; }
  uint64_t size() const { return size_; }
  Ref* elements() { return elements_; }  // changes with grow()

  // table.grow: the old size, or -1.
  int64_t grow(uint64_t delta, Ref init);

  // Handlers read these two at fixed offsets.
  Ref* elements_ = nullptr;
  uint64_t size_ = 0;

 private:
  Table(const TableType& type, uint64_t max_entries) : type_(type), max_entries_(max_entries) {}

  uint64_t capacity_ = 0;
  TableType type_;
  uint64_t max_entries_;
};

}  // namespace tappet
