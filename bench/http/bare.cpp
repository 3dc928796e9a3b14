// The yardstick: a server that does as little as libuv and llhttp allow. It reads into one buffer,
// lets llhttp find the ends of requests, and answers each with the same bytes. No limits, no
// timeouts, no checks, no request data.
#include <llhttp.h>
#include <uv.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

const std::string kResponse =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nhello world\n";

char g_buffer[64 * 1024];
llhttp_settings_t g_settings;

struct Connection {
  uv_tcp_t tcp;
  llhttp_t parser;
};

void close_connection(Connection* connection) {
  auto* handle = reinterpret_cast<uv_handle_t*>(&connection->tcp);
  if (uv_is_closing(handle)) return;
  uv_close(handle, [](uv_handle_t* closed) { delete static_cast<Connection*>(closed->data); });
}

int on_message_complete(llhttp_t* parser) {
  auto* connection = static_cast<Connection*>(parser->data);
  uv_buf_t buffer =
      uv_buf_init(const_cast<char*>(kResponse.data()), static_cast<unsigned>(kResponse.size()));
  return uv_try_write(reinterpret_cast<uv_stream_t*>(&connection->tcp), &buffer, 1) > 0 ? 0 : -1;
}

void on_read(uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
  auto* connection = static_cast<Connection*>(stream->data);
  if (size == 0) return;
  if (size < 0 ||
      llhttp_execute(&connection->parser, buffer->base, static_cast<size_t>(size)) != 0) {
    close_connection(connection);
  }
}

void on_connection(uv_stream_t* server, int) {
  auto* connection = new Connection;
  uv_tcp_init(server->loop, &connection->tcp);
  connection->tcp.data = connection;
  llhttp_init(&connection->parser, HTTP_REQUEST, &g_settings);
  connection->parser.data = connection;
  if (uv_accept(server, reinterpret_cast<uv_stream_t*>(&connection->tcp)) != 0) {
    close_connection(connection);
    return;
  }
  uv_tcp_nodelay(&connection->tcp, 1);
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&connection->tcp),
      [](uv_handle_t*, size_t, uv_buf_t* out) { *out = uv_buf_init(g_buffer, sizeof g_buffer); },
      on_read);
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 8081;
  llhttp_settings_init(&g_settings);
  g_settings.on_message_complete = on_message_complete;
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t server;
  uv_tcp_init(loop, &server);
  sockaddr_in address;
  uv_ip4_addr("127.0.0.1", port, &address);
  uv_tcp_bind(&server, reinterpret_cast<sockaddr*>(&address), 0);
  if (uv_listen(reinterpret_cast<uv_stream_t*>(&server), 1024, on_connection) != 0) return 1;
  std::printf("bare: http://127.0.0.1:%d/\n", port);
  std::fflush(stdout);
  return uv_run(loop, UV_RUN_DEFAULT);
}
