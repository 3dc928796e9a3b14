// The value types: syntax, methods, error codes, fields, dates.
#include <gtest/gtest.h>

#include "net/http/date.h"
#include "net/http/error_code.h"
#include "net/http/fields.h"
#include "net/http/method.h"
#include "net/http/syntax.h"

namespace tappet::http {
namespace {

TEST(Syntax, Tokens) {
  for (const char* good : {"a", "GET", "X-y", "!#$%&'*+-.^_`|~09"}) EXPECT_TRUE(is_token(good));
  for (const char* bad : {"", " a", "a b", "a:", "a\r", "a\n", "(", "\xc3\xa9", "a,b", "\"a\""}) {
    EXPECT_FALSE(is_token(bad)) << bad;
  }
  EXPECT_FALSE(is_token(std::string_view("a\0b", 3)));
}

TEST(Syntax, FieldValues) {
  for (const char* good : {"", " ", "a b", "\ta", "\xc3\xa9", "~!"})
    EXPECT_TRUE(is_field_value(good));
  for (const char* bad : {"\r", "\n", "a\x01", "\x7f", "\x1f"}) EXPECT_FALSE(is_field_value(bad));
  EXPECT_FALSE(is_field_value(std::string_view("\0", 1)));
}

TEST(Syntax, Lists) {
  EXPECT_TRUE(list_has_token("close", "close"));
  EXPECT_TRUE(list_has_token(" a ,\tCLOSE , b", "close"));
  EXPECT_FALSE(list_has_token("closed, a close", "close"));
  EXPECT_FALSE(list_has_token("", "close"));
  EXPECT_FALSE(list_has_token(",,", "close"));
}

TEST(Syntax, Numbers) {
  EXPECT_EQ(parse_decimal("0"), 0u);
  EXPECT_EQ(parse_decimal("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_decimal("00012"), 12u);
  for (const char* bad :
       {"", "+1", "-1", " 1", "1 ", "0x1", "18446744073709551616", "1,1", "1.0"}) {
    EXPECT_FALSE(parse_decimal(bad)) << bad;
  }
}

TEST(Syntax, Authorities) {
  for (const char* good : {"a", "a.example:80", "1.2.3.4", "[::]", "[::]:443", "a:0", "a:65535",
                           "%41", "[1:2:3:4:5:6:1.2.3.4]"}) {
    EXPECT_TRUE(is_authority(good)) << good;
  }
  for (const char* bad : {"",    ":80", "a:",   ":abc",   "a:65536",   "a:x",     "a@b",
                          "a/b", "[::", "[]",   "a b",    "a\r\nb",    "[::1]a",  "[g]",
                          "%",   "%4",  "a%4g", "[::::]", "[1.2.3.4]", "[::1%lo]"}) {
    EXPECT_FALSE(is_authority(bad)) << bad;
  }
  const auto parts = split_authority("[::1]:80");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->host, "::1");
  EXPECT_EQ(parts->port, 80);
  EXPECT_FALSE(split_authority("a")->port);
}

TEST(Syntax, PathsAndSchemes) {
  for (const char* good : {"/", "/a?b", "/%20", "/{}|"}) EXPECT_TRUE(is_path_with_query(good));
  for (const char* bad : {"", "a", "?a", "/#", "/ ", "/\r", "/\x7f", "/\xc3\xa9"}) {
    EXPECT_FALSE(is_path_with_query(bad)) << bad;
  }
  for (const char* good : {"http", "h2+x-y.z"}) EXPECT_TRUE(is_scheme(good));
  for (const char* bad : {"", "2h", "a:b", "h t"}) EXPECT_FALSE(is_scheme(bad)) << bad;
}

TEST(Method, KnowsNineAndTakesAnyToken) {
  EXPECT_EQ(Method::from_token("PATCH").kind(), Method::kPatch);
  EXPECT_EQ(Method::from_token("get").kind(), Method::kOther);
  EXPECT_EQ(Method::from_token("get").text(), "get");
  EXPECT_NE(Method::other("GET"), Method(Method::kGet));
  EXPECT_TRUE(Method(Method::kOptions).is_safe());
  EXPECT_FALSE(Method::other("GET").is_safe());
  EXPECT_FALSE(Method::other("bad\nmethod").is_valid());
  EXPECT_FALSE(Method::other("").is_valid());
  EXPECT_EQ(Scheme::from_text("HTTPS").kind(), Scheme::kHttps);
  EXPECT_EQ(Scheme::from_text("ws").text(), "ws");
}

TEST(ErrorCode, FollowsTheOrderOfTheAbi) {
  EXPECT_EQ(static_cast<int>(ErrorCase::kDnsTimeout), 0);
  EXPECT_EQ(static_cast<int>(ErrorCase::kTlsAlertReceived), 14);
  EXPECT_EQ(static_cast<int>(ErrorCase::kHttpResponseBodySize), 28);
  EXPECT_EQ(static_cast<int>(ErrorCase::kInternalError), 38);
}

TEST(ErrorCode, PrintsItsPayloadAndComparesWithoutItsDetail) {
  EXPECT_EQ(ErrorCode::DnsError({"nxdomain", 3}).to_string(), "DNS-error (nxdomain, 3)");
  EXPECT_EQ(ErrorCode::HttpRequestBodySize(18).to_string(), "HTTP-request-body-size (18)");
  EXPECT_EQ(ErrorCode::HttpRequestHeaderSize(FieldSizePayload{"x", 9}).to_string(),
            "HTTP-request-header-size (x, 9)");
  EXPECT_EQ(ErrorCode::TlsAlertReceived({40, "bad"}).to_string(), "TLS-alert-received (bad, 40)");
  EXPECT_EQ(ErrorCode::InternalError("oh").with_detail("dear").to_string(),
            "internal-error (oh): dear");
  EXPECT_EQ(ErrorCode::LoopDetected().with_detail("a"), ErrorCode::LoopDetected());
  EXPECT_NE(ErrorCode::InternalError("a"), ErrorCode::InternalError("b"));
  EXPECT_NE(ErrorCode::HttpProtocolError(), ErrorCode::HttpUpgradeFailed());
}

TEST(Fields, KeepOrderAndCaseAndCompareNamesWithout) {
  Fields fields{{"Accept", "a"}, {"X-Y", "1"}, {"accept", "b"}};
  EXPECT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields.get("ACCEPT"), "a");
  EXPECT_EQ(fields.get_all("accept"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(fields[2], (Field{"accept", "b"}));
  EXPECT_FALSE(fields.has("accep"));
  EXPECT_EQ(fields.text_bytes(), 18u);
  EXPECT_EQ(fields.remove("accept"), 2u);
  EXPECT_EQ(fields, (Fields{{"X-Y", "1"}}));
  EXPECT_EQ(fields.text_bytes(), 4u);
}

TEST(Fields, HoldOnlyWhatCanBeSent) {
  Fields fields;
  EXPECT_EQ(fields.append("a b", "v").error(), FieldError::kInvalidName);
  EXPECT_EQ(fields.append("", "v").error(), FieldError::kInvalidName);
  EXPECT_EQ(fields.append("a\r\nb", "v").error(), FieldError::kInvalidName);
  EXPECT_EQ(fields.append("a", "v\r\nx: y").error(), FieldError::kInvalidValue);
  EXPECT_EQ(fields.append("a", std::string_view("\0", 1)).error(), FieldError::kInvalidValue);
  EXPECT_TRUE(fields.empty());
  EXPECT_TRUE(fields.append("a", "\xff\t").ok());
}

TEST(Fields, SetReplacesOrFailsWithoutAnEffect) {
  Fields fields{{"a", "1"}, {"b", "2"}, {"A", "3"}};
  EXPECT_TRUE(fields.set("a", "4").ok());
  EXPECT_EQ(fields, (Fields{{"b", "2"}, {"a", "4"}}));
  EXPECT_FALSE(fields.set("a", "\n").ok());
  EXPECT_EQ(fields, (Fields{{"b", "2"}, {"a", "4"}}));
}

TEST(Fields, MayBeGivenTheirOwnText) {
  Fields fields{{"name", "value"}};
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(fields.append(fields[static_cast<size_t>(i)].name, *fields.get("name")).ok());
  }
  EXPECT_EQ(fields[200], (Field{"name", "value"}));
}

TEST(Fields, ReuseTheSpaceOfRemovedOnes) {
  Fields fields{{"keep", "me"}};
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(fields.append("x", std::string(100, 'v')).ok());
    ASSERT_EQ(fields.remove("X"), 1u);
  }
  EXPECT_EQ(fields, (Fields{{"keep", "me"}}));
  EXPECT_EQ(fields.text_bytes(), 6u);
}

TEST(Date, IsFixed) {
  EXPECT_EQ(imf_fixdate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(imf_fixdate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(imf_fixdate(951868799), "Tue, 29 Feb 2000 23:59:59 GMT");
  net::ManualClock clock(784111777 * net::kSecond);
  DateCache cache;
  EXPECT_EQ(cache.text(clock), "Sun, 06 Nov 1994 08:49:37 GMT");
  clock.advance(net::kSecond);
  EXPECT_EQ(cache.text(clock), "Sun, 06 Nov 1994 08:49:38 GMT");
}

TEST(Status, HasAPhrase) {
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(599), "");
}

}  // namespace
}  // namespace tappet::http
