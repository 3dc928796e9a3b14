"""Clients that send their requests' heads slowly, or nothing at all, end at the header timeout, and
others are served meanwhile.

Usage: slow_clients.py TAPPET FOLDER COUNT: so many slow ones; FOLDER has load.wasm.
"""

import selectors
import sys
import threading
import time

import clients
from server import Server, check, main_of

EVERY = 0.2  # seconds; so often comes a byte
FIRSTS = (b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"G", b"", b"POST / HTTP/1.1\r\n")


class Slow:
    def __init__(self, server, first):
        self.talks = bool(first)
        self.begin = time.monotonic()
        self.client = clients.Client(server)
        self.client.socket.sendall(first)
        self.client.socket.setblocking(False)
        self.answer = b""
        self.duration = None  # until the server ended the connection

    def drip(self):
        try:
            if self.talks and not self.answer:
                self.client.socket.send(b"x")
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass  # its end is read elsewhere

    def look(self):
        part = self.client.socket.recv(65536)
        self.answer += part
        if not part:
            self.duration = time.monotonic() - self.begin
        return not part


def wait_for_their_ends(slow):
    selector = selectors.DefaultSelector()
    for one in slow:
        selector.register(one.client.socket, selectors.EVENT_READ, one)
    next_drip = 0
    while selector.get_map():
        for key, _ in selector.select(EVERY):
            if key.data.look():
                selector.unregister(key.fileobj)
        if time.monotonic() < next_drip:
            continue
        next_drip = time.monotonic() + EVERY
        for one in slow:
            one.drip()
            assert time.monotonic() - one.begin < clients.PATIENCE, "a slow client is still there"


def served_with(timeout, tappet, examples):
    return Server(tappet, examples + "/load.wasm", "--header-timeout", f"{timeout * 1000:.0f}ms")


def begin(server, count):
    return [Slow(server, FIRSTS[i % len(FIRSTS)]) for i in range(count)]


def time_to_begin(count, tappet, examples):
    """How long it takes here until all of them are there, and another one has its answer."""
    with served_with(clients.PATIENCE, tappet, examples) as server:
        start = time.monotonic()
        slow = begin(server, count)
        check(server.get("/"), (200, clients.GREETING), "GET / beside slow clients")
        taken = time.monotonic() - start
        for one in slow:
            one.client.close()
    return taken


def slow_heads_end_at_their_timeout(tappet, examples, count):
    timeout = 2 + 5 * time_to_begin(count, tappet, examples)
    with served_with(timeout, tappet, examples) as server:
        slow = begin(server, count)
        drip = threading.Thread(target=wait_for_their_ends, args=(slow,))
        drip.start()
        served = beside_all = 0
        while drip.is_alive():
            check(server.get("/"), (200, clients.GREETING), "GET / beside slow clients")
            served += 1
            beside_all += all(one.duration is None for one in slow)
        drip.join()
        for one in slow:
            if one.talks:
                assert one.answer.startswith(b"HTTP/1.1 408 "), one.answer
            else:
                check(one.answer, b"", "the answer to silence")
            assert one.duration > timeout * 0.99, f"one was cut after {one.duration} s"
            one.client.close()
        assert beside_all >= 3, f"{beside_all} answers while all slow clients were there"
        longest = max(one.duration for one in slow)
        return (f"cut after {min(one.duration for one in slow):.2f} to {longest:.2f} s, "
                f"{served} others were served, {beside_all} beside all of them")


if __name__ == "__main__":
    sys.exit(main_of(globals(), needed=["load.wasm"]))
