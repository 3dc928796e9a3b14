// A program that uses wasi:sockets, written after the canonical ABI. Its first argument says what it
// does:
//
//   self           TCP and UDP with itself, and what is refused
//   grants         what it may do, in a line each
//   lookup NAME    prints the addresses
//   tcp-echo       prints its port, then echoes one connection
//   tcp-send PORT  sends a million bytes to 127.0.0.1, and counts what comes back
//   udp-echo       prints its port, then sends one datagram back
//
// With "spin" before that it never waits, but asks again and again. That is all it can do if it is
// built with NO_POLL; then it also says how often it asked.
#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) \
  __attribute__((import_module(module "@0.2.12"), import_name(name)))
#define TCP "wasi:sockets/tcp"
#define UDP "wasi:sockets/udp"
#define LOOKUP "wasi:sockets/ip-name-lookup"
typedef int32_t handle;

// ip-socket-address, flat: only IPv4 is used here.
#define ADDRESS                                                                              \
  int32_t tag, int32_t port, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f, \
      int32_t g, int32_t h, int32_t i, int32_t j
#define LOCALHOST(port) 0, port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0

IMPORT("wasi:cli/environment", "get-arguments") void get_arguments(void* ret);
IMPORT("wasi:cli/stdout", "get-stdout") handle get_stdout(void);
IMPORT("wasi:io/streams", "[method]output-stream.blocking-write-and-flush")
void blocking_write_and_flush(handle self, const void* bytes, size_t len, void* ret);
IMPORT("wasi:io/streams", "[method]output-stream.check-write")
void check_write(handle self, void* ret);  // u8; u64 at 8
IMPORT("wasi:io/streams", "[method]output-stream.write")
void stream_write(handle self, const void* bytes, size_t len, void* ret);
IMPORT("wasi:io/streams", "[method]input-stream.read")
void stream_read(handle self, int64_t len, void* ret);  // u8; ptr at 4, len at 8
IMPORT("wasi:io/streams", "[method]input-stream.blocking-read")
void blocking_read(handle self, int64_t len, void* ret);
IMPORT("wasi:io/streams", "[resource-drop]input-stream") void drop_input(handle self);
IMPORT("wasi:io/streams", "[resource-drop]output-stream") void drop_output(handle self);
#ifndef NO_POLL
IMPORT("wasi:io/streams", "[method]input-stream.subscribe") handle input_subscribe(handle self);
IMPORT("wasi:io/streams", "[method]output-stream.subscribe") handle output_subscribe(handle self);
IMPORT("wasi:io/poll", "[method]pollable.block") void block(handle self);
IMPORT("wasi:io/poll", "poll") void poll(const handle* list, size_t count, void* ret);
IMPORT("wasi:io/poll", "[resource-drop]pollable") void drop_pollable(handle self);
IMPORT(TCP, "[method]tcp-socket.subscribe") handle tcp_subscribe(handle self);
IMPORT(UDP, "[method]incoming-datagram-stream.subscribe") handle udp_in_subscribe(handle self);
IMPORT(LOOKUP, "[method]resolve-address-stream.subscribe") handle lookup_subscribe(handle self);
#endif

IMPORT("wasi:sockets/instance-network", "instance-network") handle instance_network(void);
// Results of sockets: u8, then from 4 on handles or an address; the error at 1 or 4.
IMPORT("wasi:sockets/tcp-create-socket", "create-tcp-socket")
void create_tcp(int32_t family, void* ret);
IMPORT(TCP, "[method]tcp-socket.start-bind")
void tcp_start_bind(handle self, handle network, ADDRESS, void* ret);
IMPORT(TCP, "[method]tcp-socket.finish-bind") void tcp_finish_bind(handle self, void* ret);
IMPORT(TCP, "[method]tcp-socket.start-connect")
void tcp_start_connect(handle self, handle network, ADDRESS, void* ret);
IMPORT(TCP, "[method]tcp-socket.finish-connect") void tcp_finish_connect(handle self, void* ret);
IMPORT(TCP, "[method]tcp-socket.start-listen") void tcp_start_listen(handle self, void* ret);
IMPORT(TCP, "[method]tcp-socket.finish-listen") void tcp_finish_listen(handle self, void* ret);
IMPORT(TCP, "[method]tcp-socket.accept") void tcp_accept(handle self, void* ret);
IMPORT(TCP, "[method]tcp-socket.local-address") void tcp_local_address(handle self, void* ret);
IMPORT(TCP, "[method]tcp-socket.shutdown") void tcp_shutdown(handle self, int32_t how, void* ret);
IMPORT(TCP, "[resource-drop]tcp-socket") void drop_tcp(handle self);
IMPORT("wasi:sockets/udp-create-socket", "create-udp-socket")
void create_udp(int32_t family, void* ret);
IMPORT(UDP, "[method]udp-socket.start-bind")
void udp_start_bind(handle self, handle network, ADDRESS, void* ret);
IMPORT(UDP, "[method]udp-socket.finish-bind") void udp_finish_bind(handle self, void* ret);
IMPORT(UDP, "[method]udp-socket.stream")
void udp_stream(handle self, int32_t some, ADDRESS, void* ret);
IMPORT(UDP, "[method]udp-socket.local-address") void udp_local_address(handle self, void* ret);
IMPORT(UDP, "[method]incoming-datagram-stream.receive")
void udp_receive(handle self, int64_t most, void* ret);  // u8; ptr at 4, len at 8
IMPORT(UDP, "[method]outgoing-datagram-stream.check-send")
void udp_check_send(handle self, void* ret);  // u8; u64 at 8
IMPORT(UDP, "[method]outgoing-datagram-stream.send")
void udp_send(handle self, const void* list, size_t count, void* ret);
IMPORT(LOOKUP, "resolve-addresses")
void resolve_addresses(handle network, const char* name, size_t len, void* ret);
IMPORT(LOOKUP, "[method]resolve-address-stream.resolve-next-address")
void resolve_next_address(handle self, void* ret);  // u8; option at 2, ip-address at 4

static const char* const kErrors[] = {
    "unknown", "access-denied", "not-supported", "invalid-argument", "out-of-memory", "timeout",
    "concurrency-conflict", "not-in-progress", "would-block", "invalid-state", "new-socket-limit",
    "address-not-bindable", "address-in-use", "remote-unreachable", "connection-refused",
    "connection-reset", "connection-aborted", "datagram-too-large", "name-unresolvable",
    "temporary-resolver-failure", "permanent-resolver-failure"};
enum { kWouldBlock = 8 };

// What the host gives is used before the next thing comes.
static _Alignas(8) uint8_t heap[1 << 20];
static size_t heap_used;
__attribute__((export_name("cabi_realloc"))) void* cabi_realloc(void* old, size_t old_size,
                                                                size_t align, size_t new_size) {
  (void)old, (void)old_size;
  heap_used = (heap_used + align - 1) & ~(align - 1);
  if (new_size > sizeof heap - heap_used) __builtin_trap();
  heap_used += new_size;
  return heap + heap_used - new_size;
}

static union {
  uint8_t bytes[64];
  int32_t words[16];
  uint64_t longs[8];
} r;

static handle out;
static size_t length(const char* s) {
  size_t n = 0;
  while (s[n]) ++n;
  return n;
}
static void print(const char* s) {
  uint64_t ignored[2];
  blocking_write_and_flush(out, s, length(s), ignored);
}
static void print_number(uint32_t n) {
  char text[11];
  size_t at = sizeof text;
  text[--at] = 0;
  do text[--at] = (char)('0' + n % 10);
  while (n /= 10);
  print(text + at);
}
// Prints the name of what was done and how it ended; 0 if well. The error is at `at`.
static int tell(const char* what, int at) {
  print(what);
  print(": ");
  print(r.bytes[0] ? kErrors[r.bytes[at]] : "ok");
  print("\n");
  return r.bytes[0];
}
static void must(int at) {
  if (!r.bytes[0]) return;
  print("failed: ");
  print(kErrors[r.bytes[at]]);
  print("\n");
  __builtin_trap();
}
static int spins;
static uint32_t asked;
#ifdef NO_POLL
// As many as a host allows within some seconds that answers at once.
enum { kTooOften = 10000 };
#define WAIT_FOR(pollable) (++asked)
#else
static void wait_for(handle pollable) {
  block(pollable);
  drop_pollable(pollable);
}
#define WAIT_FOR(pollable) (spins ? (void)++asked : wait_for(pollable))
#endif
// The port of the address in r.
static uint16_t port_here(void) { return (uint16_t)(r.bytes[8] | r.bytes[9] << 8); }

static handle network;
struct connection {
  handle socket, in, out;
};

static handle listener(uint16_t* port) {
  create_tcp(0, &r), must(4);
  const handle socket = r.words[1];
  tcp_start_bind(socket, network, LOCALHOST(0), &r), must(1);
  tcp_finish_bind(socket, &r), must(1);
  tcp_start_listen(socket, &r), must(1);
  tcp_finish_listen(socket, &r), must(1);
  tcp_local_address(socket, &r), must(4);
  *port = port_here();
  return socket;
}
static struct connection accepted(handle from) {
  for (;;) {
    tcp_accept(from, &r);
    if (!r.bytes[0]) return (struct connection){r.words[1], r.words[2], r.words[3]};
    if (r.bytes[4] != kWouldBlock) must(4);
    WAIT_FOR(tcp_subscribe(from));
  }
}
static struct connection connected(uint16_t port) {
  create_tcp(0, &r), must(4);
  struct connection c = {.socket = r.words[1]};
  tcp_start_connect(c.socket, network, LOCALHOST(port), &r), must(1);
  for (;;) {
    tcp_finish_connect(c.socket, &r);
    if (!r.bytes[0]) break;
    if (r.bytes[4] != kWouldBlock) must(4);
    WAIT_FOR(tcp_subscribe(c.socket));
  }
  c.in = r.words[1];
  c.out = r.words[2];
  return c;
}
static void drop(struct connection c) {
  drop_input(c.in), drop_output(c.out), drop_tcp(c.socket);
}
// The number of bytes, which are then at heap; 0 at the end.
static size_t read_some(handle in, size_t most) {
  heap_used = 0;
  blocking_read(in, (int64_t)most, &r);
  return r.bytes[0] ? 0 : (size_t)r.words[2];
}
static void write_all(handle to, const uint8_t* bytes, size_t len) {
  while (len > 0) {
    const size_t piece = len < 4096 ? len : 4096;
    uint64_t result[2];
    blocking_write_and_flush(to, bytes, piece, result);
    if ((uint8_t)result[0]) __builtin_trap();
    bytes += piece, len -= piece;
  }
}

static void tcp_self(void) {
  uint16_t port;
  const handle server = listener(&port);
  const struct connection client = connected(port);
  const struct connection peer = accepted(server);
  write_all(client.out, (const uint8_t*)"ping", 4);
  size_t n = read_some(peer.in, 4);
  write_all(peer.out, heap, n);
  n = read_some(client.in, 4);
  heap[n] = 0;
  print("tcp echo: "), print((const char*)heap), print("\n");
  tcp_shutdown(client.socket, 1, &r), tell("shutdown", 1);
  print(read_some(peer.in, 4) == 0 ? "the peer sees the end\n" : "more?\n");
  drop(client), drop(peer), drop_tcp(server);
  create_tcp(0, &r), must(4);
  const handle late = r.words[1];
  tcp_start_connect(late, network, LOCALHOST(port), &r), must(1);
  while (tcp_finish_connect(late, &r), r.bytes[0] && r.bytes[4] == kWouldBlock) {
    WAIT_FOR(tcp_subscribe(late));
  }
  tell("connect to nobody", 4);
  tcp_start_listen(late, &r), tell("listen after that", 1);
}

static handle udp_bound(uint16_t* port) {
  create_udp(0, &r), must(4);
  const handle socket = r.words[1];
  udp_start_bind(socket, network, LOCALHOST(0), &r), must(1);
  udp_finish_bind(socket, &r), must(1);
  udp_local_address(socket, &r), must(4);
  *port = port_here();
  return socket;
}
struct outgoing {
  const void* data;
  size_t len;
  uint8_t some, pad[3];
  uint8_t v6, pad2[3];
  uint16_t port;
  uint8_t ip[4];
  uint8_t rest[22];
};
_Static_assert(sizeof(struct outgoing) == 44, "the canonical ABI's size of outgoing-datagram");
static void send_to(handle to, const void* data, size_t len, uint16_t port) {
  udp_check_send(to, &r), must(8);
  const struct outgoing one = {data, len, 1, {0}, 0, {0}, port, {127, 0, 0, 1}, {0}};
  udp_send(to, &one, 1, &r), must(8);
}
// One datagram: its bytes are at *data, and the sender's port is the result.
static uint16_t receive(handle in, const uint8_t** data, size_t* len) {
  for (;;) {
    heap_used = 0;
    udp_receive(in, 1, &r), must(4);
    if (r.words[2] == 1) break;
    WAIT_FOR(udp_in_subscribe(in));
  }
  const int32_t* const record = (const int32_t*)(size_t)r.words[1];
  *data = (const uint8_t*)(size_t)record[0];
  *len = (size_t)record[1];
  return (uint16_t)(record[3] & 0xffff);
}
static void udp_self(void) {
  uint16_t ports[2];
  handle in[2], to[2];
  for (int k = 0; k < 2; ++k) {
    const handle socket = udp_bound(&ports[k]);
    udp_stream(socket, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, &r), must(4);
    in[k] = r.words[1], to[k] = r.words[2];
  }
  send_to(to[0], "datagram", 8, ports[1]);
  const uint8_t* data;
  size_t len;
  const uint16_t from = receive(in[1], &data, &len);
  print(from == ports[0] && len == 8 ? "udp came from the right port\n" : "udp is wrong\n");
  send_to(to[1], data, len, from);
  receive(in[0], &data, &len);
  print(len == 8 && data[0] == 'd' ? "udp echo\n" : "udp echo is wrong\n");
}

static void grants(void) {
  create_tcp(0, &r);
  if (!tell("create-tcp-socket", 4)) {
    tcp_start_bind(r.words[1], network, LOCALHOST(0), &r), tell("tcp bind", 1);
    create_tcp(0, &r), must(4);
    tcp_start_connect(r.words[1], network, 0, 9, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, &r);
    tell("connect to 127.0.0.1", 1);
  }
  create_udp(0, &r);
  if (!tell("create-udp-socket", 4)) {
    udp_start_bind(r.words[1], network, LOCALHOST(0), &r), tell("udp bind", 1);
  }
  resolve_addresses(network, "127.0.0.1", 9, &r), tell("resolve-addresses", 4);
}

static void lookup(const char* name, size_t len) {
  resolve_addresses(network, name, len, &r);
  if (r.bytes[0]) {
    tell("resolve-addresses", 4);
    return;
  }
  const handle stream = r.words[1];
  for (;;) {
    resolve_next_address(stream, &r);
    if (r.bytes[0] && r.bytes[2] == kWouldBlock) {
      WAIT_FOR(lookup_subscribe(stream));
      continue;
    }
    if (r.bytes[0]) tell("resolve-next-address", 2);
    if (r.bytes[0] || !r.bytes[2]) return;
    if (r.bytes[4]) {
      print("an IPv6 address\n");
      continue;
    }
    for (int k = 0; k < 4; ++k) print_number(r.bytes[6 + k]), print(k < 3 ? "." : "\n");
  }
}

static void tell_port(uint16_t port) { print_number(port), print("\n"); }

static void tcp_echo(void) {
  uint16_t port;
  const handle server = listener(&port);
  tell_port(port);
  const struct connection peer = accepted(server);
  size_t n;
  while ((n = read_some(peer.in, 65536)) > 0) write_all(peer.out, heap, n);
  drop(peer), drop_tcp(server);
}

static void wait_for_either(struct connection c, int both) {
#ifdef NO_POLL
  (void)c, (void)both, ++asked;
#else
  const handle pollables[] = {input_subscribe(c.in), output_subscribe(c.out)};
  heap_used = 0;
  if (!spins) poll(pollables, both ? 2 : 1, &r);
  drop_pollable(pollables[0]), drop_pollable(pollables[1]);
#endif
}

enum { kMillion = 1000000 };
// Sends and receives at once, as either side may be full.
static void tcp_send(uint16_t port) {
  const struct connection c = connected(port);
  static uint8_t chunk[8192];
  size_t sent = 0, received = 0, wrong = 0;
  for (int ended = 0; !ended;) {
    if (sent < kMillion) {
      check_write(c.out, &r);
      if (r.bytes[0]) __builtin_trap();
      uint64_t piece = r.longs[1];
      if (piece > sizeof chunk) piece = sizeof chunk;
      if (piece > kMillion - sent) piece = kMillion - sent;
      for (size_t k = 0; k < piece; ++k) chunk[k] = (uint8_t)((sent + k) * 7);
      if (piece > 0) stream_write(c.out, chunk, (size_t)piece, &r);
      sent += (size_t)piece;
      if (sent == kMillion) tcp_shutdown(c.socket, 1, &r);
    }
    heap_used = 0;
    stream_read(c.in, 65536, &r);
    ended = r.bytes[0];
    if (!ended) {
      for (int32_t k = 0; k < r.words[2]; ++k) wrong += heap[k] != (uint8_t)((received + k) * 7);
      received += (size_t)r.words[2];
    }
    if (!ended) wait_for_either(c, sent < kMillion);
  }
  print_number((uint32_t)received), print(" bytes, "), print_number((uint32_t)wrong);
  print(" wrong\n");
  drop(c);
}

static void udp_echo(void) {
  uint16_t port;
  const handle socket = udp_bound(&port);
  udp_stream(socket, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, &r), must(4);
  const handle in = r.words[1], to = r.words[2];
  tell_port(port);
  const uint8_t* data;
  size_t len;
  const uint16_t from = receive(in, &data, &len);
  send_to(to, data, len, from);
}

struct string {
  const char* at;
  size_t len;
};
static int is(struct string s, const char* word) {
  if (s.len != length(word)) return 0;
  for (size_t k = 0; k < s.len; ++k) {
    if (s.at[k] != word[k]) return 0;
  }
  return 1;
}

static int act(struct string what, struct string argument) {
  uint32_t number = 0;
  for (size_t k = 0; k < argument.len; ++k) number = number * 10 + (uint8_t)argument.at[k] - '0';
  if (is(what, "self")) {
    tcp_self(), udp_self();
  } else if (is(what, "grants")) {
    grants();
  } else if (is(what, "lookup")) {
    lookup(argument.at, argument.len);
  } else if (is(what, "tcp-echo")) {
    tcp_echo();
  } else if (is(what, "tcp-send")) {
    tcp_send((uint16_t)number);
  } else if (is(what, "udp-echo")) {
    udp_echo();
  } else {
    return 1;
  }
  return 0;
}

__attribute__((export_name("wasi:cli/run@0.2.12#run"))) int32_t run(void) {
  out = get_stdout();
  network = instance_network();
  get_arguments(&r);
  const struct string* given = (const struct string*)(size_t)r.words[0];
  int count = r.words[1];
  if (count > 1 && is(given[1], "spin")) spins = 1, ++given, --count;
  if (count < 2) return 1;
  const struct string none = {"", 0};
  if (act(given[1], count > 2 ? given[2] : none)) return 1;
#ifdef NO_POLL
  print(asked < kTooOften ? "asked now and then\n" : "asked very often\n");
#endif
  return 0;
}
