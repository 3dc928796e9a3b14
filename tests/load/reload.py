"""Components and certificates are replaced under load, and no client notices.

Usage: reload.py TAPPET FOLDER COUNT: so many reloads; FOLDER has load.wasm.
"""

import signal
import sys

import clients
from server import Server, main_of, metric, until


def nobody_notices_a_reload(tappet, examples, count):
    server = Server(tappet, examples + "/load.wasm", "--workers", "2", "--admin", "127.0.0.1:0",
                    "--drain-timeout", "10m", "--request-timeout", "10m")
    admin = server.admin_port()
    hammers = [clients.Hammer(server) for _ in range(16)]
    for one in hammers:
        one.start()
    for done in range(1, count + 1):
        before = sum(one.answers for one in hammers)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: metric(admin, 'tappet_reloads_total{result="done"}') >= done, "a reload",
              clients.PATIENCE)
        until(lambda: sum(one.answers for one in hammers) > before + 16, "answers",
              clients.PATIENCE)
    server.process.send_signal(signal.SIGTERM)
    for one in hammers:
        one.join()
    server.wait()
    failures = [one.failure for one in hammers if one.failure]
    assert not failures, failures
    return f"{count} reloads, {sum(one.answers for one in hammers)} answers"


if __name__ == "__main__":
    sys.exit(main_of(globals(), needed=["load.wasm"]))
