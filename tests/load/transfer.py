"""Content of any size passes through in bounded memory.

Usage: transfer.py TAPPET FOLDER COUNT: MiB to send and to fetch, half of it both at the same time;
FOLDER has load.wasm.
"""

import contextlib
import http.client
import sys
import threading
import time

import clients  # noqa: F401  (the way to server.py)
from server import SANITIZED, Server, check, main_of

MEBIBYTE = 1 << 20
# Sanitizers have some of their own.
MOST = 32 * MEBIBYTE if not SANITIZED else 64 * MEBIBYTE
PIECE = bytes(range(256)) * 4096


class Watch:
    """The most memory that a server has while `with` lasts."""

    def __init__(self, server):
        self.server = server
        self.over = threading.Event()
        self.before = self.most = server.rss()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.wait(0.01):
            self.most = max(self.most, self.server.rss())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


@contextlib.contextmanager
def served(tappet, examples):
    with Server(tappet, examples + "/load.wasm", "--request-timeout", "1h", "--write-timeout", "1h",
                "--min-body-rate", "0") as server:
        check(server.get("/"), (200, b"here\n"), "GET /")
        yield server


def judge(watch, mebibytes, begin):
    grown = watch.most - watch.before
    said = (f"{mebibytes} MiB at {mebibytes / (time.monotonic() - begin):.0f} MiB/s, "
            f"memory grew by {grown / MEBIBYTE:.1f} MiB")
    assert grown <= MOST, said
    return said


def pieces(mebibytes):
    for _ in range(mebibytes):
        yield PIECE


def connect(server):
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=clients.PATIENCE)


def uploads_take_no_memory(tappet, examples, count):
    with served(tappet, examples) as server:
        begin = time.monotonic()
        with Watch(server) as watch:
            connection = connect(server)
            connection.request("POST", "/sink", body=pieces(count), encode_chunked=False,
                               headers={"Content-Length": str(count * MEBIBYTE)})
            response = connection.getresponse()
            check((response.status, response.read()), (200, str(count * MEBIBYTE).encode()),
                  "what arrived")
            connection.close()
        return judge(watch, count, begin)


def downloads_take_no_memory(tappet, examples, count):
    with served(tappet, examples) as server:
        begin = time.monotonic()
        with Watch(server) as watch:
            connection = connect(server)
            connection.request("GET", f"/source/{count}")
            response = connection.getresponse()
            total = 0
            while part := response.read(MEBIBYTE):
                total += len(part)
            check(total, count * MEBIBYTE, "bytes that arrived")
            connection.close()
        return judge(watch, count, begin)


def echoes_take_no_memory(tappet, examples, count):
    mebibytes = count // 2
    with served(tappet, examples) as server:
        begin = time.monotonic()
        with Watch(server) as watch:
            connection = connect(server)
            connection.putrequest("POST", "/echo")
            connection.putheader("Content-Length", str(mebibytes * MEBIBYTE))
            connection.endheaders()
            sender = threading.Thread(
                target=lambda: [connection.send(piece) for piece in pieces(mebibytes)])
            sender.start()
            response = connection.getresponse()
            for i in range(mebibytes):
                assert response.read(MEBIBYTE) == PIECE, f"MiB {i} came back as something else"
            check(response.read(), b"", "what follows")
            sender.join()
            connection.close()
        return judge(watch, mebibytes, begin)


# A reader that does not read stops the guest, not the server's memory.
def slow_readers_take_no_memory(tappet, examples, count):
    with served(tappet, examples) as server:
        with Watch(server) as watch:
            slow = [clients.Client(server) for _ in range(20)]
            for one in slow:
                one.ask(b"/source/%d" % count)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                check(server.get("/")[0], 200, "GET / beside slow readers")
            for one in slow:
                one.close()
        grown = (watch.most - watch.before) / len(slow)
        assert grown <= MOST / 16, f"each took {grown} bytes"
        return f"each of {len(slow)} took {grown / 1024:.0f} KiB"


if __name__ == "__main__":
    sys.exit(main_of(globals(), needed=["load.wasm"]))
