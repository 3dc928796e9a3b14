"""A guest without pollables (no-poll-guest/spin.c), which can only ask again and again, and a
server that takes its time.

Usage: no_poll.py TAPPET NO-POLL.WASM
"""

import socket
import subprocess
import sys
import threading
import time

PATIENCE = 200  # seconds; nothing takes so long but what fails
LATE = 0.3
PARTS = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"6\r\nhello\n\r\n",
         b"6\r\nworld\n\r\n", b"0\r\n\r\n")


def serve(server):
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        for part in PARTS:
            time.sleep(LATE)
            connection.sendall(part)


def main(tappet, wasm):
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        port = str(server.getsockname()[1])
        run = subprocess.run([tappet, "-S", "http,poll=n", wasm, port], capture_output=True,
                             timeout=PATIENCE)
        thread.join()
    got = (run.returncode, run.stdout, run.stderr)
    expected = (0, b"hello\nworld\nasked now and then\n", b"")
    if got != expected:
        sys.exit(f"{got} instead of {expected}")


main(*sys.argv[1:])
