"""The servers that guests talk to: one that echoes, and whose paths say how else it answers; one that
speaks HTTP/2 alone; one that takes no connection; one that is not there."""

import contextlib
import re
import socket
import threading

PATIENCE = 120  # seconds; nothing waits so long but what fails


class Left(Exception):
    """The client went away in the middle of a message."""


class Exchange:
    """One request on a connection, whose head has been read."""

    def __init__(self, connection, head):
        self.connection, self.head = connection, head
        line, *fields = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        self.method, self.target, _ = line.split(" ")
        self.fields = {name.lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)}
        self.trailers = b""

    def content(self):
        """The pieces of the content as they come; then `trailers` is set."""
        reader = self.connection.reader
        if self.fields.get("transfer-encoding", "").lower() == "chunked":
            while size := int(self.line().split(b";")[0], 16):
                yield self.exactly(size)
                self.exactly(2)
            while (line := self.line()) != b"\r\n":
                self.trailers += line
            return
        left = int(self.fields.get("content-length", 0))
        while left:
            piece = reader.read1(min(left, 65536))
            if not piece:
                raise Left()
            left -= len(piece)
            yield piece

    def line(self):
        line = self.connection.reader.readline()
        if not line.endswith(b"\n"):
            raise Left()
        return line

    def exactly(self, size):
        piece = self.connection.reader.read(size)
        if len(piece) < size:
            raise Left()
        return piece

    def send(self, data):
        self.connection.socket.sendall(data)

    def chunk(self, data):
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def begin(self, *lines, status="200 OK"):
        """A head that says what was asked for, whatever else it says."""
        self.send("\r\n".join([f"HTTP/1.1 {status}", f"x-wasmtime-test-method: {self.method}",
                               f"x-wasmtime-test-uri: {self.target}", *lines, "", ""]).encode())

    def answer(self, content):
        for _ in self.content():
            pass
        self.begin(f"Content-Length: {len(content)}")
        self.send(content)

    def wait_until_left(self):
        with contextlib.suppress(ConnectionError):
            while self.connection.reader.read1(65536):
                pass


def content_of(number):
    """What /content/NUMBER is."""
    return bytes((i * 31 + number) & 0xff for i in range(1000 + number * 700))


class Connection:
    def __init__(self, upstream, sock):
        self.upstream, self.socket = upstream, sock
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = sock.makefile("rb")

    def run(self):
        with self.socket, self.reader:
            try:
                while head := self.read_head():
                    exchange = Exchange(self, head)
                    name = re.match(r"/([^/?]*)", exchange.target)
                    method = getattr(self.upstream, "do_" + name[1].replace("-", "_"), None) if name else None
                    with self.upstream.lock:
                        self.upstream.heads.append(head)
                    (method or self.upstream.echo)(exchange)
            except (Left, OSError):
                pass

    def read_head(self):
        head = b""
        if self.reader.peek(1)[:1] == b"\x16":  # a TLS handshake
            self.socket.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.reader.readline()
            if not line:
                return b""
            head += line
        return head


class Upstream:
    """`with Upstream() as upstream`: listens at upstream.authority."""

    def __init__(self):
        self.lock = threading.Lock()
        self.heads = []  # of all requests
        self.echoed = 0  # bytes
        self.waiting = threading.Semaphore(0)
        self.left = threading.Semaphore(0)
        self.cut = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.authority = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=Connection(self, sock).run, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    # How it answers, by the first part of the path.

    def echo(self, exchange):
        length = exchange.fields.get("content-length")
        exchange.begin(f"Content-Length: {length}" if length else "Transfer-Encoding: chunked")
        for piece in exchange.content():
            exchange.send(piece) if length else exchange.chunk(piece)
            with self.lock:
                self.echoed += len(piece)
        if not length:
            exchange.chunk(b"")

    def do_head(self, exchange):
        exchange.answer(exchange.head)

    def do_framing(self, exchange):
        names = [n for n in ("content-length", "transfer-encoding") if n in exchange.fields]
        exchange.answer("".join(f"{n}: {exchange.fields[n]}\n" for n in names).encode() or b"nothing\n")

    def do_content(self, exchange):
        exchange.answer(content_of(int(exchange.target.rsplit("/", 1)[1])))

    def do_big(self, exchange):
        exchange.answer(bytes(100000))

    def do_count(self, exchange):
        total = sum(map(len, exchange.content()))
        exchange.begin("Transfer-Encoding: chunked")
        exchange.chunk(b"%d\n" % total)
        exchange.chunk(b"")

    def do_trailers(self, exchange):
        exchange.begin("Transfer-Encoding: chunked", "Trailer: X-Sum")
        exchange.send(b"5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n")

    def do_hop_by_hop(self, exchange):
        exchange.begin("Transfer-Encoding: chunked", "Connection: keep-alive", "Keep-Alive: timeout=5",
                       "Proxy-Authenticate: Basic", "Proxy-Connection: keep-alive",
                       "Custom-Forbidden-Header: 1", "X-Seen: 1")
        exchange.send(b"1\r\nx\r\n0\r\nX-Sum: 42\r\nCustom-Forbidden-Header: 1\r\n\r\n")

    def do_echo_trailers(self, exchange):
        for _ in exchange.content():
            pass
        trailers = exchange.trailers.replace(b"\r", b"").lower()
        exchange.begin(f"Content-Length: {len(trailers)}")
        exchange.send(trailers)

    def do_silence(self, exchange):
        self.waiting.release()
        exchange.wait_until_left()
        self.left.release()

    def do_waiting(self, exchange):
        assert self.waiting.acquire(timeout=PATIENCE)
        exchange.answer(b"waiting\n")

    def do_left(self, exchange):
        assert self.left.acquire(timeout=PATIENCE)
        exchange.answer(b"left\n")

    def do_pause(self, exchange):
        exchange.begin("Content-Length: 9")
        exchange.send(b"half")
        exchange.wait_until_left()

    def do_garbage(self, exchange):
        exchange.send(b"garbage\r\n\r\n")
        exchange.wait_until_left()

    def do_refuse(self, exchange):
        exchange.begin("Content-Length: 0", "Connection: close", status="413 Content Too Large")
        while not self.go_on.wait(0.05) and not self.is_gone(exchange):
            pass
        raise Left()

    @staticmethod
    def is_gone(exchange):
        """Without reading: a connection that was closed or reset tells so when it is written to."""
        try:
            exchange.connection.socket.send(b"")
            state = exchange.connection.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
            return state != 1  # TCP_ESTABLISHED
        except OSError:
            return True

    def do_swallow(self, exchange):
        try:
            for _ in exchange.content():
                pass
        except (Left, OSError):
            self.cut.release()
            raise

    def do_cut(self, exchange):
        assert self.cut.acquire(timeout=PATIENCE)
        exchange.answer(b"cut\n")

    def do_slowly(self, exchange):
        exchange.begin("Content-Length: 4")
        exchange.send(b"ab")
        assert self.go_on.wait(PATIENCE)
        exchange.send(b"cd")

    def do_go_on(self, exchange):
        self.go_on.set()
        exchange.answer(b"done\n")

    def do_torn(self, exchange):
        exchange.begin("Content-Length: 9")
        exchange.send(b"half")
        raise Left()


class Http2Only:
    """Greets with SETTINGS, and reads no HTTP/1."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.authority = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        try:
            sock, _ = self.listener.accept()
            with sock:
                sock.sendall(b"\0\0\0\4\0\0\0\0\0")
                while sock.recv(65536):
                    pass
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Silent:
    """Its queue of connections is full and stays so: the next one is never made."""

    def __init__(self):
        self.sockets = [socket.socket()]
        self.sockets[0].bind(("127.0.0.1", 0))
        self.sockets[0].listen(0)
        address = self.sockets[0].getsockname()
        self.authority = "127.0.0.1:%d" % address[1]
        while True:
            self.sockets.append(socket.socket())
            self.sockets[-1].settimeout(0.5)
            try:
                self.sockets[-1].connect(address)
            except TimeoutError:
                return

    def __enter__(self):
        return self

    def __exit__(self, *what):
        for sock in self.sockets:
            sock.close()


class Closed:
    """A port that nobody listens at, nor will: it is taken."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.authority = "127.0.0.1:%d" % self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.socket.close()


def hash_of(data):
    """FNV-1a in 64 bits, as the guest computes it."""
    value = 14695981039346656037
    for byte in data:
        value = (value ^ byte) * 1099511628211 & 0xffffffffffffffff
    return value
