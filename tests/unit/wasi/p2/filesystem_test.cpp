// wasi:filesystem: files that are open, and what the interface adds to them. What descriptors do is
// tested with wasi/host.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "tests/unit/wasi/p2/file_fixture.h"

namespace tappet::wasi::p2 {
namespace {

using component::TypeKind;
using testing::FileTest;
using testing::V;
using enum DescriptorFlag;

TEST_F(FileTest, ReadsUntilTheEnd) {
  scratch.write("f", "abc");
  const V file = open("f", {kRead});
  EXPECT_EQ(call("read", {file, V::u64(2), V::u64(0)}), "ok(([97, 98], false))");
  EXPECT_EQ(call("read", {file, V::u64(UINT64_MAX), V::u64(2)}), "ok(([99], false))");
  EXPECT_EQ(call("read", {file, V::u64(1), V::u64(3)}), "ok(([], true))");
  EXPECT_EQ(call("read", {file, V::u64(0), V::u64(0)}), "ok(([], false))");
  EXPECT_EQ(call("read", {file, V::u64(1), V::u64(UINT64_MAX)}), "err(invalid)");
}

TEST_F(FileTest, WritesAtOffsets) {
  const V file = open_new("f");
  EXPECT_EQ(call("write", {file, V::bytes({'a', 'b'}), V::u64(1)}), "ok(2)");
  EXPECT_EQ(scratch.read("f"), std::string("\0ab", 3));
  EXPECT_EQ(call("write", {file, V::bytes({'a'}), V::u64(UINT64_MAX)}), "err(file-too-large)");
  EXPECT_EQ(call("set-size", {file, V::u64(2)}), "ok");
  EXPECT_EQ(call("set-size", {file, V::u64(UINT64_MAX)}), "err(file-too-large)");
  EXPECT_EQ(scratch.read("f"), std::string("\0a", 2));
  EXPECT_EQ(call("sync", {file}), "ok");
  EXPECT_EQ(call("sync-data", {file}), "ok");
}

TEST_F(FileTest, TakesAdvice) {
  const V file = open_new("f");
  for (uint32_t advice = 0; advice < 6; ++advice) {
    EXPECT_EQ(call("advise", {file, V::u64(0), V::u64(9), V::variant(TypeKind::kEnum, advice)}),
              "ok");
  }
  EXPECT_EQ(call("advise", {file, V::u64(UINT64_MAX), V::u64(1), V::variant(TypeKind::kEnum, 0)}),
            "err(invalid)");
  EXPECT_EQ(call("advise", {root, V::u64(0), V::u64(1), V::variant(TypeKind::kEnum, 0)}),
            "err(bad-descriptor)");
}

TEST_F(FileTest, StreamsStartWhereTheyAreTold) {
  scratch.write("f", "0123456789");
  const V file = open("f", {kRead, kWrite});
  const auto in = object<InputStream>(made("read-via-stream", {file, V::u64(8)}));
  const auto out = object<OutputStream>(made("write-via-stream", {file, V::u64(1)}));
  const auto end = object<OutputStream>(made("append-via-stream", {file}));
  EXPECT_EQ(as_text(in->read(9).value()), "89");
  EXPECT_TRUE(out->write({'a', 'b'}).ok());
  EXPECT_TRUE(end->write({'c'}).ok());
  EXPECT_EQ(scratch.read("f"), "0ab3456789c");
}

TEST_F(FileTest, StreamsOutliveTheDescriptor) {
  scratch.write("f", "x");
  const V file = open("f", {kRead});
  const auto in = object<InputStream>(made("read-via-stream", {file, V::u64(0)}));
  drop<Descriptor>(file);
  EXPECT_EQ(as_text(in->read(9).value()), "x");
}

TEST_F(FileTest, StreamsAtHostileOffsetsFailWhenTheyAreUsed) {
  const V file = open_new("f");
  const auto in = object<InputStream>(made("read-via-stream", {file, V::u64(UINT64_MAX)}));
  const auto out = object<OutputStream>(made("write-via-stream", {file, V::u64(UINT64_MAX)}));
  EXPECT_FALSE(in->read(1).ok());
  EXPECT_FALSE(out->write({'x'}).ok());
}

TEST_F(FileTest, StreamsNeedTheRightFlags) {
  scratch.write("f", "x");
  EXPECT_EQ(call("read-via-stream", {open("f", {kWrite}), V::u64(0)}), "err(bad-descriptor)");
  EXPECT_EQ(call("write-via-stream", {open("f", {kRead}), V::u64(0)}), "err(bad-descriptor)");
  EXPECT_EQ(call("append-via-stream", {open("f", {kRead})}), "err(bad-descriptor)");
  EXPECT_EQ(call("read-via-stream", {root, V::u64(0)}), "err(bad-descriptor)");
}

// What a stream's error was is found out with the error.
TEST_F(FileTest, ErrorsOfStreamsHaveCodes) {
  const auto code = [&](IoError error) {
    V result =
        caller.value("filesystem-error-code", {lend(std::make_shared<IoError>(std::move(error)))});
    return to_string(result, caller.function("filesystem-error-code").type->result);
  };
  EXPECT_EQ(code(io_error(Errno{ENOSPC})), "some(insufficient-space)");
  EXPECT_EQ(code(IoError("of something else")), "none");
  EXPECT_EQ(code(IoError("of something else", ENOSPC)), "none");
}

TEST_F(FileTest, FlagsAreThoseOfOpening) {
  scratch.write("f", "x");
  EXPECT_EQ(call("get-flags", {open("f", {kRead, kDataIntegritySync})}),
            "ok({read, data-integrity-sync})");
  EXPECT_EQ(call("get-flags", {root}), "ok({read, mutate-directory})");
  EXPECT_EQ(call("get-type", {root}), "ok(directory)");
  EXPECT_EQ(call("get-type", {open("f", {kRead})}), "ok(regular-file)");
}

TEST_F(FileTest, TellsTheStatus) {
  scratch.write("f", "xyz");
  const V file = open("f", {kRead, kWrite});
  const V time = V::variant(TypeKind::kVariant, 2, V::record({V::u64(12), V::u32(34)}));
  const V same = V::variant(TypeKind::kVariant, 0);
  EXPECT_EQ(call("set-times", {file, time, time}), "ok");
  V status = caller.value("[method]descriptor.stat", {file});
  V::List& fields = status.payload()->items();
  EXPECT_EQ(fields[0], V::variant(TypeKind::kEnum, 6));
  EXPECT_EQ(fields[1], V::u64(1));
  EXPECT_EQ(fields[2], V::u64(3));
  EXPECT_EQ(fields[3], V::some(V::record({V::u64(12), V::u32(34)})));
  EXPECT_EQ(fields[4], fields[3]);
  EXPECT_EQ(fields[5].case_index(), 1U);

  EXPECT_EQ(
      call("set-times-at", {root, no_flags(), text("f"), same, V::variant(TypeKind::kVariant, 1)}),
      "ok");
  status = caller.value("[method]descriptor.stat-at", {root, no_flags(), text("f")});
  EXPECT_EQ(status.payload()->items()[3], V::some(V::record({V::u64(12), V::u32(34)})));
  EXPECT_NE(status.payload()->items()[4], V::some(V::record({V::u64(12), V::u32(34)})));
}

TEST_F(FileTest, HostileTimes) {
  const V file = open_new("f");
  const V same = V::variant(TypeKind::kVariant, 0);
  const auto time = [](uint64_t seconds, uint32_t ns) {
    return V::variant(TypeKind::kVariant, 2, V::record({V::u64(seconds), V::u32(ns)}));
  };
  EXPECT_EQ(call("set-times", {file, time(UINT64_MAX, 0), same}), "err(overflow)");
  EXPECT_EQ(call("set-times", {file, same, time(uint64_t{1} << 63, 0)}), "err(overflow)");
  EXPECT_EQ(call("set-times", {file, time(0, 1'000'000'000), same}), "err(invalid)");
  EXPECT_EQ(call("set-times-at", {root, no_flags(), text("f"), time(0, UINT32_MAX), same}),
            "err(invalid)");
}

TEST_F(FileTest, TimesBefore1970CannotBeTold) {
  const V file = open_new("f");
  const timespec times[] = {{-5, 0}, {-5, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, scratch.path("f").c_str(), times, 0), 0);
  const V status = caller.value("[method]descriptor.stat", {file});
  EXPECT_EQ(status.payload()->items()[3], V::none());
  EXPECT_EQ(status.payload()->items()[4], V::none());
}

TEST_F(FileTest, ObjectsAreTheSameWhateverTheirNames) {
  scratch.write("f", "x");
  scratch.write("g", "x");
  const V f = open("f", {kRead});
  EXPECT_EQ(call("link-at", {root, no_flags(), text("f"), root, text("h")}), "ok");
  EXPECT_EQ(call("is-same-object", {f, f}), "true");
  EXPECT_EQ(call("is-same-object", {f, open("h", {kRead})}), "true");
  EXPECT_EQ(call("is-same-object", {f, open("g", {kRead})}), "false");
  EXPECT_EQ(call("is-same-object", {f, root}), "false");
}

TEST_F(FileTest, HashesFollowIdentityAndContents) {
  scratch.write("f", "x");
  scratch.write("g", "x");
  const V file = open("f", {kRead, kWrite});
  const std::string hash = call("metadata-hash", {file});
  EXPECT_EQ(call("metadata-hash-at", {root, no_flags(), text("f")}), hash);
  EXPECT_NE(call("metadata-hash-at", {root, no_flags(), text("g")}), hash);
  EXPECT_EQ(call("set-size", {file, V::u64(2)}), "ok");
  EXPECT_NE(call("metadata-hash", {file}), hash);
  EXPECT_EQ(call("metadata-hash-at", {root, no_flags(), text("no")}), "err(no-entry)");
}

TEST(FileErrors, FollowFromErrno) {
  EXPECT_EQ(file_error(Errno{EACCES}), FileError::kAccess);
  EXPECT_EQ(file_error(Errno{EWOULDBLOCK}), FileError::kWouldBlock);
  EXPECT_EQ(file_error(Errno{ENOTSUP}), FileError::kUnsupported);
  EXPECT_EQ(file_error(Errno{ENOSYS}), FileError::kUnsupported);
  EXPECT_EQ(file_error(Errno{EXDEV}), FileError::kCrossDevice);
  EXPECT_EQ(file_error(Errno{EMFILE}), FileError::kInsufficientMemory);
  EXPECT_EQ(file_error(Errno{ECHILD}), FileError::kIo);
  EXPECT_EQ(file_error(Errno{0}), FileError::kIo);
}

}  // namespace
}  // namespace tappet::wasi::p2
