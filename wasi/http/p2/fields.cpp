// The resource "fields".
#include "wasi/http/p2/parts.h"

namespace tappet::wasi::p2 {
namespace {

using component::HostResult;
using component::make_own;
using component::Own;

using Entries = std::vector<std::pair<std::string, Bytes>>;

Own<GuestFields> new_fields(component::HostEnvironment& environment) {
  return make_own<GuestFields>(environment.get<HttpContext>().fields, budget_of(environment));
}

HostResult<Result<Own<GuestFields>, HeaderError>> from_list(component::HostEnvironment& environment,
                                                            const Entries& entries) {
  auto fields = new_fields(environment);
  for (const auto& [name, value] : entries) {
    auto appended = changed(fields->append(name, value));
    if (!appended.ok()) return fail(std::move(appended).error());
    if (!appended->ok()) {
      return Result<Own<GuestFields>, HeaderError>(fail(std::move(*appended).error()));
    }
  }
  return Result<Own<GuestFields>, HeaderError>(std::move(fields));
}

}  // namespace

void add_fields(HttpScope scope) {
  scope.resource<GuestFields>("fields")
      .constructor(new_fields)
      .static_func("from-list", {"entries"}, from_list)
      .method("get", {"name"},
              [](const GuestFields& fields, const std::string& name) { return fields.get(name); })
      .method("has", {"name"},
              [](const GuestFields& fields, const std::string& name) { return fields.has(name); })
      .method("set", {"name", "value"},
              [](GuestFields& fields, const std::string& name, const std::vector<Bytes>& values) {
                return changed(fields.set(name, values));
              })
      .method(
          "delete", {"name"},
          [](GuestFields& fields, const std::string& name) { return changed(fields.remove(name)); })
      .method("append", {"name", "value"},
              [](GuestFields& fields, const std::string& name, const Bytes& value) {
                return changed(fields.append(name, value));
              })
      .method("entries", &GuestFields::entries)
      .method("clone",
              [](const GuestFields& fields) { return make_own<GuestFields>(fields.clone()); });
  scope.resource<GuestFields>("headers");
  scope.resource<GuestFields>("trailers");
}

}  // namespace tappet::wasi::p2
