"""Several workers of `tappet serve`, which share components and their code, certificates, key-value
stores, logs and counters, while everything happens at once. ThreadSanitizer sees most here
(`./dev tsan`), but answers, lines and numbers must be right, too.

Usage: as of guests.py.
"""

import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import struct
import sys
import tempfile
import threading

from server import Server, check, get, in_parallel, main_of, metric, until
from tls import Certificates, SecureUpstream, secure_get, trusting

WASI_HTTP = pathlib.Path(__file__).resolve().parent.parent / "wasi-http"
sys.path.append(str(WASI_HTTP))
from upstream import Upstream, content_of, hash_of  # noqa: E402

WORKERS = ("--workers", "4")
HELLO = (200, b"Hello from C\n")
RELOADS = 4


class Crowd:
    """Clients of which each does the same again and again, from the beginning of `with` to its end."""

    def __init__(self, *works):
        self.over = threading.Event()
        self.may_be_refused = False
        self.done = [0] * len(works)
        self.failures = []
        self.threads = [threading.Thread(target=self.repeat, args=one) for one in enumerate(works)]

    def repeat(self, number, work):
        try:
            while not self.over.is_set():
                work()
                self.done[number] += 1
        except (ConnectionError, http.client.HTTPException, ssl.SSLError) as error:
            if not self.may_be_refused:
                self.failures.append(error)
        except Exception as error:  # told by whoever waits
            self.failures.append(error)

    def go_on(self, times):
        """Returns when each has done it so many times more."""
        before = list(self.done)
        until(lambda: self.failures or all(now >= then + times for now, then in zip(self.done, before)),
              "clients' going on")
        assert not self.failures, self.failures

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self.over.set()
        for thread in self.threads:
            thread.join()
        assert kind is not None or not self.failures, self.failures


def reload(server, admin, number):
    server.process.send_signal(signal.SIGHUP)
    until(lambda: metric(admin, 'tappet_reloads_total{result="done"}') >= number, "a reload")


def everything_happens_at_once(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        made = Certificates(folder)
        cert, key = made.issue("server", "IP:127.0.0.1")
        log = folder + "/log"
        server = Server(tappet, examples + "/c.wasm", *WORKERS, "--tls-cert", cert, "--tls-key", key, "--admin",
                        "127.0.0.1:0", "--access-log", "json", "--access-log-file", log)
        admin = server.admin_port()
        context = trusting(made.ca)

        def greet():
            check(secure_get(server, context), HELLO, "GET /")

        def echo():
            body = os.urandom(100000)
            check(secure_get(server, context, "/echo", "POST", body), (200, body), "an echo")

        def trap():
            check(secure_get(server, context, "/trap")[0], 500, "GET /trap")

        def leave():
            with context.wrap_socket(server.socket(), server_hostname="127.0.0.1") as client:
                client.sendall(b"GET /dawdle HTTP/1.1\r\nHost: a\r\n\r\n")
                check(client.recv(12), b"HTTP/1.1 200", "GET /dawdle")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset

        def look():
            assert metric(admin, "tappet_http_requests_in_flight") >= 0
            check(get(admin, "/healthz")[0], 200, "/healthz")

        with Crowd(greet, greet, greet, echo, trap, leave, leave, look) as crowd:
            for number in range(1, RELOADS + 1):
                crowd.go_on(2)
                made.issue("server", "IP:127.0.0.1")
                os.rename(log, f"{log}.{number}")
                reload(server, admin, number)
                until(lambda: os.path.exists(log), "a new log")
            crowd.go_on(2)
            crowd.may_be_refused = True
            server.process.send_signal(signal.SIGTERM)
            server.wait()
        lines = [json.loads(line) for path in pathlib.Path(folder).glob("log*")
                 for line in path.read_text(encoding="utf-8").splitlines()]
        # Of each client the last one may have been refused, or not been told.
        for target, clients in (("/", (0, 1, 2)), ("/echo", (3,)), ("/trap", (4,)), ("/dawdle", (5, 6))):
            logged = sum(line["target"] == target for line in lines)
            least = sum(crowd.done[i] for i in clients)
            assert least <= logged <= least + len(clients), f"{target}: {logged} lines for {least} requests"
        return f"{len(lines)} requests"


def functions_are_translated_by_several_at_once(tappet, examples, count):
    """At first and after each reload, no function is."""
    with Server(tappet, examples + "/js.wasm", *WORKERS, "--admin", "127.0.0.1:0") as server:
        admin = server.admin_port()

        def ask():
            check(server.get("/a"), (200, b"Hello from JavaScript: GET /a\n"), "GET /a")

        with Crowd(*[ask] * 8) as crowd:
            for number in range(1, RELOADS + 1):
                crowd.go_on(1)
                reload(server, admin, number)
            crowd.go_on(1)
            return f"{sum(crowd.done)} answers"


def guests_ask_others_at_once(tappet, examples, count):
    """By name and over TLS, on connections that are kept."""
    with tempfile.TemporaryDirectory() as folder:
        made = Certificates(folder)
        upstream = SecureUpstream(made, "DNS:localhost")
        path = f"/fetch?url=https://localhost:{upstream.server_port}/"
        options = (*WORKERS, "--allow-network", "all")
        with Server(tappet, examples + "/js.wasm", *options, "--ca-file", made.ca) as server:
            for answer in in_parallel(12, lambda i: server.get(path)):
                check(answer, (200, b"upstream said 200: hello stranger"), "a fetch")
        with Server(tappet, examples + "/js.wasm", *options) as server:
            for status in in_parallel(12, lambda i: server.status(path)):
                check(status, 500, "a fetch without trust")
        upstream.shutdown()


def guests_share_a_store_at_once(tappet, examples, count):
    with Upstream() as upstream, Server(tappet, str(WASI_HTTP / "guest/service.wasm"), *WORKERS, "-S", "keyvalue",
                                        "--allow-network", "all", "--admin", "127.0.0.1:0") as server:
        admin = server.admin_port()
        expected = "".join(f"{i}: {hash_of(content_of(i))}\n" for i in range(4))
        authorities = " ".join([upstream.authority.replace("127.0.0.1", "localhost")] * 4)
        seen = []

        def increment():
            status, text = server.get("/increment/hits")
            check(status, 200, "GET /increment/hits")
            seen.append(int(text))

        def hash_all():
            connection = server.connect()
            connection.request("GET", "/hash-all", headers={"upstream": authorities})
            check(connection.getresponse().read(), expected.encode(), "hashes")
            connection.close()

        def say():
            check(server.get("/print")[0], 200, "GET /print")

        with Crowd(increment, increment, increment, hash_all, hash_all, say) as crowd:
            for number in range(1, RELOADS + 1):
                crowd.go_on(2)
                # Values outlive the component.
                reload(server, admin, number)
            crowd.go_on(2)
        check(sorted(seen), list(range(1, len(seen) + 1)), "counts of all workers")
        said = crowd.done[5]
        until(lambda: server.output().count("and more") == said, "what guests have said")
        return f"{len(seen)} counts"


if __name__ == "__main__":
    sys.exit(main_of(globals()))
