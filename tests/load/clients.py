"""What the load tests share: the way to tests/serve/server.py, and clients that cost little."""

import os
import pathlib
import resource
import select
import socket
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "serve"))
from server import PATIENCE  # noqa: E402

# What is freed is not kept from being used again, or memory would say nothing under AddressSanitizer.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"

REQUEST = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n"
GREETING = b"here\n"


def allow_descriptors(wanted):
    """Raises this process's limit; servers raise theirs by themselves, up to the same."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted + 200
    if hard != resource.RLIM_INFINITY and hard < most:
        raise AssertionError(f"{wanted} connections take a limit of {most} open files, not {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class Client:
    """A connection with blocking reads, about 1 kB of memory."""

    def __init__(self, server, wrap=lambda plain: plain):
        self.socket = wrap(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE))

    def ask(self, path=b"/"):
        self.socket.sendall(REQUEST % path)

    def answer(self):
        """(status, fields, content) of a chunked response or one with a length; b"" for the end."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = self.socket.recv(65536)
            if not part:
                return data
            data += part
        head, content = data.split(b"\r\n\r\n", 1)
        fields = head.lower()
        if b"content-length: " in fields:
            length = int(fields.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
            return int(head.split()[1]), fields, self.read_to(content, lambda d: len(d) >= length)
        content = self.read_to(content, lambda d: d.endswith(b"0\r\n\r\n"))
        return int(head.split()[1]), fields, dechunk(content)

    def read_to(self, data, done):
        while not done(data):
            part = self.socket.recv(65536)
            assert part, f"an answer ended early: {data!r}"
            data += part
        return data

    def get(self, path=b"/"):
        self.ask(path)
        return self.answer()

    def close(self):
        self.socket.close()


def dechunk(data):
    content = b""
    while data:
        size, data = data.split(b"\r\n", 1)
        content += data[:int(size, 16)]
        data = data[int(size, 16) + 2:]
    return content


class Hammer(threading.Thread):
    """Asks again as soon as there is an answer, until the server says that it is the last or ends
    the connection between two."""

    def __init__(self, server):
        super().__init__()
        self.client = Client(server)
        self.answers = 0
        self.crossed = 0  # a request and the server's end of the connection
        self.failure = None

    def run(self):
        try:
            while not select.select([self.client.socket], [], [], 0)[0]:
                answer = self.client.get()
                if not answer:
                    self.crossed += 1
                    return
                assert (answer[0], answer[2]) == (200, GREETING), f"GET /: {answer}"
                self.answers += 1
                if b"connection: close" in answer[1]:
                    break
            assert self.client.socket.recv(1) == b"", "something follows the last answer"
        except Exception as error:  # told below
            self.failure = error
