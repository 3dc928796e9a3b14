"""`tappet serve` against clients and servers that do not keep to HTTP, over real sockets.

Replays tests/golden/http, which unit tests judge in process, against the program, with a guest that
describes what it sees (guest/raw.c); then sessions.txt, whose cases need more than one exchange or
time. After each case another connection must be answered.

Usage: raw.py TAPPET REPOSITORY [WORDS...]: only the cases whose place or name has one of the words.
"""

import contextlib
import fcntl
import http.client
import pathlib
import re
import select
import socket
import struct
import sys
import termios
import threading
import time

import golden

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "serve"))
from server import Server  # noqa: E402

PATIENCE = 200  # seconds; nothing waits so long but what fails
PROBE = b"GET /early HTTP/1.1\r\nHost: probe\r\n\r\n"
PROBED = (b"HTTP/1.1 200 OK\r\n" + golden.EPOCH + b"\r\nContent-Length: 6\r\n\r\nearly\n")
# Directives that a real server has no counterpart for.
IN_PROCESS = {"max-body": "the program has no option for it",
              "echo": "needs a guest that streams: tests/serve/guests.py has one"}
# Files whose every case names its section.
EXPLAINED = ("request_smuggling", "request_hostile", "response_hostile", "sessions")
# Time-outs of guests that a silent server makes wait, in milliseconds.
SILENT, TALKATIVE = 2000, 200000


def equal(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}:\n     expected {expected!r}\n     got      {actual!r}")


class Client:
    """One connection; sends while it receives."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.received = b""  # since the last expectation
        self.unsent = b""
        self.bytewise = False
        self.may_be_reset = False
        self.ended = False  # by the server

    def send(self, data):
        self.unsent += data

    def leave(self):
        self.move_until(lambda: not self.unsent)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def end(self):
        self.move_until(lambda: not self.unsent)
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server was faster

    def move(self, timeout):
        wanted = [self.socket]
        readable, writable, _ = select.select(wanted, wanted if self.unsent else [], [], timeout)
        if writable:
            try:
                sent = self.socket.send(self.unsent[:1] if self.bytewise else self.unsent)
                self.unsent = self.unsent[sent:]
            except (BrokenPipeError, ConnectionResetError):
                self.unsent = b""  # nobody wants it
        if readable and not self.ended:
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                self.received += b"(reset)"
                data = b""
            self.received += data
            self.ended = not data
        return readable or writable

    def move_until(self, done):
        deadline = time.monotonic() + PATIENCE
        while not done() and not self.ended:
            left = deadline - time.monotonic()
            if left < 0 or not self.move(left):
                raise AssertionError(f"the server is silent after {self.received!r}")

    def expect(self, wanted, end_races=False):
        """Exactly that comes; if `wanted` does not say "(open)" at its end, the connection ends.

        If the end of input may be seen before or after an answer is begun, "Connection: close" may
        be in it or not; and a server that is slow to answer sends 100 to see whether we are there.
        """
        def normal(text):
            text = golden.as_guests_answer(text)
            if self.may_be_reset:
                text = text.removesuffix(b"(reset)")
            if end_races:
                text = text.replace(b"Connection: close\r\n", b"")
                text = text.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"")
            return text

        def seen():
            return normal(self.received)

        def hopeless():
            start, text = wanted[:15], seen()
            return text[:15] != start[:len(text)] or (len(text) >= len(wanted) and text != wanted)

        stays = wanted.endswith(b"(open)")
        wanted = normal(wanted.removesuffix(b"(open)"))
        if stays:
            self.move_until(lambda: hopeless() or not self.unsent and len(seen()) >= len(wanted))
        elif self.ended:
            while self.unsent:  # into the void
                self.move(PATIENCE)
        else:
            self.move_until(hopeless)
        equal(seen() + (b"(ended)" if stays and self.ended else b""), wanted, "answers")
        self.received = b""

    def expect_silence(self):
        """Nothing has come that is not expected."""
        while self.move(0):
            if self.ended or self.received:
                equal(self.received + b"(ended)" * self.ended, b"", "more than expected")


def probe(server):
    with Session(server) as client:
        client.send(PROBE)
        client.expect(PROBED + b"(open)")


class Session(Client):
    def __init__(self, server):
        super().__init__(server.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def run_session(server, case):
    """Sends and expects by turns. Connections that stay open must be fit for another request."""
    with contextlib.ExitStack() as others:
        for _ in range(int(case.directives.get("connections", 1)) - 1):
            converse(others.enter_context(Session(server)), case, lambda: None)
        with Session(server) as client:
            converse(client, case, lambda: probe(server))


def converse(client, case, look):
    """`look` is called where the server must be well, and must have had time to say more."""
    client.bytewise = "bytewise" in case.directives
    client.may_be_reset = "reset" in case.directives
    last = b""
    for kind, data in case.steps:
        if kind == "in":
            client.send(data)
        elif kind == "end":
            client.end()
        elif kind == "leave":
            client.leave()
            return look()
        else:
            client.expect(data, "end" in case.directives)
            last = data
            look()
            if data.endswith(b"(open)"):
                client.expect_silence()
    if last.endswith(b"(open)") and "unfinished" not in case.directives:
        client.bytewise = False
        client.send(PROBE)
        client.expect(PROBED + b"(open)")


def run_request(server, case):
    """A case of unit tests: everything is sent, and perhaps the end, before anything is expected."""
    if "end" in case.directives:
        case.steps.insert(1, ("end", b""))
    run_session(server, case)


class Upstream:
    """Answers one connection's request with raw bytes, whatever they are."""

    def __init__(self, case):
        self.case = case
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.error = None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            connection, _ = self.listener.accept()
            with connection:
                self.answer(connection)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has seen enough
        except OSError as error:
            self.error = error

    def answer(self, connection):
        connection.settimeout(PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if "unasked" not in self.case.directives:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(1 << 16)
        connection.sendall(self.case.only("in"))
        if "reset" in self.case.directives:
            # A reset overtakes what it follows unless that has arrived.
            self.wait_until_acknowledged(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif "end" in self.case.directives:
            with contextlib.suppress(OSError):  # the client has seen enough
                connection.shutdown(socket.SHUT_WR)
            self.done.wait(PATIENCE)
        else:
            self.done.wait(PATIENCE)

    @staticmethod
    def wait_until_acknowledged(connection):
        while struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0" * 4))[0]:
            time.sleep(0.001)

    def finish(self):
        self.done.set()
        self.listener.shutdown(socket.SHUT_RDWR)  # should nobody have come
        self.thread.join(PATIENCE)
        self.listener.close()
        assert self.error is None, self.error


def run_response(server, case):
    expected = case.only("out")
    timeout = TALKATIVE
    if "silence" in case.directives:
        timeout = SILENT
        expected = expected.replace(b"pending\n", case.directives["silence"].encode() + b"\n")
    upstream = Upstream(case)
    method = case.directives.get("method", "GET")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        connection.request("GET", f"/fetch/{method}/{upstream.port}/{timeout}")
        response = connection.getresponse()
        equal(response.status, 200, "status of the guest's report")
        equal(response.read(), golden.without_hidden(expected), "the guest's report")
    finally:
        connection.close()
        upstream.finish()
    probe(server)


def statuses(root):
    text = (root / "net/http/statuses.def").read_text()
    return {int(code): phrase for code, phrase in re.findall(r'^STATUS\((\d+), "(.*)"\)', text, re.M)}


class Report:
    def __init__(self):
        self.lock = threading.Lock()
        self.passed = self.failed = 0

    def judge(self, run, server, case):
        try:
            run(server, case)
        except Exception as error:  # whatever it is, the case has failed
            with self.lock:
                self.failed += 1
                print(f"FAILED {case.where}\n     {error}", flush=True)
        else:
            with self.lock:
                self.passed += 1


    def expect_failure(self, run, server, case):
        try:
            run(server, case)
        except AssertionError:
            return
        with self.lock:
            self.failed += 1
            print(f"FAILED to fail: {case.where}", flush=True)


def main(tappet, root, words):
    phrases = statuses(root)
    cases = []
    for path in sorted((root / "tests/golden/http").glob("*.txt")):
        run = run_response if path.name.startswith("response") else run_request
        cases += [(run, case) for case in golden.read(path, phrases)]
    cases += [(run_session, case) for case in golden.read(HERE / "sessions.txt", phrases)]
    wrong = golden.read(HERE / "wrong.txt", phrases)
    for _, case in cases:
        if case.where.startswith(EXPLAINED) and "RFC" not in " ".join(case.why):
            raise AssertionError(f"{case.where}: why?")
    if words:
        cases = [(run, case) for run, case in cases if any(word in case.where for word in words)]
    left_out = [case for _, case in cases if IN_PROCESS.keys() & case.directives.keys()]
    cases = [(run, case) for run, case in cases if case not in left_out]
    report = Report()
    begin = time.monotonic()
    options = ["--request-timeout", "120s", "--no-logging-prefix", "--allow-network", "127.0.0.1"]
    with Server(tappet, str(HERE / "guest/raw.wasm"), *options) as server:
        # What waits for the server's deadlines does so beside the rest.
        slow = []
        for run, case in cases:
            if {"slow", "silence"} & case.directives.keys():
                slow.append(threading.Thread(target=report.judge, args=(run, server, case)))
                slow[-1].start()
        for run, case in cases:
            if not {"slow", "silence"} & case.directives.keys():
                report.judge(run, server, case)
        for case in wrong:
            report.expect_failure(run_response if "response" in case.where else run_session, server,
                                  case)
        for thread in slow:
            thread.join()
        traps = server.output().count("trap")
        if traps:
            report.failed += 1
            print(f"FAILED: guests have trapped:\n{server.output()[-2000:]}")
    print(f"{report.passed} passed, {report.failed} failed, {len(left_out)} for unit tests only "
          f"({time.monotonic() - begin:.1f} s)")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]))
