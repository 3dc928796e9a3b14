"""A `tappet serve` process under test, and small tools to talk to it."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time


# Sanitizers make everything slow, and memory cannot be judged by what the program asks for.
SANITIZED = os.environ.get("TAPPET_SANITIZED", "OFF") != "OFF"
# Seconds; nothing waits so long but what fails.
PATIENCE = 240
# Limits that tests are about are among their options; otherwise nothing is hurried, however slow the
# machine is. TAPPET_SERVE_WORKERS has all of them run with so many workers, for ThreadSanitizer.
UNHURRIED = {"--request-timeout": "10m", "--drain-timeout": "10m",
             "--workers": os.environ.get("TAPPET_SERVE_WORKERS", "1")}


class Server:
    """Starts on construction; `with` ends it and checks that it ended in order. main() ends those of
    tests that have failed."""

    started_ever = []

    def __init__(self, tappet, component, *options, addr="127.0.0.1:0", stdout=None):
        # The server writes at the end, wherever output() has just read.
        self.log = tempfile.TemporaryFile(mode="a+")
        self.started = time.monotonic()
        defaults = [word for option in UNHURRIED.items() if option[0] not in options for word in option]
        self.process = subprocess.Popen(
            [tappet, "serve", "--addr", addr, *defaults, *options, component],
            stdin=subprocess.DEVNULL, stdout=self.log if stdout is None else stdout, stderr=self.log)
        Server.started_ever.append(self.process)
        self.port = None
        while self.port is None:
            found = re.search(r"^Serving HTTP on https?://[0-9.]+:(\d+)/$", self.output(), re.M)
            if found:
                self.port = int(found.group(1))
            elif self.process.poll() is not None or time.monotonic() - self.started > PATIENCE:
                raise AssertionError("the server did not start: " + self.output())
            else:
                time.sleep(0.005)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            sys.stderr.write("--- the server said:\n" + self.output()[-4000:] + "---\n")
            self.process.kill()
            self.process.wait()
            return
        self.process.send_signal(signal.SIGTERM)
        self.wait()

    def wait(self):
        """For its end in order; sanitizers have seen nothing either."""
        status = self.process.wait(timeout=PATIENCE)
        assert status == 0, f"exit status {status}: {self.output()[:10000]}"

    def output(self):
        self.log.seek(0)
        return self.log.read()

    def connect(self, timeout=PATIENCE):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def get(self, path, **options):
        """(status, body) on a connection of its own."""
        return self.request("GET", path, **options)

    def request(self, method, path, body=None, timeout=PATIENCE):
        connection = self.connect(timeout)
        try:
            connection.request(method, path, body=body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def status(self, path):
        """Without the content, of which a guest that fails after it has answered may owe the rest."""
        connection = self.connect()
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def rss(self):
        """Bytes."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


    def admin_port(self):
        """Of a server with --admin 127.0.0.1:0."""
        return self.find_port(r"^Serving /healthz, .* on http://127\.0\.0\.1:(\d+)/$")

    def find_port(self, pattern):
        # Its line comes after that of the first address.
        until(lambda: re.search(pattern, self.output(), re.M), "a line " + pattern)
        return int(re.search(pattern, self.output(), re.M).group(1))


def get(port, path="/"):
    """(status, body) from 127.0.0.1, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def metric(admin_port, name):
    text = get(admin_port, "/metrics")[1].decode()
    return float(re.search("^" + re.escape(name) + r" (\S+)$", text, re.M).group(1))


def until(condition, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.01)


def in_parallel(count, work):
    """Calls work(i) for each i in threads of their own; the results in order, or the first error."""
    results = [None] * count
    errors = []

    def one(i):
        try:
            results[i] = work(i)
        except Exception as error:  # told below
            errors.append(error)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def shown(value, longest=1000):
    text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}... ({len(text)} characters)"


def check(actual, expected, what):
    assert actual == expected, f"{what}: expected {shown(expected)}, got {shown(actual)}"


def chosen(tests, words):
    """Of functions by name, those of the names, or all of them."""
    for name, test in tests.items():
        test.__name__ = name
    return [test for name, test in tests.items() if not words or name in words]


def main(tests, arguments):
    """Runs functions by turns; each gets the arguments. The exit code says whether all passed."""
    failed = 0
    for test in tests:
        begin = time.monotonic()
        try:
            said = test(*arguments)
        except Exception as error:
            failed += 1
            print(f"FAILED {test.__name__}: {error!r}", flush=True)
            for process in Server.started_ever:
                if process.poll() is None:
                    process.kill()
        else:
            print(f"passed {test.__name__} ({time.monotonic() - begin:.2f} s) {said or ''}", flush=True)
    return 1 if failed else 0


def main_of(names, needed=("c.wasm", "js.wasm")):
    """The program of a file of tests: those functions of `names` that take tappet, examples, count."""
    program, examples, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    for name in needed:
        if not os.path.exists(f"{examples}/{name}"):
            sys.exit(f"{examples}/{name} is not there: run examples/build")
    wanted = sys.argv[4:]
    tests = [test for name, test in list(names.items())
             if hasattr(test, "__code__")
             and test.__code__.co_varnames[:3] == ("tappet", "examples", "count")
             and (not wanted or name in wanted)]
    return main(tests, (program, examples, count))
