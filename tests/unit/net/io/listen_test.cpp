// Sockets that listen: on TCP, in the file system, and made by others.
#include "net/io/listen.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "net/io/tcp_listener.h"
#include "tests/unit/net/io/stream_tools.h"

namespace tappet::net {
namespace {

class ListenTest : public ::testing::Test {
 protected:
  ListenTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "tappet-listen-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    path_ = directory_ + "/socket";
  }
  ~ListenTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<TcpStream> connect(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    const auto* raw = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(fd.get(), raw, sizeof address) != 0) return nullptr;
    return std::make_unique<TcpStream>(*loop_, std::move(fd));
  }

  std::unique_ptr<Loop> loop_ = std::move(Loop::create().value());
  std::string directory_;
  std::string path_;
};

TEST_F(ListenTest, ServesSocketsInTheFileSystem) {
  auto listener = TcpListener::adopt(*loop_, std::move(listen_unix(path_).value())).value();
  auto client = connect(path_);
  ASSERT_TRUE(client);
  EXPECT_EQ(write(*client, "ping"), 4u);
  std::unique_ptr<TcpStream> server;
  std::string got;
  ASSERT_TRUE(run_until(*loop_, [&] {
    if (!server) server = listener->try_accept().value_or(nullptr);
    if (server) got = read(*server);
    return got == "ping";
  }));
  EXPECT_EQ(server->remote().port(), 0);
}

TEST_F(ListenTest, ReplacesWhatNobodyListensOnAndNothingElse) {
  auto first = listen_unix(path_);
  ASSERT_TRUE(first.ok());
  const auto second = listen_unix(path_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().to_string(), "address already in use (EADDRINUSE)");
  first->reset();
  EXPECT_TRUE(listen_unix(path_).ok());

  const std::string file = directory_ + "/file";
  std::ofstream(file) << "precious";
  EXPECT_FALSE(listen_unix(file).ok());
  EXPECT_EQ(std::filesystem::file_size(file), 8u);
}

TEST_F(ListenTest, RefusesPathsThatDoNotFit) {
  EXPECT_FALSE(listen_unix("").ok());
  EXPECT_FALSE(listen_unix(directory_ + "/" + std::string(200, 'a')).ok());
  EXPECT_FALSE(listen_unix(directory_ + std::string("/a\0b", 4)).ok());
  EXPECT_FALSE(listen_unix(directory_ + "/absent/socket").ok());
}

TEST_F(ListenTest, CopiesAreTheSameSocket) {
  const Fd socket = std::move(listen_tcp(*SocketAddress::from_ip("127.0.0.1", 0)).value());
  const Fd copy = std::move(duplicate(socket).value());
  EXPECT_NE(copy.get(), socket.get());
  EXPECT_EQ(local_address(copy.get()), local_address(socket.get()));
}

}  // namespace
}  // namespace tappet::net
