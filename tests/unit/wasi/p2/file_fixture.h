// wasi:filesystem/types called on a directory that vanishes with the test.
#pragma once

#include <optional>
#include <string>

#include "tests/unit/canonical-abi/bind/caller.h"
#include "tests/unit/wasi/host/scratch_directory.h"
#include "wasi/host/filesystem.h"
#include "wasi/p2/file_values.h"
#include "wasi/p2/filesystem.h"

namespace tappet::wasi::p2::testing {

using V = component::ComponentValue;

class FileTest : public ::testing::Test {
 protected:
  static V flags(std::initializer_list<DescriptorFlag> list) {
    DescriptorFlags all;
    for (const DescriptorFlag flag : list) all.set(flag);
    return V::flags(all.bits());
  }
  static V no_flags() { return V::flags(0); }
  static V text(std::string s) { return V::string(std::move(s)); }

  void SetUp() override {
    ASSERT_TRUE(files.preopen(scratch.path(), "/").ok());
    root = lend(files.preopens()[0].directory);
  }

  template <class T>
  V lend(std::shared_ptr<T> object) {
    const auto rep = caller.resources().add(component::host_resource_type<T>(), std::move(object));
    return V::handle(component::TypeKind::kBorrow, *rep);
  }
  template <class T>
  std::shared_ptr<T> object(const V& handle) {
    return std::static_pointer_cast<T>(caller.resources().share(
        component::host_resource_type<T>(), static_cast<uint32_t>(handle.rep())));
  }
  template <class T>
  void drop(const V& handle) {
    ASSERT_TRUE(caller.resources()
                    .remove(component::host_resource_type<T>(), static_cast<uint32_t>(handle.rep()))
                    .ok());
  }

  // A method's result as text.
  std::string call(const std::string& method, V::List args) {
    const std::string name = "[method]descriptor." + method;
    return to_string(caller.value(name, std::move(args)), caller.function(name).type->result);
  }
  // The resource that a method's successful result is, lent.
  V made(const std::string& method, V::List args) {
    V result = caller.value("[method]descriptor." + method, std::move(args));
    EXPECT_EQ(result.case_index(), 0U) << method;
    return V::handle(component::TypeKind::kBorrow,
                     result.case_index() == 0 ? result.payload()->rep() : 0);
  }
  V open(const std::string& path, std::initializer_list<DescriptorFlag> list) {
    return made("open-at", {root, no_flags(), text(path), no_flags(), flags(list)});
  }
  V open_new(const std::string& path) {
    return made("open-at", {root, no_flags(), text(path),
                            V::flags(component::Flags<OpenFlag>(OpenFlag::kCreate).bits()),
                            flags({DescriptorFlag::kRead, DescriptorFlag::kWrite})});
  }

  wasi::testing::ScratchDirectory scratch;
  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  Filesystem files{*loop};
  component::testing::Caller caller{filesystem_types()};
  V root;
};

}  // namespace tappet::wasi::p2::testing
