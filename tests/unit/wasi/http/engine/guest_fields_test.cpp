#include "wasi/http/engine/guest_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tappet::wasi {
namespace {

using Error = FieldsError;

const FieldRules kRules{.max_size = 1000};

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

class GuestFieldsTest : public ::testing::Test {
 protected:
  static void expect(Result<Unit, Error> result, std::optional<Error> error) {
    EXPECT_EQ(result.ok(), !error);
    if (!result.ok() && error) {
      EXPECT_EQ(result.error(), *error);
    }
  }
  // The entries as "name: value, ...".
  static std::string show(const GuestFields& fields) {
    std::string text;
    for (const auto& [name, value] : fields.entries()) {
      text += (text.empty() ? "" : ", ") + name + ": " + std::string(as_text(value));
    }
    return text;
  }
  void append(const std::string& name, std::string_view value,
              std::optional<Error> error = std::nullopt) {
    SCOPED_TRACE(name);
    expect(fields.append(name, bytes(value)), error);
  }
  void set(const std::string& name, const std::vector<Bytes>& values,
           std::optional<Error> error = std::nullopt) {
    SCOPED_TRACE(name);
    expect(fields.set(name, values), error);
  }

  GuestFields fields{kRules};
};

TEST_F(GuestFieldsTest, KeepOrderAndCaseAndCompareWithoutCase) {
  append("X-One", "1");
  append("two", "2");
  append("x-one", "3");
  EXPECT_EQ(show(fields), "X-One: 1, two: 2, x-one: 3");
  EXPECT_THAT(fields.get("X-ONE"), ::testing::ElementsAre(bytes("1"), bytes("3")));
  EXPECT_TRUE(fields.has("TWO"));
  EXPECT_FALSE(fields.has("three"));
  set("X-ONE", {bytes("4"), bytes("5")});
  EXPECT_EQ(show(fields), "two: 2, X-ONE: 4, X-ONE: 5");
  set("Two", {});
  EXPECT_FALSE(fields.has("two"));
  expect(fields.remove("x-One"), std::nullopt);
  expect(fields.remove("x-One"), std::nullopt);
  EXPECT_EQ(show(fields), "");
}

TEST_F(GuestFieldsTest, NamesAreTokens) {
  for (const char* name : {"", "a b", "a:", "a\n", "\xc3\xa9", "(", "a\x7f"}) {
    append(name, "v", Error::kInvalidSyntax);
    set(name, {}, Error::kInvalidSyntax);
    expect(fields.remove(name), Error::kInvalidSyntax);
    EXPECT_TRUE(fields.get(name).empty());
    EXPECT_FALSE(fields.has(name));
  }
  append("!#$%&'*+-.^_`|~9", "v");
}

TEST_F(GuestFieldsTest, ValuesHaveNoControlCharactersButTab) {
  for (const std::string& value : {std::string("\r"), std::string("a\nb"), std::string(1, '\0'),
                                   std::string("\x1f"), std::string("\x7f")}) {
    append("a", value, Error::kInvalidSyntax);
    set("a", {bytes("fine"), bytes(value)}, Error::kInvalidSyntax);
  }
  EXPECT_EQ(fields.fields().size(), 0U);
  append("a", "");
  append("a", "\t \x80\xff");
}

TEST_F(GuestFieldsTest, AContentLengthIsANumber) {
  for (const char* value : {"", "-1", "+1", " 1", "1 ", "1,1", "0x1", "18446744073709551616"}) {
    append("Content-Length", value, Error::kInvalidSyntax);
    set("content-length", {bytes(value)}, Error::kInvalidSyntax);
  }
  append("content-LENGTH", "18446744073709551615");
}

TEST_F(GuestFieldsTest, WhatFramesMessagesIsForbidden) {
  for (const char* name :
       {"connection", "Keep-Alive", "proxy-authenticate", "proxy-authorization", "Proxy-Connection",
        "TRANSFER-ENCODING", "upgrade", "Host", "http2-settings"}) {
    append(name, "v", Error::kForbidden);
    set(name, {}, Error::kForbidden);
    expect(fields.remove(name), Error::kForbidden);
  }
  append("hosts", "v");
  append("hos", "v");
  append("te", "trailers");
}

TEST_F(GuestFieldsTest, MoreNamesCanBeForbidden) {
  const FieldRules rules{.forbidden = {"Custom-Forbidden", "x"}};
  fields = GuestFields(rules);
  append("custom-forbidden", "v", Error::kForbidden);
  set("X", {}, Error::kForbidden);
  append("host", "v", Error::kForbidden);
  append("custom-forbidden-too", "v");
  fields = GuestFields::received({{"CUSTOM-forbidden", "1"}, {"X", "2"}, {"y", "3"}}, rules);
  EXPECT_EQ(show(fields), "y: 3");
  GuestFields clone = fields.clone();
  expect(clone.append("x", bytes("4")), Error::kForbidden);
}

TEST_F(GuestFieldsTest, TellTheFirstOfSeveralErrors) {
  fields = fields.freeze();
  append("a b", "\n", Error::kInvalidSyntax);
  append("host", "\n", Error::kForbidden);
  append("a", "\n", Error::kImmutable);
  const FieldRules narrow{.max_size = 0};
  fields = GuestFields(narrow);
  append("a", "\n", Error::kInvalidSyntax);
  append("a", "b", Error::kTooLarge);
}

TEST_F(GuestFieldsTest, AreImmutableInAMessageAndMutableAsAClone) {
  append("a", "1");
  fields = fields.freeze();
  append("b", "2", Error::kImmutable);
  set("b", {}, Error::kImmutable);
  expect(fields.remove("c"), Error::kImmutable);
  GuestFields clone = fields.clone();
  expect(clone.append("b", bytes("2")), std::nullopt);
  EXPECT_EQ(show(clone), "a: 1, b: 2");
  EXPECT_EQ(show(fields), "a: 1");
  EXPECT_EQ(show(clone.freeze()), "a: 1, b: 2");
}

TEST_F(GuestFieldsTest, AreLimitedInSize) {
  const uint64_t cost = 32 + 40;
  append("a", std::string(1000 - cost - 1, 'x'));
  EXPECT_EQ(fields.size(), 1000U);
  append("b", "", Error::kTooLarge);
  set("a", {bytes(std::string(1000 - cost, 'x'))}, Error::kTooLarge);
  fields = GuestFields(kRules);
  append("a", std::string(800, 'x'));
  // What is replaced makes room.
  set("a", {bytes(std::string(900, 'y'))});
  EXPECT_EQ(fields.size(), 900 + 1 + cost);
  expect(fields.remove("a"), std::nullopt);
  EXPECT_EQ(fields.size(), 0U);
}

TEST_F(GuestFieldsTest, AreLimitedInNumber) {
  const FieldRules wide{.max_size = UINT64_MAX};
  fields = GuestFields(wide);
  set("a", std::vector<Bytes>(32768));
  append("b", "", Error::kTooMany);
  set("a", std::vector<Bytes>(32769), Error::kTooMany);
}

TEST_F(GuestFieldsTest, OfReceivedMessagesHideWhatIsForbidden) {
  fields = GuestFields::received({{"Host", "h"},
                                  {"A", std::string(2000, 'x')},
                                  {"connection", "close"},
                                  {"Content-Length", "3"},
                                  {"a", "2"},
                                  {"Transfer-Encoding", "chunked"}},
                                 kRules);
  EXPECT_EQ(show(fields), "A: " + std::string(2000, 'x') + ", Content-Length: 3, a: 2");
  append("b", "", Error::kImmutable);
}

TEST_F(GuestFieldsTest, ShareTheGuestsBudget) {
  const auto budget = net::make_ref<net::Budget>(net::BudgetLimits{.bytes = 4'000});
  const FieldRules wide{.max_size = 2'000};
  fields = GuestFields(wide, budget);
  append("a", std::string(900, 'x'));
  EXPECT_GE(budget->bytes(), 900U);
  {
    // What strings reserve counts as well.
    GuestFields clone = fields.clone();
    EXPECT_LT(budget->bytes(), 1'800U);  // not before it changes
    expect(clone.append("b", {}), std::nullopt);
    EXPECT_GE(budget->bytes(), 1'800U);
    EXPECT_FALSE(fields.has("b"));
    GuestFields third = clone.clone();
    expect(third.append("c", {}), Error::kBudget);
    GuestFields received =
        GuestFields::received({{"d", std::string(2'000, 'x')}}, kRules, net::Charge(budget));
    EXPECT_EQ(budget->bytes_left(), 0U);
  }
  EXPECT_LT(budget->bytes(), 1'800U);
  fields = GuestFields(kRules);
  EXPECT_EQ(budget->bytes(), 0U);
}

}  // namespace
}  // namespace tappet::wasi
