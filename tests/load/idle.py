"""What idle connections cost, and that they are in nobody's way.

Usage: idle.py TAPPET FOLDER COUNT: so many connections; FOLDER has load.wasm.
"""

import sys
import tempfile
import time

import clients
from server import SANITIZED, Server, check, main_of, until
from tls import Certificates, trusting

# Bytes of resident memory for each. AddressSanitizer puts zones around everything. What OpenSSL holds
# of an established connection is its own affair.
PLAIN = 8 << 10 if not SANITIZED else 32 << 10
SECURE = 32 << 10 if not SANITIZED else 96 << 10
# Others are answered as soon as without idle connections, nearly: factor and seconds, for nine of ten.
SWIFT = (10, 0.1)


def greet(client):
    check(client.get()[2], clients.GREETING, "GET /")


# With fields of 6 kB, content of 100 kB, and both back.
WORK = b"POST /echo HTTP/1.1\r\nHost: a\r\n%sContent-Length: %d\r\n\r\n" % (
    b"".join(b"X-%d: %s\r\n" % (i, b"x" * 1000) for i in range(6)), 100000)


def work(client):
    client.socket.sendall(WORK + b"x" * 100000)
    check(client.answer()[2], b"x" * 100000, "an echo")


def answer_times(server, wrap):
    """Of 100 clients, ascending."""
    times = []
    for _ in range(100):
        begin = time.monotonic()
        other = clients.Client(server, wrap)
        check(other.get()[2], clients.GREETING, "GET / beside idle connections")
        times.append(time.monotonic() - begin)
        other.close()
    return sorted(times)


def rest(server, count, most, wrap=lambda plain: plain, before_rest=greet):
    """Opens the connections, each of which has a request answered before it rests."""
    clients.allow_descriptors(count)
    for _ in range(50):
        one = clients.Client(server, wrap)
        before_rest(one)
        one.close()
    usual = answer_times(server, wrap)
    before = server.rss()
    resting = []
    for _ in range(count):
        resting.append(clients.Client(server, wrap))
        before_rest(resting[-1])
    until(lambda: server.descriptors() >= count, "all connections")
    each = (server.rss() - before) / count
    times = answer_times(server, wrap)
    for one in resting[::97]:
        check(one.get()[2], clients.GREETING, "GET / on a connection that has rested")
    for one in resting:
        one.close()
    said = f"{each / 1024:.1f} KiB each; others were answered in {times[50] * 1000:.1f} ms"
    assert each <= most, said
    assert times[90] < SWIFT[0] * usual[90] + SWIFT[1], (times, usual)
    return said + f", the slowest in {times[-1] * 1000:.1f} ms"


PATIENT = ("--idle-timeout", "1h", "--header-timeout", "1h", "--max-connections", "100000")


def idle_connections_cost_little(tappet, examples, count):
    with Server(tappet, examples + "/load.wasm", *PATIENT) as server:
        return rest(server, count, PLAIN)


def idle_connections_cost_little_after_work(tappet, examples, count):
    with Server(tappet, examples + "/load.wasm", *PATIENT) as server:
        return rest(server, count // 5, PLAIN, before_rest=work)


def idle_connections_cost_little_with_tls(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        made = Certificates(folder)
        cert, key = made.issue("server", "IP:127.0.0.1")
        context = trusting(made.ca)
        with Server(tappet, examples + "/load.wasm", "--tls-cert", cert, "--tls-key", key,
                    *PATIENT) as server:
            return rest(server, count // 5, SECURE,
                        lambda plain: context.wrap_socket(plain, server_hostname="127.0.0.1"))


if __name__ == "__main__":
    sys.exit(main_of(globals(), needed=["load.wasm"]))
