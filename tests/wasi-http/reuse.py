"""Instances of service.wasm that answer several requests behind `tappet serve`.

Usage: reuse.py TAPPET [NAMES...]
"""

import collections
import json
import shutil
import signal
import sys
import tempfile

from service import CLOSE, HELLO, SERVICE, ask, raw, serve
from server import Server, check, chosen, in_parallel, main, metric, until

ADMIN = ["--admin", "127.0.0.1:0"]
# Nobody goes for being idle while a machine is busy with something else.
LONG = ["--idle-instance-timeout", "600s"]


def reusing(tappet, count, *options):
    return serve(tappet, "--max-instance-reuse-count", str(count), *LONG, *ADMIN, *options)


def idle(server):
    return metric(server.admin_port(), "tappet_guest_instances_idle")


def count(server):
    """Which request of its instance this was. The instance is idle again afterwards."""
    answer = ask(server, "/count")
    check(answer[0], 200, "GET /count")
    until(lambda: metric(server.admin_port(), "tappet_guest_instances_idle") > 0, "an idle instance")
    return int(answer[1])


def check_counts(server, counts, most):
    """Whether instances have counted by themselves: each 1, then 2, and so on. One that has not returned
    when its answer has arrived already is not there for the next request."""
    times = collections.Counter(counts)
    assert max(counts) <= most, counts
    assert all(times[n] >= times[n + 1] for n in range(1, max(counts))), counts
    made, reused = (metric(server.admin_port(), f"tappet_guest_instances_{name}") for name in ("total", "reused_total"))
    check((made, reused), (times[1], len(counts) - times[1]), "instances made and used again")
    return reused


def one_after_the_other(tappet):
    with reusing(tappet, 3) as server:
        check([count(server) for _ in range(2)], [1, 2], "the first two of an instance")
        check(ask(server, "/count"), (200, b"3"), "its last one")
        until(lambda: idle(server) == 0, "its end")
        check([count(server) for _ in range(2)], [1, 2], "those of the next one")


def on_one_connection(tappet):
    with reusing(tappet, 4) as server:
        connection = server.connect(120)
        counts = []
        for _ in range(30):
            connection.request("GET", "/count")
            counts.append(int(connection.getresponse().read()))
        connection.close()
        assert check_counts(server, counts, 4) > 0, counts


def pipelined(tappet):
    with reusing(tappet, 4) as server:
        got = raw(server, b"GET /count HTTP/1.1\r\nHost: a\r\n\r\n" * 19 + b"GET /count" + CLOSE)
        answers = got.split(b"HTTP/1.1 200 OK\r\n")
        check((answers[0], len(answers)), (b"", 21), "answers")
        # The content is one chunk.
        counts = [int(answer.split(b"\r\n\r\n")[1].split(b"\r\n")[-2 if b"chunked" in answer else -1] or 0)
                  for answer in answers[1:]]
        check_counts(server, counts, 4)


def at_the_same_time(tappet):
    with reusing(tappet, 128) as server:
        def on_one_connection(_):
            connection = server.connect(120)
            counts = []
            for _ in range(10):
                connection.request("GET", "/count")
                counts.append(int(connection.getresponse().read()))
            connection.close()
            return counts
        check_counts(server, sum(in_parallel(20, on_one_connection), []), 128)


def no_more_than_may_run(tappet):
    with reusing(tappet, 1000, "--max-concurrent-requests", "2") as server:
        for answer in in_parallel(40, lambda _: ask(server, "/count")):
            check(answer[0], 200, "GET /count")
        until(lambda: idle(server) > 0, "an idle one")
        assert idle(server) <= 2, "instances"
        assert metric(server.admin_port(), "tappet_guest_instances_total") <= 2, "instances ever"


def idle_ones_go(tappet):
    with serve(tappet, "--max-instance-reuse-count", "100", "--idle-instance-timeout", "300ms", *ADMIN) as server:
        check(ask(server, "/count"), (200, b"1"), "the first request")
        until(lambda: metric(server.admin_port(), "tappet_guest_instances_total") == 1 and idle(server) == 0, "its end")
        check(ask(server, "/count"), (200, b"1"), "the first request of the next one")


def those_that_fail_go(tappet):
    with reusing(tappet, 100) as server:
        for path in ("/trap_before_set", "/return_before_set", "/set_error"):
            check(count(server), 1, f"before {path}")
            check(ask(server, path)[0], 500, path)
            until(lambda: idle(server) == 0, "its end")
    with reusing(tappet, 100, "--request-timeout", "3s") as server:
        check(count(server), 1, "before a time-out")
        check(ask(server, "/sleep")[0], 500, "a time-out")
        until(lambda: idle(server) == 0, "its end")
        check(count(server), 1, "after a time-out")


def a_reload_drops_them(tappet):
    with tempfile.TemporaryDirectory() as folder:
        app = folder + "/app.wasm"
        shutil.copy(SERVICE, app)
        with Server(tappet, app, "--max-instance-reuse-count", "100", *LONG, *ADMIN) as server:
            check([count(server) for _ in range(2)], [1, 2], "before")
            server.process.send_signal(signal.SIGHUP)
            until(lambda: idle(server) == 0, "the end of the old one")
            check([count(server) for _ in range(2)], [1, 2], "afterwards")


def fuel_is_for_each_request(tappet):
    with tempfile.TemporaryDirectory() as folder:
        log = folder + "/log"
        with reusing(tappet, 100, "-W", "fuel=10000000", "--access-log", "json", "--access-log-file",
                     log) as server:
            for _ in range(20):
                check(ask(server, "/burn/100000"), (200, b"burnt"), "some fuel")
                until(lambda: idle(server) == 1, "an idle instance")
            check(ask(server, "/burn/10000000")[0], 500, "more than there is")
            until(lambda: idle(server) == 0, "its end")
            assert "request 20 (GET /burn/10000000)" in server.output()
            check(ask(server, "/burn/100000"), (200, b"burnt"), "some fuel again")
            until(lambda: open(log, encoding="utf-8").read().count("\n") == 22, "the log")
            fuel = [json.loads(line)["fuel"] for line in open(log, encoding="utf-8")]
            assert 1000000 < fuel[1] < 1000000 * 10, fuel
            check(set(fuel[1:20]), {fuel[1]}, "fuel of the same again")
            check(fuel[20], 10000000, "all of it")


def lines_name_the_instance(tappet):
    with reusing(tappet, 100) as server:
        for _ in range(3):
            check(ask(server, "/print"), HELLO, "GET /print")
            until(lambda: idle(server) == 1, "an idle instance")
        check(ask(server, "/trap_before_set")[0], 500, "a trap")
        check(ask(server, "/print"), HELLO, "GET /print")
        until(lambda: server.output().count("] :: an error\n") == 4, "lines")
        text = server.output()
        check(text.count("stderr [0] :: an error\n"), 3, "lines of the first instance")
        check(text.count("stderr [1] :: an error\n"), 1, "lines of the second one")
        # The report names the request.
        assert "request 3 (GET /trap_before_set)" in text, text


def what_is_kept_holds_no_connection(tappet):
    head = b"POST /keep_stream HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nsome"
    # The same as with instances that end.
    for times in (1, 100):
        with reusing(tappet, times) as server:
            with server.socket() as client:
                client.settimeout(120)
                client.sendall(head)
                received = b""
                while b"kept" not in received:
                    part = client.recv(65536)
                    assert part, received
                    received += part
                client.sendall(b"-more" + b"GET /" + CLOSE)
                while part := client.recv(65536):
                    received += part
                assert HELLO[1] in received, received
            admin = server.admin_port()
            until(lambda: metric(admin, "tappet_http_connections") == 0, "no connection")
            until(lambda: idle(server) == (1 if times > 1 else 0), "its rest")
            if times > 1:
                check(ask(server, "/read_stream"), (200, b"error connection-terminated\n"), "what is left of it")


def leaks_are_bounded(tappet):
    with reusing(tappet, 1000000, "-S", "max-resources=100") as server:
        connection = server.connect(120)
        for _ in range(1000):
            connection.request("GET", "/fields", headers={"x-large": "x" * 1000})
            check(connection.getresponse().read().count(b"x-large"), 1, "an answer")
        connection.close()
        made = metric(server.admin_port(), "tappet_guest_instances_total")
        assert 10 <= made <= 200, made


TESTS = {name: value for name, value in list(globals().items())
         if hasattr(value, "__code__") and value.__module__ == __name__
         and value.__code__.co_varnames[:value.__code__.co_argcount] == ("tappet",)}

if __name__ == "__main__":
    sys.exit(main(chosen(TESTS, sys.argv[2:]), (sys.argv[1],)))
