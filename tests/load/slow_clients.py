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

TIMEOUT = 2  # seconds
EVERY = 0.2  # so often comes a byte


class Slow:
    def __init__(self, server, first):
        self.client = clients.Client(server)
        self.talks = bool(first)
        self.begin = time.monotonic()
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


def slow_heads_end_at_their_timeout(tappet, examples, count):
    with Server(tappet, examples + "/load.wasm", "--header-timeout", f"{TIMEOUT}s") as server:
        firsts = [b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"G", b"", b"POST / HTTP/1.1\r\n"]
        slow = [Slow(server, firsts[i % len(firsts)]) for i in range(count)]
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
            assert one.duration > TIMEOUT * 0.99, f"one was cut after {one.duration} s"
            one.client.close()
        assert beside_all >= 3, f"{beside_all} answers while all slow clients were there"
        longest = max(one.duration for one in slow)
        return (f"cut after {min(one.duration for one in slow):.2f} to {longest:.2f} s, "
                f"{served} others were served, {beside_all} beside all of them")


if __name__ == "__main__":
    sys.exit(main_of(globals(), needed=["load.wasm"]))
