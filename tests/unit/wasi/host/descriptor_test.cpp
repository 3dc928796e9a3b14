// Files that are open, and streams over them.
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/wasi/host/scratch_directory.h"
#include "wasi/host/filesystem.h"

namespace tappet::wasi {
namespace {

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

class Descriptors : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(files.preopen(scratch.path(), "/").ok()); }

  const Descriptor& root() { return *files.preopens()[0].directory; }
  std::shared_ptr<Descriptor> open(const std::string& path, OpenOptions options) {
    auto opened = root().open(path, options);
    EXPECT_TRUE(opened.ok()) << path;
    return opened.ok() ? std::move(opened).value() : nullptr;
  }
  std::shared_ptr<Descriptor> read_write(const std::string& path, const std::string& text) {
    scratch.write(path, text);
    return open(path, {.read = true, .write = true});
  }

  testing::ScratchDirectory scratch;
  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  Filesystem files{*loop};
};

TEST_F(Descriptors, ReadAndWriteAtOffsets) {
  const auto file = read_write("f", "0123456789");
  EXPECT_EQ(as_text(file->read(4, 3).value()), "3456");
  EXPECT_EQ(as_text(file->read(UINT64_MAX, 8).value()), "89");
  EXPECT_TRUE(file->read(10, 10).value().empty());
  EXPECT_TRUE(file->read(10, INT64_MAX).value().empty());
  EXPECT_TRUE(file->read(0, 0).value().empty());
  EXPECT_EQ(file->write(bytes("ab"), 4).value(), 2U);
  EXPECT_EQ(file->write(bytes("!"), 12).value(), 1U);
  EXPECT_EQ(scratch.read("f"), std::string("0123ab6789\0\0!", 13));
  EXPECT_EQ(file->append(bytes("end")).value(), 3U);
  EXPECT_EQ(scratch.read("f"), std::string("0123ab6789\0\0!end", 16));
}

iovec part(std::string& text) { return {text.data(), text.size()}; }

TEST_F(Descriptors, APositionOfTheirOwn) {
  const auto file = read_write("f", "0123456789");
  std::string three(3, ' ');
  std::string two(2, ' ');
  const iovec buffers[] = {part(three), part(two)};
  EXPECT_EQ(file->read_into(buffers, std::nullopt).value(), 5U);
  EXPECT_EQ(three + two, "01234");
  EXPECT_EQ(file->read_into(buffers, 7).value(), 3U);
  EXPECT_EQ(three, "789");
  EXPECT_EQ(file->seek(0, Whence::kCurrent).value(), 5U);
  EXPECT_EQ(file->write_from(buffers, std::nullopt).value(), 5U);
  EXPECT_EQ(file->write_from(buffers, 1).value(), 5U);
  EXPECT_EQ(scratch.read("f"), "0789348934");
  EXPECT_EQ(file->seek(-10, Whence::kCurrent).value(), 0U);
  EXPECT_EQ(file->append_from(buffers).value(), 5U);
  EXPECT_EQ(file->seek(0, Whence::kCurrent).value(), 15U);
  EXPECT_EQ(file->seek(-1, Whence::kEnd).value(), 14U);
  EXPECT_EQ(file->seek(-1, Whence::kStart).error().code, EINVAL);
  EXPECT_EQ(file->read_into({}, std::nullopt).value(), 0U);
}

TEST_F(Descriptors, TheirPositionNeedsAFileThatMayBeUsed) {
  scratch.write("f", "x");
  std::string text = "y";
  const iovec buffers[] = {part(text)};
  const auto reader = open("f", {.read = true});
  const auto writer = open("f", {.write = true});
  EXPECT_EQ(reader->write_from(buffers, std::nullopt).error().code, EBADF);
  EXPECT_EQ(reader->append_from(buffers).error().code, EBADF);
  EXPECT_EQ(reader->allocate(0, 1).error().code, EBADF);
  EXPECT_EQ(writer->read_into(buffers, std::nullopt).error().code, EBADF);
  EXPECT_EQ(writer->read_into(buffers, 0).error().code, EBADF);
  EXPECT_EQ(root().read_into(buffers, 0).error().code, EBADF);
  EXPECT_EQ(root().seek(0, Whence::kStart).error().code, EBADF);
  EXPECT_EQ(reader->read_into(buffers, UINT64_MAX).error().code, EINVAL);
  EXPECT_EQ(writer->write_from(buffers, UINT64_MAX).error().code, EFBIG);
  EXPECT_EQ(writer->allocate(0, 0).error().code, EINVAL);
  EXPECT_EQ(writer->allocate(UINT64_MAX, 1).error().code, EFBIG);
  EXPECT_EQ(writer->allocate(1, INT64_MAX).error().code, EFBIG);
}

TEST_F(Descriptors, HostileOffsetsAndLengths) {
  const auto file = read_write("f", "x");
  EXPECT_EQ(file->read(1, uint64_t{1} << 63).error().code, EINVAL);
  EXPECT_EQ(file->read(1, UINT64_MAX).error().code, EINVAL);
  EXPECT_EQ(file->write(bytes("x"), UINT64_MAX).error().code, EFBIG);
  EXPECT_EQ(file->write(bytes("xy"), INT64_MAX).error().code, EFBIG);
  EXPECT_EQ(file->set_size(UINT64_MAX).error().code, EFBIG);
  EXPECT_EQ(file->advise(UINT64_MAX, 1, Advice::kRandom).error().code, EINVAL);
  EXPECT_EQ(file->advise(0, UINT64_MAX, Advice::kRandom).error().code, EINVAL);
  EXPECT_EQ(scratch.read("f"), "x");
}

TEST_F(Descriptors, FlagsDecideWhatAFileCanDo) {
  scratch.write("f", "x");
  const auto reader = open("f", {.read = true});
  const auto writer = open("f", {.write = true});
  const auto neither = open("f", {});
  EXPECT_EQ(reader->write(bytes("y"), 0).error().code, EBADF);
  EXPECT_EQ(reader->append(bytes("y")).error().code, EBADF);
  EXPECT_EQ(reader->set_size(0).error().code, EBADF);
  EXPECT_EQ(writer->read(1, 0).error().code, EBADF);
  EXPECT_EQ(neither->read(1, 0).error().code, EBADF);
  EXPECT_EQ(neither->write(bytes("y"), 0).error().code, EBADF);
  EXPECT_EQ(neither->status().value().size, 1U);
  EXPECT_EQ(Descriptor::input(writer, 0).error().code, EBADF);
  EXPECT_EQ(Descriptor::output(reader, 0).error().code, EBADF);
  EXPECT_TRUE(reader->sync().ok());
  EXPECT_TRUE(writer->sync_data().ok());
}

TEST_F(Descriptors, ADirectoryIsNoFileAndAFileNoDirectory) {
  scratch.mkdir("d");
  const auto directory = open("d", {.read = true});
  EXPECT_TRUE(directory->is_directory());
  EXPECT_EQ(directory->read(1, 0).error().code, EBADF);
  EXPECT_EQ(directory->set_size(0).error().code, EBADF);
  EXPECT_EQ(directory->advise(0, 0, Advice::kNormal).error().code, EBADF);
  EXPECT_EQ(Descriptor::input(directory, 0).error().code, EBADF);
  EXPECT_TRUE(directory->sync().ok());
  const auto file = read_write("f", "");
  EXPECT_EQ(file->open("x", {}).error().code, ENOTDIR);
  EXPECT_EQ(file->read_directory().error().code, ENOTDIR);
  EXPECT_EQ(file->create_directory("x").error().code, ENOTDIR);
  EXPECT_EQ(file->status_at("x", true).error().code, ENOTDIR);
  EXPECT_EQ(file->read_link("x").error().code, ENOTDIR);
  EXPECT_EQ(root().rename("f", *file, "x").error().code, ENOTDIR);
}

TEST_F(Descriptors, StatusAndTimes) {
  const auto file = read_write("f", "12345");
  const FileStatus status = file->status().value();
  EXPECT_EQ(status.type, FileType::kRegularFile);
  EXPECT_EQ(status.size, 5U);
  EXPECT_EQ(status.link_count, 1U);
  EXPECT_GT(status.modified.seconds, 1'600'000'000);
  const NewTimestamp past{NewTimestamp::Kind::kValue, {1000, 7}};
  ASSERT_TRUE(file->set_times({}, past).ok());
  const FileStatus changed = file->status().value();
  EXPECT_EQ(changed.modified.seconds, 1000);
  EXPECT_EQ(changed.modified.nanoseconds, 7U);
  EXPECT_EQ(changed.accessed.seconds, status.accessed.seconds);
  EXPECT_EQ(metadata_hash(status).first, metadata_hash(changed).first);
  EXPECT_NE(metadata_hash(status).second, metadata_hash(changed).second);
  EXPECT_EQ(metadata_hash(changed), metadata_hash(file->status().value()));
  const NewTimestamp wrong{NewTimestamp::Kind::kValue, {0, 1'000'000'000}};
  EXPECT_EQ(file->set_times(wrong, {}).error().code, EINVAL);
  ASSERT_TRUE(file->set_times({NewTimestamp::Kind::kNow, {}}, {NewTimestamp::Kind::kNow, {}}).ok());
  EXPECT_GT(file->status().value().modified.seconds, 1'600'000'000);
}

TEST_F(Descriptors, SizeCanGrowAndShrink) {
  const auto file = read_write("f", "12345");
  ASSERT_TRUE(file->set_size(2).ok());
  EXPECT_EQ(scratch.read("f"), "12");
  ASSERT_TRUE(file->set_size(4).ok());
  EXPECT_EQ(scratch.read("f"), std::string("12\0\0", 4));
}

TEST_F(Descriptors, InputStreamsHaveTheirOwnPosition) {
  const auto file = read_write("f", "0123456789");
  const auto a = Descriptor::input(file, 0).value();
  const auto b = Descriptor::input(file, 8).value();
  EXPECT_EQ(as_text(a->read(3).value()), "012");
  EXPECT_EQ(as_text(b->read(99).value()), "89");
  EXPECT_FALSE(b->read(1).ok());
  EXPECT_TRUE(a->read(0).value().empty());
  EXPECT_EQ(as_text(a->read(3).value()), "345");
  const auto far = Descriptor::input(file, UINT64_MAX).value();
  const StreamResult<Bytes> failed = far->read(1);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(*failed.error().error->payload<Errno>(), Errno{EINVAL});
}

TEST_F(Descriptors, StreamsKeepTheFileOpen) {
  auto file = read_write("f", "text");
  const uint32_t before = files.open_count();
  auto in = Descriptor::input(file, 0).value();
  file.reset();
  EXPECT_EQ(as_text(in->read(10).value()), "text");
  EXPECT_EQ(files.open_count(), before);
  in.reset();
  EXPECT_EQ(files.open_count(), before - 1);
}

TEST_F(Descriptors, OutputStreamsWriteAtOffsetsAndAtTheEnd) {
  const auto file = read_write("f", "0123456789");
  const auto at = Descriptor::output(file, 2).value();
  const auto end = Descriptor::output(file, std::nullopt).value();
  EXPECT_TRUE(at->ready());
  EXPECT_EQ(at->check_write().value(), kMostWritten);
  ASSERT_TRUE(at->write(bytes("ab")).ok());
  ASSERT_TRUE(end->write(bytes("X")).ok());
  ASSERT_TRUE(at->write(bytes("cd")).ok());
  ASSERT_TRUE(end->write(bytes("Y")).ok());
  EXPECT_EQ(scratch.read("f"), "01abcd6789XY");
}

TEST_F(Descriptors, AWriteThatFailsClosesTheStream) {
  const auto file = read_write("f", "");
  const auto out = Descriptor::output(file, uint64_t{INT64_MAX}).value();
  const StreamResult<> failed = out->write(bytes("xyz"));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(*failed.error().error->payload<Errno>(), Errno{EFBIG});
  EXPECT_EQ(out->check_write().error().error, nullptr);
}

TEST_F(Descriptors, AFifoNeitherBlocksOpeningNorReading) {
  ASSERT_EQ(mkfifo(scratch.path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(root().open("fifo", {.write = true}).error().code, ENXIO) << "nobody reads";
  const auto reader = open("fifo", {.read = true});
  EXPECT_EQ(reader->type(), FileType::kFifo);
  EXPECT_EQ(reader->read(1, 0).error().code, ESPIPE);
  const auto writer = open("fifo", {.write = true});
  const auto in = Descriptor::input(reader, 0).value();
  const auto out = Descriptor::output(writer, 0).value();
  EXPECT_FALSE(in->ready());
  ASSERT_TRUE(out->write(bytes("through")).ok());
  EXPECT_TRUE(in->ready());
  EXPECT_EQ(as_text(in->read(100).value()), "through");
}

TEST_F(Descriptors, TheNumberOfOpenOnesIsBounded) {
  Filesystem few(*loop, 3);
  ASSERT_TRUE(few.preopen(scratch.path(), "/").ok());
  scratch.write("f", "");
  const Descriptor& top = *few.preopens()[0].directory;
  auto a = top.open("f", {}).value();
  auto b = top.read_directory().value();
  EXPECT_EQ(top.open("f", {}).error().code, EMFILE);
  EXPECT_EQ(top.read_directory().error().code, EMFILE);
  b.reset();
  EXPECT_TRUE(top.open("f", {}).ok());
}

TEST_F(Descriptors, StreamsOfAFifoCountAsOpen) {
  Filesystem few(*loop, 4);
  ASSERT_TRUE(few.preopen(scratch.path(), "/").ok());
  ASSERT_EQ(mkfifo(scratch.path("fifo").c_str(), 0600), 0);
  auto fifo = few.preopens()[0].directory->open("fifo", {.read = true, .write = true}).value();
  auto in = Descriptor::input(fifo, 0).value();
  auto out = Descriptor::output(fifo, std::nullopt).value();
  EXPECT_EQ(few.open_count(), 4U);
  EXPECT_EQ(Descriptor::input(fifo, 0).error().code, EMFILE);
  EXPECT_EQ(Descriptor::output(fifo, 0).error().code, EMFILE);
  out.reset();
  EXPECT_TRUE(Descriptor::input(fifo, 0).ok());
  fifo.reset();
  EXPECT_EQ(few.open_count(), 2U) << "the stream has its own";
  in.reset();
  EXPECT_EQ(few.open_count(), 1U);
}

TEST_F(Descriptors, APreopenThatIsNotThereIsAnError) {
  const Result<> failed = files.preopen(scratch.path("missing"), "/x");
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().kind, ErrorKind::kIo);
  EXPECT_NE(failed.error().message.find("No such file"), std::string::npos);
  scratch.write("f", "");
  EXPECT_FALSE(files.preopen(scratch.path("f"), "/x").ok());
}

}  // namespace
}  // namespace tappet::wasi
