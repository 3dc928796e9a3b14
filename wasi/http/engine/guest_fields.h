// Header and trailer fields in a guest's hands: net/http's fields under wasi:http's rules.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "interp/base/bytes.h"
#include "interp/base/result.h"
#include "net/http/fields.h"
#include "net/io/budget.h"

namespace tappet::wasi {

// The first three are wasi:http's header-error, in its order. The others have no error value in
// 0.2: they are traps.
enum class FieldsError : uint8_t {
  kInvalidSyntax,
  kForbidden,
  kImmutable,
  kTooLarge,
  kTooMany,
  kBudget,  // the guest's messages take too much memory of the host, all together
};
std::string_view to_string(FieldsError error);

// What the embedder decides about guests' fields.
struct FieldRules {
  // The most that one set of fields made by a guest may take, counted as in GuestFields::size().
  uint64_t max_size = 128 * 1024;
  // Names that are forbidden beside those that frame a message or belong to a connection.
  std::vector<std::string> forbidden = {};

  // Whether the field is the host's: guests neither see nor set it. Any case.
  bool forbid(std::string_view name) const;
};

// Names keep their case and all fields their order. Copies share their contents until one of them
// changes.
class GuestFields {
 public:
  // Empty and mutable. The rules outlive the fields and all copies. `budget` pays for the contents,
  // which beyond it cannot grow (kBudget, and the guest is of no more use); null: nothing counts.
  explicit GuestFields(const FieldRules& rules, net::Ref<net::Budget> budget = {});
  // Of a received message: without what is forbidden, immutable, however large, whatever the
  // charge's budget has left.
  static GuestFields received(http::Fields&& fields, const FieldRules& rules,
                              net::Charge charge = {});

  std::vector<Bytes> get(std::string_view name) const;
  bool has(std::string_view name) const;
  Result<Unit, FieldsError> set(const std::string& name, const std::vector<Bytes>& values);
  Result<Unit, FieldsError> append(const std::string& name, const Bytes& value);
  Result<Unit, FieldsError> remove(const std::string& name);
  std::vector<std::pair<std::string, Bytes>> entries() const;

  // A mutable copy.
  GuestFields clone() const;
  // The same fields, which cannot change any more: of a message that has been made.
  GuestFields freeze() const;

  const http::Fields& fields() const { return contents_->fields; }
  const net::Ref<net::Budget>& budget() const { return contents_->charge.budget(); }
  // What the fields cost: names and values, and some bytes for each of them.
  uint64_t size() const;

 private:
  struct Contents {
    http::Fields fields;
    net::Charge charge;
  };
  GuestFields(std::shared_ptr<Contents> contents, const FieldRules& rules, bool immutable)
      : contents_(std::move(contents)), rules_(&rules), immutable_(immutable) {}
  // Name, permission, mutability: the order in which errors are told.
  Result<Unit, FieldsError> check_change(std::string_view name) const;
  // Whether so many fields of that size in all may be.
  Result<Unit, FieldsError> check_size(uint64_t fields, uint64_t size) const;
  // To be changed: nobody else's.
  http::Fields& own_fields();
  // After a change.
  Result<Unit, FieldsError> account();

  std::shared_ptr<Contents> contents_;
  const FieldRules* rules_;
  bool immutable_ = false;
};

}  // namespace tappet::wasi
