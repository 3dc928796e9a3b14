"""Guests with sockets (sockets-guest/sockets.c) against clients and servers of other processes.

Usage: sockets.py TAPPET SOCKETS.WASM SOCKETS-NO-POLL.WASM
"""

import contextlib
import socket
import subprocess
import sys
import threading
import time

PATIENCE = 200  # seconds; nothing takes so long but what fails
MILLION = 1000000
LATE = 0.5
NO_POLL = ("-S", "inherit-network,poll=n")


class Guest:
    def __init__(self, *arguments, options=("-S", "inherit-network")):
        wasm = WITHOUT_POLL if options == NO_POLL else WASM
        self.process = subprocess.Popen([TAPPET, *options, wasm, *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def port(self):
        return int(self.process.stdout.readline())

    def end(self):
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out.decode(), err.decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def check(got, expected, what):
    if got != expected:
        raise AssertionError(f"{what}: {got!r} instead of {expected!r}")


def a_server_echoes():
    with Guest("tcp-echo") as guest:
        sent = bytes(i % 251 for i in range(1 << 20))
        with socket.create_connection(("127.0.0.1", guest.port()), timeout=PATIENCE) as client:
            def send():
                client.sendall(sent)
                client.shutdown(socket.SHUT_WR)
            sender = threading.Thread(target=send)
            sender.start()
            received = b"".join(iter(lambda: client.recv(65536), b""))
            sender.join()
        check(received == sent, True, "the echo is what was sent")
        check(guest.end(), (0, "", ""), "the server's end")


# The server reads late and in small pieces: what the guest has written when it ends still arrives.
def a_client_is_patient():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        with Guest("tcp-send", str(server.getsockname()[1])) as guest:
            connection, _ = server.accept()
            with connection:
                received = b""
                while len(received) < MILLION:
                    received += connection.recv(4000)
                check(connection.recv(1), b"", "the end after a million bytes")
                connection.sendall(received)
            check(guest.end(), (0, f"{MILLION} bytes, 0 wrong\n", ""), "the client's end")


def guests_talk_to_each_other():
    with Guest("tcp-echo") as server, contextlib.ExitStack() as stack:
        client = stack.enter_context(Guest("tcp-send", str(server.port())))
        check(client.end(), (0, f"{MILLION} bytes, 0 wrong\n", ""), "the client's end")
        check(server.end(), (0, "", ""), "the server's end")


def datagrams():
    with Guest("udp-echo") as guest:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE)
            client.connect(("127.0.0.1", guest.port()))
            client.send(b"x" * 20000)
            check(client.recv(65536), b"x" * 20000, "the datagram that came back")
        check(guest.end(), (0, "", ""), "the end")


# Nobody ever connects.
def deadlines_hold():
    with Guest("tcp-echo", options=("-S", "inherit-network", "-W", "timeout=100ms")) as guest:
        guest.port()
        code, _, err = guest.end()
        check(code, 134, "the exit code")
        assert "interrupted" in err, err


# Guests that can only ask are kept waiting a little each time.
def clients_are_late():
    patient = "asked now and then\n"
    with Guest("tcp-echo", options=NO_POLL) as guest:
        port = guest.port()
        time.sleep(LATE)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
            client.sendall(b"hello")
            client.shutdown(socket.SHUT_WR)
            check(client.recv(9), b"hello", "the echo")
        check(guest.end(), (0, patient, ""), "the server's end")
    with Guest("udp-echo", options=NO_POLL) as guest:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE)
            client.connect(("127.0.0.1", guest.port()))
            time.sleep(LATE)
            client.send(b"x")
            check(client.recv(9), b"x", "the datagram that came back")
        check(guest.end(), (0, patient, ""), "the end")


def main():
    failures = 0
    for case in (a_server_echoes, a_client_is_patient, guests_talk_to_each_other, datagrams,
                 deadlines_hold, clients_are_late):
        try:
            case()
            print(f"ok {case.__name__}")
        except Exception as error:  # pylint: disable=broad-except
            failures += 1
            print(f"FAILED {case.__name__}: {error!r}")
    return failures != 0


TAPPET, WASM, WITHOUT_POLL = sys.argv[1:]
sys.exit(main())
