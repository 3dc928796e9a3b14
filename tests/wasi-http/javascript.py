"""A component of JavaScript, made by componentize-js, where it is its use of wasi:http that matters.

Usage: javascript.py TAPPET EXAMPLES [NAMES...]: EXAMPLES has what examples/build makes.
"""

import hashlib
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "serve"))
from server import Server, check, chosen, main, until  # noqa: E402
from upstream import Closed, Upstream, content_of  # noqa: E402


def serve(tappet, examples):
    return Server(tappet, examples + "/js.wasm", "--request-timeout", "200s", "--allow-network", "127.0.0.1")


def fetches_at_the_same_time(tappet, examples):
    with Upstream() as upstream, Closed() as closed, serve(tappet, examples) as server:
        urls = [f"http://{upstream.authority}/content/{i}" for i in range(20)] + [f"http://{closed.authority}/"]
        expected = [hashlib.sha256(content_of(i)).hexdigest() for i in range(20)] + ["failed"]
        status, text = server.request("GET", "/hash-all?" + "&".join("url=" + url for url in urls), timeout=200)
        check((status, text.decode().split()), (200, expected), "hashes")


def streams_both_ways(tappet, examples):
    with Upstream() as upstream, serve(tappet, examples) as server:
        body = os.urandom(2 << 20)
        path = f"/relay?url=http://{upstream.authority}/echo"
        check(server.request("POST", path, body, timeout=200), (200, body), "a relay of 2 MiB")
        # Content goes on as it comes. The engine looks for an answer only when all of that is sent.
        with server.socket() as client, client.makefile("rb") as reader:
            client.settimeout(200)
            before = upstream.echoed
            client.sendall(f"POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n".encode())
            until(lambda: upstream.echoed == before + 5, "what was sent so far")
            client.sendall(b"4\r\nlast\r\n0\r\n\r\n")
            answer = b""
            while not answer.endswith(b"\r\n0\r\n\r\n"):
                answer += reader.readline()
            assert b"first" in answer and b"last" in answer, answer


TESTS = {test.__name__: test for test in (fetches_at_the_same_time, streams_both_ways)}

if __name__ == "__main__":
    sys.exit(main(chosen(TESTS, sys.argv[3:]), (sys.argv[1], sys.argv[2])))
