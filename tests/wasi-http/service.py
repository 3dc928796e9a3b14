"""The guest service.wasm behind `tappet serve`: what proxies and services do with wasi:http, and what
`serve` has options for.

Usage: service.py TAPPET [NAMES...]
"""

import http.client
import os
import pathlib
import re
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "serve"))
from server import PATIENCE, Server, check, chosen, in_parallel, main, until  # noqa: E402
from upstream import Upstream, content_of, hash_of  # noqa: E402

SERVICE = str(HERE / "guest/service.wasm")
HELLO = (200, b"Hello, WASI!\n")
LOCAL = ["--allow-network", "127.0.0.1"]


def serve(program, *options):
    return Server(program, SERVICE, *options)


def ask(server, path, method="GET", body=None, headers=()):
    connection = server.connect()
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def raw(server, request):
    """What comes for the bytes, up to the end of the connection."""
    with server.socket() as client:
        client.settimeout(120)
        client.sendall(request)
        received = b""
        try:
            while part := client.recv(65536):
                received += part
        except ConnectionResetError:
            pass
        return received


CLOSE = b" HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"


# Proxies.

def proxy_api(tappet):
    with serve(tappet, "-S", "http-forbidden-field=custom-forbidden-header") as server:
        check(ask(server, "/proxy_api?some=query", headers={"Custom-Forbidden-Header": "yes", "X-Kept": "1"}),
              (200, b"hello, world!"), "GET /proxy_api")


def early_drop(tappet):
    with serve(tappet) as server:
        for reset in (False, True):
            client = server.socket()
            client.sendall(b"GET /early_drop" + CLOSE)
            if reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        check(ask(server, "/early_drop"), (200, b"nobody reads this"), "one that stays")
        assert "trap" not in server.output(), server.output()


def field_limit(tappet):
    with serve(tappet, "-S", "max-http-fields-size=500") as server:
        for path in ("/new_fields/", "/modify_fields/"):
            check(ask(server, path + "100"), HELLO, path)
            traps = server.output().count("total size of fields exceeds limit")
            check(ask(server, path + "500")[0], 500, path)
            until(lambda: server.output().count("total size of fields exceeds limit") > traps, "the trap's message")
        # What comes in may be larger.
        check(ask(server, "/fields", headers={"x-long": "x" * 2000})[0], 200, "a large request")
        check(ask(server, "/modify_fields/1", headers={"x-long": "x" * 2000})[0], 500, "more of it")


def hash_all(tappet):
    with Upstream() as upstream, serve(tappet, *LOCAL) as server:
        expected = "".join(f"{i}: {hash_of(content_of(i))}\n" for i in range(40))
        check(ask(server, "/hash-all", headers={"upstream": " ".join([upstream.authority] * 40)}),
              (200, expected.encode()), "hashes of 40")


def rejected_authority(tappet):
    with Upstream() as upstream, serve(tappet, *LOCAL, "--allow-host", upstream.authority) as server:
        check(ask(server, "/hash-all", headers={"upstream": f"{upstream.authority} other.example"}),
              (200, f"0: {hash_of(content_of(0))}\n1: HTTP-request-denied\n".encode()), "hashes")
        check(ask(server, "/forward", headers={"upstream": "other.example"}),
              (502, b"error HTTP-request-denied\n"), "a request to somebody else")


def echo(tappet):
    with serve(tappet) as server:
        body = os.urandom(1 << 20)
        check(ask(server, "/echo", "POST", body), (200, body), "echo of 1 MiB")
        pieces = [os.urandom(50000) for _ in range(21)]
        check(ask(server, "/echo", "POST", iter(pieces)), (200, b"".join(pieces)), "echo of chunks")


def double_echo(tappet):
    with Upstream() as upstream, serve(tappet, *LOCAL) as server, server.socket() as client:
        client.settimeout(120)
        client.sendall(f"POST /double-echo HTTP/1.1\r\nHost: a\r\nupstream: {upstream.authority}\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n".encode())
        reader = client.makefile("rb")
        client.sendall(b"5\r\nfirst\r\n")
        while reader.readline() != b"\r\n":
            pass
        # It is back before the next one goes.
        got = b""
        for text in (b"first", b"second", b"third"):
            if text != b"first":
                client.sendall(b"%x\r\n%s\r\n" % (len(text), text))
            piece = b""
            while len(piece) < len(text):
                size = int(reader.readline(), 16)
                piece += reader.read(size)
                reader.read(2)
            check(piece, text, "a piece")
        client.sendall(b"0\r\n\r\n")
        check(reader.readline() + reader.readline(), b"0\r\n\r\n", "the end")
        reader.close()
        body = os.urandom(3 << 20)
        check(ask(server, "/double-echo", "POST", body, {"upstream": upstream.authority}), (200, body), "3 MiB")


def forward_passes_fields_on(tappet):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with Upstream() as upstream, serve(tappet, *LOCAL) as server:
        status, head = ask(server, "/forward", headers={
            "upstream": upstream.authority, "traceparent": trace, "tracestate": "a=b", "Host": "front.example"})
        check(status, 200, "status")
        assert head.startswith(f"GET /head HTTP/1.1\r\nHost: {upstream.authority}\r\n".encode()), head
        assert f"\r\ntraceparent: {trace}\r\n".encode() in head and b"\r\ntracestate: a=b\r\n" in head, head
        assert b"front.example" not in head, head


# serve.

def hello_world(tappet):
    with serve(tappet) as server:
        check(ask(server, "/"), HELLO, "GET /")


def keep_alive(tappet, *options):
    with serve(tappet, *options) as server:
        def on_one_connection(_):
            connection = server.connect()
            for _ in range(5):
                connection.request("GET", "/")
                response = connection.getresponse()
                check((response.status, response.read()), HELLO, "GET /")
            connection.close()
        in_parallel(20, on_one_connection)


def fresh_instances(tappet):
    for options in ((), ("--max-instance-reuse-count", "1"),
                    ("--max-instance-concurrent-reuse-count", "16", "--idle-instance-timeout", "1s")):
        keep_alive(tappet, *options)
        with serve(tappet, *options) as server:
            for _ in range(3):
                check(ask(server, "/count"), (200, b"1"), "answers of the instance")
    keep_alive(tappet, "--max-instance-reuse-count", "128")


def environment(tappet):
    with serve(tappet) as server:
        check(ask(server, "/env"), (200, b"INSTANCE_ID=0\n"), "no variables")
        check(ask(server, "/env"), (200, b"INSTANCE_ID=1\n"), "of another instance")
    os.environ["TAPPET_TEST_INHERITED"] = "i"
    os.environ.pop("TAPPET_TEST_ABSENT", None)
    with serve(tappet, "--env", "FOO=bar", "--env", "EMPTY=", "--env", "TAPPET_TEST_INHERITED", "--env",
               "TAPPET_TEST_ABSENT", "--env", "FOO=baz") as server:
        check(ask(server, "/env"), (200, b"FOO=baz\nEMPTY=\nTAPPET_TEST_INHERITED=i\nINSTANCE_ID=0\n"), "variables")
    with serve(tappet, "-S", "inherit-env") as server:
        assert b"TAPPET_TEST_INHERITED=i\n" in ask(server, "/env")[1]


def headers(tappet):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("X-Third: 3\n\n# nothing\nX-Second: two\n")
        file.flush()
        with serve(tappet, "-H", "X-First: 1", "--header", "x-second: 2", "-H", f"@{file.name}") as server:
            text = ask(server, "/fields", headers={"X-FIRST": "theirs", "X-Second": "theirs", "X-Fourth": "4"})[1]
            fields = [line for line in text.decode().splitlines() if line.lower().startswith("x-")]
            check(fields, ["X-Fourth: 4", "X-First: 1", "x-second: 2", "X-Third: 3", "X-Second: two"], "fields")


def outgoing_body_config(tappet):
    with serve(tappet) as server:
        check(ask(server, "/permits"), (200, b"65536 1"), "usual permits")
    with serve(tappet, "-S", "http-outgoing-body-buffer-chunks=2", "-S", "http-outgoing-body-chunk-size=1024") as server:
        check(ask(server, "/permits"), (200, b"1024 2"), "permits")
        body = os.urandom(300000)
        check(ask(server, "/echo", "POST", body), (200, body), "an echo through narrow buffers")


def only_one_process(tappet):
    # Workers share a port with each other, not with those of another process.
    for options in [], ["--workers", "2"]:
        with serve(tappet, *options) as server:
            words = [tappet, "serve", "--addr", f"127.0.0.1:{server.port}", *options, SERVICE]
            ran = subprocess.run(words, capture_output=True, text=True, timeout=120)
            assert ran.returncode == 1 and re.search("address already in use", ran.stderr, re.I), ran
            check(ask(server, "/"), HELLO, "the one that is there")


def quick_rebind(tappet):
    with serve(tappet) as server:
        port = server.port
        # The server closes first, and so has the connection in TIME_WAIT.
        assert raw(server, b"GET /" + CLOSE).endswith(HELLO[1])
    for workers in "1", "2", "1":
        with Server(tappet, SERVICE, "--workers", workers, addr=f"127.0.0.1:{port}") as server:
            assert raw(server, b"GET /" + CLOSE).endswith(HELLO[1])


PRINTED = ["{out}this is half a line\n", "{out}\n", "{out}and more", "{err}an error\n"]


def printed(tappet, prefixes, *options):
    with serve(tappet, "--workers", "1", *options) as server:
        for number in range(2):
            check(ask(server, "/print"), HELLO, "GET /print")
            out, err = (prefix.format(number) for prefix in prefixes)
            for line in PRINTED:
                wanted = line.format(out=out, err=err)
                until(lambda wanted=wanted: wanted in server.output(), f"{wanted!r} in {server.output()!r}")


def print_with_prefix(tappet):
    printed(tappet, ("stdout [{0}] :: ", "stderr [{0}] :: "))


def print_without_prefix(tappet):
    printed(tappet, ("", ""), "--no-logging-prefix")


def print_again_to_another_reader(tappet):
    with tempfile.TemporaryDirectory(prefix="tappet-") as folder:
        fifo = os.path.join(folder, "fifo")
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        writer = os.open(fifo, os.O_WRONLY)
        with Server(tappet, SERVICE, "--workers", "1", stdout=writer) as server:
            os.close(writer)
            for number in 0, 2:
                check(ask(server, "/print"), HELLO, "GET /print")
                line = f"stdout [{number}] :: and more\n".encode()
                said = b""
                while line not in said:
                    readable, _, _ = select.select([reader], [], [], PATIENCE)
                    assert readable, said
                    said += os.read(reader, 1 << 16)
                os.close(reader)
                check(ask(server, "/print")[0] in (200, 500), True, "GET /print without a reader")
                reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        os.close(reader)


def authority_and_scheme(tappet):
    with serve(tappet) as server:
        check(ask(server, "/authority_and_scheme", headers={"Host": "localhost"}), (200, b"localhost"), "of Host")
        got = raw(server, b"GET http://other.example:81/authority_and_scheme" + CLOSE)
        assert got.endswith(b"\r\n\r\nother.example:81"), got
        # A tunnel has no path: the guest knows no such one.
        got = raw(server, b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n")
        assert got.startswith(b"HTTP/1.1 200 OK\r\n"), got
        got = raw(server, b"GET /authority_and_scheme HTTP/1.0\r\n\r\n")
        assert b" 500 " in got.split(b"\r\n")[0] and "FAILED: there is an authority" in server.output(), got


def config(tappet):
    with serve(tappet, "-S", "config", "-S", "config-var=hello=world") as server:
        check(ask(server, "/config/hello"), (200, b"world"), "a setting")
        check(ask(server, "/config/other"), (200, b"none"), "another")
    with serve(tappet, "-S", "config-var=hello=world,config=n") as server:
        check(ask(server, "/config/hello"), (200, b"none"), "a setting, switched off")
    with serve(tappet, "--config-var", "hello=a,b=c,config=n") as server:
        check(ask(server, "/config/hello"), (200, b"a,b=c,config=n"), "a setting with commas")


def keyvalue(tappet):
    with serve(tappet, "-S", "keyvalue", "-S", "keyvalue-in-memory-data=hits=10", "--workers", "2") as server:
        got = in_parallel(30, lambda i: ask(server, "/increment/hits"))
        check(sorted(int(text) for _, text in got), list(range(11, 41)), "counts of all workers")
    with serve(tappet, "--keyvalue-data", "hits=5") as server:
        check(ask(server, "/increment/hits"), (200, b"6"), "a count")
    for options in ((), ("-S", "keyvalue=n,keyvalue-in-memory-data=hits=10")):
        with serve(tappet, *options) as server:
            check(ask(server, "/increment/hits")[0], 500, "without a store")


def failed(tappet, path, said, *options):
    with serve(tappet, *options) as server:
        status, _ = ask(server, path)
        check(status, 500, path)
        until(lambda: re.search(said, server.output()), said)
        check(ask(server, "/") if not options else HELLO, HELLO, "GET / afterwards")


def return_before_set(tappet):
    failed(tappet, "/return_before_set", "guest never invoked `response-outparam::set`")


def trap_before_set(tappet):
    failed(tappet, "/trap_before_set", "wasm trap: unreachable")


def dropped_outparam(tappet):
    failed(tappet, "/dropped_outparam", "guest never invoked `response-outparam::set`")


def set_error(tappet):
    failed(tappet, "/set_error", "loop-detected")


def sleep_beyond_timeout(tappet):
    failed(tappet, "/sleep", "guest timed out", "-W", "timeout=100us")


def trap_after_set(tappet):
    with serve(tappet) as server:
        got = raw(server, b"GET /trap_after_set" + CLOSE)
        assert b"HTTP/1.1 500" in got or (b"HTTP/1.1 200 OK" in got and len(got.split(b"\r\n\r\n")[1]) < 99), got
        status, body = ask(server, "/trap_after_set/whole")
        check((status, body), (200, b"four"), "content that was finished")


def answers_without_body(tappet):
    with serve(tappet) as server:
        check(ask(server, "/no_body"), (200, b""), "without body()")
        for status in (204, 304, 418, 599, 999):
            check(ask(server, f"/status/{status}"), (status, b""), "a status")


def head_goes_out_first(tappet):
    with serve(tappet) as server, server.socket() as client:
        client.settimeout(120)
        client.sendall(b"POST /head_first HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\n")
        reader = client.makefile("rb")
        check(reader.readline(), b"HTTP/1.1 200 OK\r\n", "the head before the content")
        client.sendall(b"late")
        assert b"late" in reader.read()
        reader.close()


def informational(tappet):
    with serve(tappet) as server:
        got = raw(server, b"GET /inform" + CLOSE)
        first, second, rest = got.split(b"\r\n\r\n", 2)
        assert first.startswith(b"HTTP/1.1 103 Early Hints\r\n") and b"</style.css>; rel=preload" in first, got
        assert second.startswith(b"HTTP/1.1 102 "), got
        assert rest.startswith(b"HTTP/1.1 200 OK\r\n") and rest.endswith(HELLO[1]), got
        # HTTP/1.0 knows no interim responses.
        got = raw(server, b"GET /inform HTTP/1.0\r\nHost: a\r\n\r\n")
        assert got.split(b" ", 2)[1] == b"200", got


def wrong_length(tappet):
    with serve(tappet) as server:
        got = raw(server, b"GET /wrong_length" + CLOSE)
        head, _, content = got.partition(b"\r\n\r\n")
        assert b" 500 " in head or (b"Content-Length: 9" in head.title() and len(content) < 9), got
        assert "FAILED" not in server.output(), server.output()


def response_trailers(tappet):
    with serve(tappet) as server:
        got = raw(server, b"GET /trailers" + CLOSE)
        assert got.endswith(b"4\r\ntext\r\n0\r\nx-sum: 7\r\n\r\n"), got


# What else it says.

def help_by_groups(tappet):
    def text(*words):
        ran = subprocess.run([tappet, *words], capture_output=True, text=True, timeout=120)
        check((ran.returncode, ran.stderr), (0, ""), words)
        return ran.stdout
    for group in ("Listening:", "Limits (", "Requests and instances:", "Requests that the guest sends:", "Logging:"):
        assert re.search(rf"^{re.escape(group)}", text("serve", "--help"), re.M), group
    for letter, key in (("W", "timeout=VALUE"), ("S", "config-var=VALUE"), ("O", "signals-based-traps[=y|n]"),
                        ("D", "debug-info"), ("C", "cache")):
        assert re.search(rf"^ +{re.escape(key)}\s", text("serve", f"-{letter}", "help"), re.M), key
        check(text("serve", f"-{letter}", "help"), text("run", f"-{letter}", "help"), letter)


def says_what_a_component_exports(tappet):
    def refused(*words):
        ran = subprocess.run([tappet, *words], capture_output=True, text=True, timeout=120)
        assert ran.returncode == 1 and len(ran.stderr.splitlines()) == 1, ran
        return ran.stderr
    text = refused("serve", "--addr", "127.0.0.1:0", str(HERE / "guest/client.wasm"))
    assert "it exports wasi:cli/run@0.2.12: `tappet run` runs it" in text, text
    text = refused("run", SERVICE)
    assert "it exports wasi:http/incoming-handler@0.2.12: `tappet serve` serves with it" in text, text


TESTS = {name: value for name, value in list(globals().items())
         if hasattr(value, "__code__") and value.__module__ == __name__
         and value.__code__.co_varnames[:value.__code__.co_argcount] == ("tappet",)}

if __name__ == "__main__":
    sys.exit(main(chosen(TESTS, sys.argv[2:]), (sys.argv[1],)))
