"""SIGTERM under load: what was accepted is answered.

Usage: drain.py TAPPET FOLDER COUNT: so many requests; FOLDER has load.wasm.
"""

import signal
import sys
import time

import clients
from server import Server, check, main_of, metric, until

OPTIONS = ("--request-timeout", "10m", "--drain-timeout", "10m", "--admin", "127.0.0.1:0",
           "--idle-timeout", "10m", "--header-timeout", "10m")


def answered(client, what):
    """A good answer, and the connection's end in order; whether the answer announced it."""
    answer = client.answer()
    assert answer, f"{what}: no answer"
    status, fields, content = answer
    check((status, content), (200, clients.GREETING), what)
    check(client.socket.recv(1), b"", f"{what}: the end behind it")
    client.close()
    return b"connection: close" in fields


def drain_with(workers, tappet, examples, count):
    """Everything there is at the signal: requests that guests work on, requests on connections that
    were kept, sent but not read, and new connections that nobody has accepted with requests on them.
    """
    clients.allow_descriptors(count)
    server = Server(tappet, examples + "/load.wasm", "--workers", str(workers), *OPTIONS)
    admin = server.admin_port()
    begin = time.monotonic()
    kept = [clients.Client(server) for _ in range(count * 2 // 5)]
    for one in kept:
        check(one.get()[0], 200, "GET / before")
    # Long enough for all of them to begin, on this machine.
    wait = 2000 + 5000 * (time.monotonic() - begin)
    working = [clients.Client(server) for _ in range(count * 3 // 10)]
    for one in working:
        one.ask(b"/wait/%d" % wait)
    until(lambda: metric(admin, "tappet_http_requests_in_flight") == len(working),
          "the guests' beginning", clients.PATIENCE)
    # While it is stopped, nothing that is sent is read, and no connection accepted.
    server.process.send_signal(signal.SIGSTOP)
    new = [clients.Client(server) for _ in range(count - len(kept) - len(working))]
    for one in kept + new:
        one.ask()
    server.process.send_signal(signal.SIGTERM)
    server.process.send_signal(signal.SIGCONT)
    said = [answered(one, what) for group, what in ((kept, "on a kept connection"),
                                                    (new, "on a new connection"),
                                                    (working, "under way")) for one in group]
    server.wait()
    return (f"{len(kept)} on kept connections, {len(new)} on new ones, {len(working)} under way; "
            f"{sum(said)} said that they are the last")


def a_drain_answers_what_was_accepted(tappet, examples, count):
    return drain_with(1, tappet, examples, count)


def every_worker_answers_what_was_accepted(tappet, examples, count):
    return drain_with(2, tappet, examples, count)


def clients_that_never_pause_see_no_reset(tappet, examples, count):
    server = Server(tappet, examples + "/load.wasm", "--workers", "2", *OPTIONS)
    hammers = [clients.Hammer(server) for _ in range(32)]
    for one in hammers:
        one.start()
    until(lambda: sum(one.answers for one in hammers) >= count, f"{count} answers",
          clients.PATIENCE)
    server.process.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    for one in hammers:
        one.join()
    server.wait()
    failures = [one.failure for one in hammers if one.failure]
    assert not failures, failures
    return (f"{sum(one.answers for one in hammers)} answers, the last {time.monotonic() - begin:.2f}"
            f" s after the signal; {sum(one.crossed for one in hammers)} requests crossed an end")


if __name__ == "__main__":
    sys.exit(main_of(globals(), needed=["load.wasm"]))
