#include "canonical-abi/component/extern_name.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tappet::component {
namespace {

const ComponentFeatureSet kAll = ComponentFeatureSet::all();

TEST(KebabLabels, WordsAndAcronyms) {
  for (const char* good : {"a", "a-b-c", "a1-2-3", "A", "A-B-C", "A1-2-3", "a11-w0rds",
                           "A11-4CR0NYMS", "m1x3d-4CR0NYMS", "is-XML", "x-0"}) {
    EXPECT_TRUE(is_kebab_label(good)) << good;
  }
  for (const char* bad : {"", "1", "1-2-3", "-", "a-", "-a", "a--b", "aB", "Ab", "a_b", "a.b",
                          "a b", "\xc3\xa4", "a\n"}) {
    EXPECT_FALSE(is_kebab_label(bad)) << bad;
  }
  EXPECT_FALSE(is_kebab_label(std::string_view("a\0", 2)));
}

TEST(Versions, Semver) {
  for (const char* good :
       {"0.0.0", "1.2.3", "123456.7890.488", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-0.3.7",
        "1.0.0-x-y-z.--", "1.0.0+001", "1.0.0-rc.1+build.5", "0.2.0-rc-2023-11-10"}) {
    EXPECT_TRUE(is_semver(good)) << good;
  }
  for (const char* bad :
       {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.3-", "1.2.3+", "a.b.c", "1.2.3-01",
        "1.2.3-a..b", "1.2.3-\xc3\xa4", "1.2.-3", "v1.2.3", "1.2.3 "}) {
    EXPECT_FALSE(is_semver(bad)) << bad;
  }
}

TEST(Versions, Canonical) {
  for (const char* good : {"1", "12", "0.1", "0.20", "0.0.0", "0.0.7"}) {
    EXPECT_TRUE(is_canon_version(good)) << good;
  }
  for (const char* bad : {"", "0", "01", "0.0", "0.01", "1.2", "0.0.01", "0.0.0.1", "a"}) {
    EXPECT_FALSE(is_canon_version(bad)) << bad;
  }
}

TEST(ExternNames, AreTakenApart) {
  const ParsedName method = *parse_extern_name("[method]out-stream.write", kAll);
  EXPECT_EQ(method.kind, ParsedName::Kind::kMethod);
  EXPECT_EQ(method.label, "out-stream");
  EXPECT_EQ(method.member, "write");
  EXPECT_EQ(parse_extern_name("[constructor]a", kAll)->label, "a");
  const ParsedName interface = *parse_extern_name("wasi:http/types@0.2.1", kAll);
  EXPECT_FALSE(interface.is_plain());
  EXPECT_EQ(interface.package, "wasi:http");
  EXPECT_EQ(interface.projection, "types");
  EXPECT_EQ(interface.version, "0.2.1");
}

TEST(ExternNames, BadOnesAreInvalid) {
  for (const char* bad : {"",
                          "a.b",
                          "[method]a",
                          "[method].a",
                          "[method]a.",
                          "[method]a.b.c",
                          "[constructor]",
                          "[constructor]a.b",
                          "[getter]a",
                          "[static]a",
                          "a:b",
                          "a:/b",
                          ":b/c",
                          "a:b/",
                          "a:b/c@",
                          "a:b/c@1.x",
                          "a:b/c@1.0.0@2",
                          "A:b/c",
                          "a:B/c",
                          "a:b/cD",
                          "a/b",
                          "a:b/c/",
                          "a:b:/c"}) {
    const Result<ParsedName> parsed = parse_extern_name(bad, kAll);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalid) << bad;
  }
}

TEST(ExternNames, GatedForms) {
  const ComponentFeatureSet defaults = ComponentFeatureSet::defaults();
  for (const char* gated : {"a:b/c@1", "a:b/c@0.2"}) {
    EXPECT_TRUE(parse_extern_name(gated, kAll).ok()) << gated;
    EXPECT_EQ(parse_extern_name(gated, defaults).error().kind, ErrorKind::kUnsupported) << gated;
  }
  // The official scripts call these invalid.
  for (const char* nested : {"a:b:c/d", "a:b/c/d"}) {
    EXPECT_TRUE(parse_extern_name(nested, kAll).ok()) << nested;
    EXPECT_EQ(parse_extern_name(nested, defaults).error().kind, ErrorKind::kInvalid) << nested;
  }
}

TEST(ExternNames, StrongUniqueness) {
  // The specification's examples: these are all different ...
  const char* const distinct[] = {
      "foo", "foo-bar", "[constructor]foo", "[method]foo.bar", "[static]foo.baz", "foo:bar/baz"};
  std::set<std::string> keys;
  for (const char* name : distinct) EXPECT_TRUE(keys.insert(uniqueness_key(name)).second) << name;
  // ... and each of these conflicts with one of them.
  for (const char* name :
       {"foo", "FOO", "foo-BAR", "[constructor]FOO", "[method]foo.BAR", "[static]foo.bar",
        "[method]foo.baz", "[method]foo.foo", "foo:bar/BAZ"}) {
    EXPECT_TRUE(keys.contains(uniqueness_key(name))) << name;
  }
}

}  // namespace
}  // namespace tappet::component
