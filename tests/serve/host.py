"""What `tappet serve` does besides running guests: where it listens, its limits, how it ends, what
it tells about itself, and that components are replaced while it serves.

Usage: as of guests.py.
"""

import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from server import PATIENCE, Server, check, get, in_parallel, main_of, metric, until

HELLO = (200, b"Hello from C\n")
F_SETPIPE_SZ = 1031  # in fcntl from Python 3.10 on
PRINTS = str(pathlib.Path(__file__).resolve().parent / "prints.wat")


def unix_get(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE)
        client.connect(path)
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        text = b""
        while part := client.recv(65536):
            text += part
    return text


def listens_on_several_addresses(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/socket"
        # The file of a server that was killed is in nobody's way.
        left = socket.socket(socket.AF_UNIX)
        left.bind(path)
        left.close()
        with Server(tappet, examples + "/c.wasm", "--addr", "unix:" + path, "--addr",
                    "http://127.0.0.1:0") as server:
            ports = re.findall(r"^Serving HTTP on http://127\.0\.0\.1:(\d+)/$", server.output(), re.M)
            check(len(ports), 2, "TCP addresses")
            for port in ports:
                check(get(int(port)), HELLO, "GET /")
            assert unix_get(path).endswith(b"Hello from C\n")
        assert not os.path.exists(path), "the socket's file is still there"


def leaves_the_socket_of_its_successor(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/socket"
        old = Server(tappet, examples + "/c.wasm", "--addr", "unix:" + path, "--request-timeout",
                     "60s")
        spinner = old.socket()
        spinner.sendall(b"GET /spin HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.2)
        old.process.send_signal(signal.SIGTERM)
        until(lambda: not os.path.exists(path), "a drain removes the file")
        assert old.process.poll() is None, "it has ended already"
        with Server(tappet, examples + "/c.wasm", "--addr", "unix:" + path):
            assert unix_get(path).endswith(b"Hello from C\n")
            old.process.send_signal(signal.SIGTERM)
            check(old.process.wait(timeout=30), 0, "exit status")
            assert unix_get(path).endswith(b"Hello from C\n")
        spinner.close()


def leaves_what_took_the_place_of_its_socket(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        # Somebody removes the files by hand, and another process makes its own.
        paths = [folder + "/socket", folder + "/admin"]
        with Server(tappet, examples + "/c.wasm", "--addr", "unix:" + paths[0], "--admin",
                    "unix:" + paths[1]), contextlib.ExitStack() as others:
            for path in paths:
                os.unlink(path)
                others.enter_context(socket.socket(socket.AF_UNIX)).bind(path)
        for path in paths:
            assert os.path.exists(path), path + " is gone"


def takes_the_sockets_of_a_supervisor(tappet, examples, count):
    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
        command = (f'exec 3<&{ours.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 '
                   f'exec "{tappet}" serve "{examples}/c.wasm"')
        process = subprocess.Popen(["bash", "-c", command], pass_fds=[ours.fileno()],
                                   stderr=subprocess.PIPE, text=True)
        line = process.stderr.readline()
        check(line, f"Serving HTTP on http://127.0.0.1:{port}/\n", "its announcement")
        check(get(port), HELLO, "GET /")
        process.terminate()
        check(process.wait(timeout=PATIENCE), 0, "exit status")
        process.stderr.close()
    # Those for another process are not ours.
    environment = dict(os.environ, LISTEN_PID="1", LISTEN_FDS="1", PORT="0")
    process = subprocess.Popen([tappet, "serve", examples + "/c.wasm"], stderr=subprocess.PIPE,
                               text=True, env=environment)
    line = process.stderr.readline()
    assert re.match(r"Serving HTTP on http://0\.0\.0\.0:\d+/\n", line), line
    check(get(int(line.rsplit(":", 1)[1].rstrip("/\n"))), HELLO, "GET / on the port of PORT")
    process.terminate()
    check(process.wait(timeout=PATIENCE), 0, "exit status")
    process.stderr.close()


def tells_how_it_is(tappet, examples, count):
    with Server(tappet, examples + "/c.wasm", "--admin", "127.0.0.1:0", "--workers", "3") as server:
        admin = server.admin_port()
        check(get(admin, "/healthz"), (200, b"ok\n"), "/healthz")
        check(get(admin, "/readyz"), (200, b"ready\n"), "/readyz")
        for result in in_parallel(60, lambda i: server.get("/trap" if i % 3 == 0 else "/")):
            assert result[0] in (200, 500), result

        # A worker may count a request when its answer has arrived.
        until(lambda: metric(admin, "tappet_http_request_duration_seconds_count") == 60, "60 requests")
        check(metric(admin, 'tappet_http_requests_total{class="2xx"}'), 40, "good ones")
        check(metric(admin, 'tappet_http_requests_total{class="5xx"}'), 20, "bad ones")
        check(metric(admin, "tappet_guest_traps_total"), 20, "traps")
        check(metric(admin, "tappet_http_connections_total"), 60, "connections")
        until(lambda: metric(admin, "tappet_http_connections") == 0, "no connections")
        check(metric(admin, "tappet_http_requests_in_flight"), 0, "requests in flight")


def logs_requests(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        log = folder + "/log"
        with Server(tappet, examples + "/c.wasm", "--access-log", "json", "--access-log-file",
                    log) as server:
            connection = server.connect()
            trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            connection.request("POST", "/echo", body=b"12345",
                               headers={"User-Agent": 'a"b', "traceparent": trace})
            check(connection.getresponse().read(), b"12345", "the echo")
            connection.close()
            until(lambda: open(log, encoding="utf-8").read().count("\n") == 1, "one line")
            with server.socket() as client:
                client.sendall(b"nonsense\r\n\r\n")
                assert client.recv(1000).startswith(b"HTTP/1.1 400 ")
            until(lambda: open(log, encoding="utf-8").read().count("\n") == 2, "two lines")
            first, second = map(json.loads, open(log, encoding="utf-8"))
            check((first["method"], first["target"], first["status"], first["user_agent"]),
                  ("POST", "/echo", 200, 'a"b'), "what was asked for")
            check((first["request_bytes"], first["traceparent"], first["complete"]),
                  (5, trace, True), "what came of it")
            check((second["method"], second["status"]), ("", 400), "what was not understood")
            # Logs are moved away, and begun again.
            os.rename(log, log + ".1")
            server.process.send_signal(signal.SIGHUP)
            until(lambda: os.path.exists(log), "a new log")
            server.get("/")
            until(lambda: '"/"' in open(log, encoding="utf-8").read(), "a line in it")


def logs_the_fuel_used(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        log = folder + "/log"
        with Server(tappet, examples + "/c.wasm", "--access-log", "json", "--access-log-file",
                    log, "-W", "fuel=100000000") as server:
            for number, path in enumerate(("/", "/", "/spin"), 1):
                server.get(path)
                until(lambda n=number: open(log, encoding="utf-8").read().count("\n") == n, "a line")
            lines = [json.loads(line) for line in open(log, encoding="utf-8")]
            assert 0 < lines[0]["fuel"] < 100000, lines[0]
            check(lines[0]["fuel"], lines[1]["fuel"], "the fuel of the same again")
            check((lines[2]["status"], lines[2]["fuel"]), (500, 100000000), "all of it")


def holds_its_limits(tappet, examples, count):
    with Server(tappet, examples + "/c.wasm", "--max-body", "1000", "--max-header", "2K") as server:
        check(server.request("POST", "/echo", b"x" * 1000)[0], 200, "a body that fits")
        check(server.request("POST", "/echo", b"x" * 1001)[0], 413, "a body that does not")
        with server.socket() as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 3000 + b"\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 431 ")


def holds_its_time_limits(tappet, examples, count):
    def serve(option, *others):
        # That of the other option is out of reach.
        limits = {"--idle-timeout": "1h", "--header-timeout": "1h", option: "500ms"}
        words = [word for pair in limits.items() for word in pair]
        return Server(tappet, examples + "/c.wasm", *words, *others)

    with serve("--header-timeout") as server, server.socket() as client:
        client.sendall(b"GET / HT")
        answer = client.recv(1000)
        # Who gets no processor for so long has said nothing.
        assert answer.startswith(b"HTTP/1.1 408 ") or answer == b"", answer
    with serve("--idle-timeout", "--max-connections", "2", "--workers", "1") as server:
        with server.socket() as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = b"".join(iter(lambda: client.recv(1000), b""))
            assert answer.endswith(b"\r\n\r\n" + HELLO[1]), answer
        # A third client waits until there is room, which others make by being idle.
        idle = [server.connect(), server.connect()]
        for client in idle:
            client.request("GET", "/")
            check(client.getresponse().read(), HELLO[1], "GET / before resting")
        check(server.get("/"), HELLO, "the third client's answer")
        for client in idle:
            client.close()


def a_guest_has_no_more_memory_than_it_may(tappet, examples, count):
    for most, status in (("512K", 500), ("16M", 200)):
        with Server(tappet, examples + "/c.wasm", "--max-memory", most) as server:
            check(server.get("/")[0], status, f"GET / with {most}")
            check("exceeds the limit of" in server.output(), status == 500, "the reason")


def a_client_has_no_more_connections_than_it_may(tappet, examples, count):
    with Server(tappet, examples + "/c.wasm", "--max-connections-per-client", "2", "--workers",
                "1", "--admin", "127.0.0.1:0", "--addr", "[::1]:0") as server:
        admin = server.admin_port()
        kept = [server.connect() for _ in range(2)]
        for one in kept:
            one.request("GET", "/")
            check(one.getresponse().read(), HELLO[1], "GET / on an allowed connection")
        with server.socket() as third:
            check(third.recv(1), b"", "the third connection")
        check(metric(admin, "tappet_http_connections_refused_total"), 1, "refused ones")
        # Others are not concerned.
        v6 = server.find_port(r"^Serving HTTP on http://\[::1\]:(\d+)/$")
        other = http.client.HTTPConnection("::1", v6, timeout=PATIENCE)
        other.request("GET", "/")
        check(other.getresponse().read(), HELLO[1], "another client")
        other.close()
        kept[0].close()
        until(lambda: metric(admin, "tappet_http_connections") <= 1, "room")
        check(server.get("/"), HELLO, "GET / when there is room again")
        kept[1].close()


SPIN = b"GET /spin HTTP/1.1\r\nHost: a\r\n\r\n"


def a_second_signal_ends_at_once(tappet, examples, count):
    server = Server(tappet, examples + "/c.wasm", "--workers", "2", "--admin", "127.0.0.1:0")
    admin = server.admin_port()
    with server.socket() as spinner:
        spinner.sendall(SPIN)
        until(lambda: metric(admin, "tappet_http_requests_in_flight") == 1, "a guest")
        server.process.send_signal(signal.SIGTERM)
        until(lambda: get(admin, "/readyz")[0] == 503, "not ready")
        check(get(admin, "/healthz")[0], 200, "/healthz while draining")
        time.sleep(0.3)
        assert server.process.poll() is None, "it did not wait"
        # Otherwise it would go on for ten minutes.
        server.process.send_signal(signal.SIGINT)
        server.wait()
        said = server.output()
        assert "Waiting for 1 request under way; another signal ends at once\n" in said, said
        assert said.endswith("1 request cut off\n"), said


def drains_no_longer_than_it_may(tappet, examples, count):
    server = Server(tappet, examples + "/c.wasm", "--drain-timeout", "500ms", "--admin", "127.0.0.1:0")
    admin = server.admin_port()
    with server.socket() as spinner:
        spinner.sendall(SPIN)
        until(lambda: metric(admin, "tappet_http_requests_in_flight") == 1, "a guest")
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.wait()
        assert time.monotonic() - begin > 0.49, "it did not wait"


def more_of(descriptor, said, pattern):
    """What is read until the pattern is in it, and where it is."""
    while not (found := re.search(pattern, said)):
        readable, _, _ = select.select([descriptor], [], [], 60)
        assert readable, f"{pattern!r} is not in {said[-1000:]!r}"
        said += os.read(descriptor, 1 << 16).decode()
    return said, found


@contextlib.contextmanager
def serving(tappet, *words, **options):
    """`tappet serve` that a test reads itself; ends it, and looks how it ends."""
    process = subprocess.Popen([tappet, "serve", "--addr", "127.0.0.1:0", *words], **options)
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        check(process.wait(timeout=60), 0, "exit status")
    finally:
        process.kill()
        process.wait()


def prints_nothing_that_a_terminal_obeys(tappet, examples, count):
    for options, prefix in ([], "stdout [{}] :: "), (["--no-logging-prefix"], ""):
        ours, theirs = pty.openpty()
        with serving(tappet, *options, PRINTS, stdin=theirs, stdout=theirs, stderr=theirs):
            os.close(theirs)
            said, found = more_of(ours, "", r"http://127\.0\.0\.1:(\d+)/\r\n")
            for number in range(2):
                check(get(int(found.group(1)))[0], 500, "GET /")
                line = prefix.format(number)
                # What is left of a line at the end is one.
                for pattern in (re.escape(f"{line}\\x1b[31mred\\u009b0m\r\n"),
                                rf"\ntappet: request {number} .*\r\n",
                                re.escape(f"\n{line}end\r\n")):
                    said, _ = more_of(ours, said, pattern)
            assert "\x1b" not in said and "\x9b" not in said, said
        os.close(ours)


def serves_on_whoever_reads_what_it_says(tappet, examples, count):
    # More than a pipe and all buffers hold is dropped, and counted.
    def trap(times):
        for _ in range(times):
            check(get(port, "/trap")[0], 500, "GET /trap")

    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, F_SETPIPE_SZ, 4096)
    with serving(tappet, examples + "/c.wasm", stdout=write_end, stderr=write_end):
        os.close(write_end)
        said, found = more_of(read_end, "", r"Serving HTTP on http://127\.0\.0\.1:(\d+)/\n")
        port = int(found.group(1))
        trap(600)
        while "messages were dropped\n" not in said:
            trap(1)
            said += os.read(read_end, 1 << 20).decode()
        trap(100)
    os.close(read_end)


def serves_on_when_nobody_can_read_what_it_says(tappet, examples, count):
    def look(streams, **options):
        # What listens is ours, as nobody will read where the server does.
        with socket.create_server(("127.0.0.1", 0)) as ours:
            shell = f'exec 3<&{ours.fileno()} {streams}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"'
            process = subprocess.Popen(
                ["bash", "-c", shell, tappet, "serve", examples + "/c.wasm"],
                pass_fds=[ours.fileno()], **options)
            try:
                port = ours.getsockname()[1]
                for _ in range(3):
                    check(get(port, "/trap")[0], 500, "GET /trap")
                process.send_signal(signal.SIGHUP)
                for _ in range(20):
                    check(get(port), HELLO, "GET / around a reload")
                process.send_signal(signal.SIGTERM)
                check(process.wait(timeout=60), 0, "exit status")
            finally:
                process.kill()
                process.wait()

    read_end, write_end = os.pipe()
    os.close(read_end)
    look("", stderr=write_end)
    os.close(write_end)
    look("<&- >&- 2>&-")


def every_worker_drains(tappet, examples, count):
    server = Server(tappet, examples + "/js.wasm", "--workers", "3")
    streams = [server.connect() for _ in range(9)]
    for stream in streams:
        stream.request("GET", "/stream")
    responses = [stream.getresponse() for stream in streams]
    with server:
        pass
    for response in responses:
        check(len(response.read()), 40, "bytes of a response under way")


def a_connection_shuts_it_down(tappet, examples, count):
    with Server(tappet, examples + "/c.wasm", "--shutdown-addr", "127.0.0.1:0") as server:
        port = server.find_port(r"^Listening for shutdown on tcp://127\.0\.0\.1:(\d+)/$")
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        server.wait()


def components_are_replaced_while_it_serves(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        app = folder + "/app.wasm"
        shutil.copy(examples + "/js.wasm", app)
        with Server(tappet, app, "--workers", "2") as server:
            stream = server.connect()
            stream.request("GET", "/stream")
            response = stream.getresponse()
            assert b"JavaScript" in server.get("/")[1]
            shutil.copy(examples + "/c.wasm", folder + "/new")
            os.rename(folder + "/new", app)
            server.process.send_signal(signal.SIGHUP)
            until(lambda: "Reloaded" in server.output(), "a reload")
            until(lambda: all(server.get("/") == HELLO for _ in range(8)), "the new component")
            check(len(response.read()), 40, "bytes of a response by the old component")
            # What is no component is not served.
            with open(app, "wb") as file:
                file.write(b"nonsense")
            server.process.send_signal(signal.SIGHUP)
            until(lambda: "Not reloaded" in server.output(), "a refusal")
            for _ in range(8):
                check(server.get("/"), HELLO, "GET / afterwards")


def refuses_what_it_does_not_understand(tappet, examples, count):
    def refuse(*words):
        run = subprocess.run([tappet, "serve", *words, examples + "/c.wasm"], capture_output=True,
                             text=True, timeout=PATIENCE)
        check(len(run.stderr.splitlines()), 1, run.stderr)
        return run.returncode, run.stderr

    status, text = refuse("--adr", "127.0.0.1:0")
    assert status == 2 and "did you mean --addr?" in text, text
    status, text = refuse("--tls-cert", "/absent.pem")
    assert status == 1 and "/absent.pem: No such file" in text, text
    status, text = refuse("--addr", "https://127.0.0.1:0")
    assert status == 2 and "--tls-cert" in text, text
    status, text = refuse("--addr", "127.0.0.1:0", "--ca-file", "/absent.pem")
    assert status == 1 and "/absent.pem: No such file" in text, text


if __name__ == "__main__":
    sys.exit(main_of(globals()))
