"""Components of two toolchains behind `tappet serve`: what they answer, and what happens to the
others when one misbehaves.

Usage: guests.py TAPPET EXAMPLES COUNT: how often each kind of misbehaviour is repeated.
"""

import http.client
import http.server
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time

from server import Server, check, in_parallel, main_of, until

HELLO = (200, b"Hello from C\n")


def c_component_answers(tappet, examples, count):
    with Server(tappet, examples + "/c.wasm") as server:
        check(server.get("/"), HELLO, "GET /")
        body = os.urandom(1 << 20)
        check(server.request("POST", "/echo", body), (200, body), "echo of 1 MiB")
        # Several on one connection, each by an instance of its own.
        connection = server.connect()
        for _ in range(20):
            connection.request("GET", "/")
            response = connection.getresponse()
            check((response.status, response.read()), HELLO, "GET / again")
        connection.close()


def javascript_answers(tappet, examples, count):
    with Server(tappet, examples + "/js.wasm") as server:
        check(server.get("/a"), (200, b"Hello from JavaScript: GET /a\n"), "GET /a")
        begin = time.monotonic() - server.started
        body = os.urandom(1 << 20)
        check(server.request("POST", "/echo", body), (200, body), "echo of 1 MiB")
        for _ in range(200):
            check(server.get("/")[0], 200, "one of 200 in a row")
        for status, _ in in_parallel(64, lambda i: server.get("/")):
            check(status, 200, "one of 64 at a time")
        return f"first answer {begin * 1000:.0f} ms after the start"


def javascript_streams(tappet, examples, count):
    with Server(tappet, examples + "/js.wasm") as server:
        def pieces():
            connection = server.connect()
            connection.request("GET", "/stream")
            response = connection.getresponse()
            parts = list(iter(lambda: response.read1(100), b""))
            connection.close()
            check(b"".join(parts), b"".join(b"chunk %d\n" % i for i in range(5)), "the stream")
            return len(parts)
        # A client that gets no processor for a while finds several of them.
        assert any(pieces() == 5 for _ in range(20)), "it never came piece by piece"


class Upstream(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(203)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"merged\n")

    def log_message(self, *arguments):
        pass


def javascript_fetches(tappet, examples, count):
    upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    with Server(tappet, examples + "/js.wasm", "--allow-network", "127.0.0.1") as server:
        url = f"http://127.0.0.1:{upstream.server_port}/"
        check(server.get("/fetch?url=" + url), (200, b"upstream said 203: merged\n"), "fetch")
        upstream.shutdown()
        upstream.server_close()
        check(server.status("/fetch?url=" + url), 500, "fetch from nobody")


def guests_do_not_reach_what_is_not_public(tappet, examples, count):
    upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    port = upstream.server_port
    with Server(tappet, examples + "/js.wasm") as server:
        for host in ("127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::1]",
                     "[::ffff:127.0.0.1]", "0.0.0.0"):
            check(server.status(f"/fetch?url=http://{host}:{port}/"), 500, host)
    with Server(tappet, examples + "/js.wasm", "--allow-network", "all", "--allow-host",
                f"127.0.0.1:{port}") as server:
        check(server.get(f"/fetch?url=http://127.0.0.1:{port}/")[0], 200, "an allowed host")
        check(server.status(f"/fetch?url=http://localhost:{port}/"), 500, "another host")
    upstream.shutdown()
    upstream.server_close()


def flat(server, count, what, misbehave):
    """Does it `count` times, and again: memory and descriptors must not grow the second time, but for
    as long as guests take to end."""
    check(server.get("/"), HELLO, "GET /")
    begin = server.descriptors()
    misbehave(count)
    until(lambda: server.descriptors() <= begin + 2, f"{what}: no more than {begin + 2} descriptors")
    check(server.get("/"), HELLO, "GET /")
    time.sleep(0.3)
    rss = server.rss()
    misbehave(count)
    until(lambda: server.descriptors() <= begin + 2, f"{what}: no more than {begin + 2} descriptors")
    check(server.get("/"), HELLO, f"GET / after {what}")
    until(lambda: server.rss() - rss < 2 << 20, f"{what}: no more memory than {rss} bytes and 2 MiB")


def traps_and_silence_are_500(tappet, examples, count):
    with Server(tappet, examples + "/c.wasm") as server:
        for path in ("/trap", "/silent"):
            def ask(times, path=path):
                for _ in range(times):
                    check(server.get(path)[0], 500, path)
            flat(server, count, path, ask)
        assert "wasm trap: unreachable" in server.output()
        assert "never invoked" in server.output()


def half_an_answer_never_looks_whole(tappet, examples, count):
    with Server(tappet, examples + "/c.wasm") as server:
        def ask(times):
            for _ in range(times):
                try:
                    status, _ = server.get("/partial")
                except (http.client.IncompleteRead, ConnectionError):
                    continue
                check(status, 500, "/partial")
        flat(server, count, "/partial", ask)


def spinning_guests_end_at_their_deadline(tappet, examples, count):
    with Server(tappet, examples + "/c.wasm", "--request-timeout", "1s") as server:
        def spin(times):
            while times > 0:
                batch = min(times, 50)
                times -= batch
                results = in_parallel(batch, lambda i: server.get("/spin"))
                for status, _ in results:
                    check(status, 500, "/spin")
        flat(server, count, "/spin", spin)


def spinning_guests_end_when_their_fuel_does(tappet, examples, count):
    with Server(tappet, examples + "/c.wasm", "-W", "fuel=100000000") as server:
        check(server.get("/"), HELLO, "GET / with fuel enough")
        check(server.get("/spin")[0], 500, "/spin")
        assert "all fuel consumed by WebAssembly" in server.output()
        # Each request has its own.
        check(server.get("/"), HELLO, "GET / afterwards")


def others_are_answered_beside_a_spinning_guest(tappet, examples, count):
    """While four guests spin, answers take a slice longer each: what is compared is a server without
    such guests that is asked by turns with it, so that both see the same machine."""
    with Server(tappet, examples + "/c.wasm") as calm, Server(tappet, examples + "/c.wasm") as server:
        spinners = [server.socket() for _ in range(4)]
        for one in spinners:
            one.sendall(b"GET /spin HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: processor_time(server) > 0.1, "guests that spin")
        times = {calm: [], server: []}
        for _ in range(50):
            for one, taken in times.items():
                begin = time.monotonic()
                check(one.get("/"), HELLO, "GET / beside spinning guests")
                taken.append(time.monotonic() - begin)
        check(select.select(spinners, [], [], 0)[0], [], "spinning guests that have ended")
        for one in spinners:
            one.close()
        # Nine of ten: a client may be without a processor itself.
        usual, beside = (sorted(taken)[44] for taken in times.values())
        said = f"nine of ten took {beside * 1000:.0f} ms, beside none {usual * 1000:.0f} ms"
        assert beside < 0.25 + 30 * usual, said
        return said


def clients_that_leave_end_their_guests(tappet, examples, count):
    with Server(tappet, examples + "/c.wasm") as server:
        def leave(times):
            for i in range(times):
                with server.socket() as client:
                    if i % 3 == 0:
                        client.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
                    elif i % 3 == 1:
                        client.sendall(b"GET /spin HTTP/1.1\r\nHost: a\r\n\r\n")
                    else:
                        client.sendall(b"GET /dawdle HTTP/1.1\r\nHost: a\r\n\r\n")
                        assert b"200 OK" in client.recv(1000)
                        # A reset: that a client which only ends its own direction is still there
                        # is for the deadline to doubt.
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                          struct.pack("ii", 1, 0))
        flat(server, count, "clients leaving", leave)

        def used_in_a_second():
            before = processor_time(server)
            time.sleep(1)
            return processor_time(server) - before
        # None of them still runs: one would for ten minutes.
        until(lambda: used_in_a_second() < 0.3, "nothing to do")


def processor_time(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def a_drain_finishes_what_was_begun(tappet, examples, count):
    server = Server(tappet, examples + "/js.wasm")
    connection = server.connect()
    connection.request("GET", "/stream")
    response = connection.getresponse()
    with server:
        pass  # SIGTERM, and the wait for its end, while the response is under way
    check(len(response.read()), 40, "bytes of the response under way")


def refuses_what_it_cannot_serve(tappet, examples, count):
    def run(*words):
        run = subprocess.run([tappet, *words], capture_output=True, text=True, timeout=30)
        check(run.stdout, "", "standard output")
        check(len(run.stderr.splitlines()), 1, run.stderr)
        return run.returncode, run.stderr

    status, text = run("serve", examples + "/c.core.wasm")
    assert status == 1 and "core module" in text, text
    status, text = run("serve", "--addr", "localhost", examples + "/c.wasm")
    assert status == 2 and "--addr wants" in text, text
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, text = run("serve", "--addr", f"127.0.0.1:{taken.getsockname()[1]}",
                           examples + "/c.wasm")
        assert status == 1 and "cannot listen" in text, text


if __name__ == "__main__":
    sys.exit(main_of(globals()))
