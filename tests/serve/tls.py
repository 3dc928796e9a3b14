"""`tappet serve` with TLS, on both sides.

Usage: as of guests.py. Certificates are made with the openssl command.
"""

import http.client
import http.server
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

from server import PATIENCE, Server, check, in_parallel, main_of, until

HELLO = (200, b"Hello from C\n")


class Certificates:
    """An authority of our own, in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = folder + "/ca.pem"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-subj", "/CN=authority", "-days", "10", "-keyout",
                     folder + "/ca.key", "-out", self.ca)

    def openssl(self, *words):
        run = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr

    def issue(self, name, alternatives):
        """(certificate, key), as files."""
        base = f"{self.folder}/{name}"
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", f"/CN={name}", "-keyout", base + ".key", "-out", base + ".csr")
        with open(base + ".ext", "w", encoding="ascii") as file:
            file.write(f"subjectAltName={alternatives}\n")
        self.openssl("x509", "-req", "-in", base + ".csr", "-CA", self.ca, "-CAkey",
                     self.folder + "/ca.key", "-CAcreateserial", "-days", "10", "-extfile",
                     base + ".ext", "-out", base + ".pem")
        return base + ".pem", base + ".key"


def trusting(ca):
    context = ssl.create_default_context(cafile=ca)
    context.set_alpn_protocols(["http/1.1"])
    return context


def secure_get(server, context, path="/", method="GET", body=None):
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context,
                                             timeout=PATIENCE)
    try:
        connection.request(method, path, body=body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def serves_https(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        made = Certificates(folder)
        cert, key = made.issue("server", "IP:127.0.0.1,DNS:localhost")
        with Server(tappet, examples + "/c.wasm", "--tls-cert", cert, "--tls-key", key, "--workers",
                    "2", "--tls-timeout", "10m") as server:
            assert f"Serving HTTP on https://127.0.0.1:{server.port}/" in server.output()
            context = trusting(made.ca)
            check(secure_get(server, context), HELLO, "GET /")
            body = os.urandom(1 << 20)
            check(secure_get(server, context, "/echo", "POST", body), (200, body), "echo of 1 MiB")
            for result in in_parallel(40, lambda i: secure_get(server, context)):
                check(result, HELLO, "one of 40 at a time")
            old = trusting(made.ca)
            old.maximum_version = ssl.TLSVersion.TLSv1_2
            check(secure_get(server, old), HELLO, "GET / with TLS 1.2")
            http2 = trusting(made.ca)
            http2.set_alpn_protocols(["h2"])
            try:
                secure_get(server, http2)
                raise AssertionError("HTTP/2 alone was accepted")
            except ssl.SSLError as error:
                assert "ALERT" in str(error).upper(), error


def clients_that_say_nothing_are_not_waited_for(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        cert, key = Certificates(folder).issue("server", "IP:127.0.0.1")
        # Ten minutes later, other limits would end it.
        with Server(tappet, examples + "/c.wasm", "--tls-cert", cert, "--tls-key", key, "--tls-timeout",
                    "500ms", "--header-timeout", "10m", "--idle-timeout", "10m") as server:
            with server.socket() as client:
                check(client.recv(100), b"", "the answer to silence")


def who_speaks_plain_http_is_told(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        made = Certificates(folder)
        cert, key = made.issue("server", "IP:127.0.0.1")
        with Server(tappet, examples + "/c.wasm", "--tls-cert", cert, "--tls-key", key) as server:
            for method in ("GET", "POST", "DELETE", "OPTIONS", "CONNECT", "x"):
                # Also if the client sends a lot before it reads.
                for body in (b"", b"x" * 1000000):
                    plain = server.connect()
                    plain.putrequest(method, "/")
                    plain.putheader("Content-Length", str(len(body)))
                    plain.endheaders(body)
                    response = plain.getresponse()
                    check((response.status, response.getheader("Connection"), response.read()),
                          (400, "close", b"This port speaks HTTPS, not plain HTTP.\n"), method)
                    plain.close()
            for noise in (b"\0\0\0\0\0\0\0\0", b"\x16\x03\x01\0\x04GET /"):
                with server.socket() as client:
                    client.sendall(noise)
                    assert b"HTTP" not in client.recv(1000), noise
            check(secure_get(server, trusting(made.ca)), HELLO, "GET / afterwards")


def clients_may_have_to_show_a_certificate(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        made = Certificates(folder)
        cert, key = made.issue("server", "IP:127.0.0.1")
        with tempfile.TemporaryDirectory() as elsewhere:
            stranger = Certificates(elsewhere).issue("stranger", "DNS:stranger")
            with Server(tappet, examples + "/c.wasm", "--tls-cert", cert, "--tls-key", key,
                        "--tls-client-ca", made.ca) as server:
                for identity in (None, stranger):
                    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                        context = trusting(made.ca)
                        context.minimum_version = context.maximum_version = version
                        if identity:
                            context.load_cert_chain(*identity)
                        try:
                            answer = secure_get(server, context)
                            raise AssertionError(f"{identity}, {version}: {answer}")
                        except (ssl.SSLError, ConnectionError):
                            pass
                context = trusting(made.ca)
                context.load_cert_chain(*made.issue("friend", "DNS:friend"))
                check(secure_get(server, context), HELLO, "GET / with a certificate")


def certificates_are_renewed_while_it_serves(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        made = Certificates(folder)
        cert, key = made.issue("server", "IP:127.0.0.1")
        with Server(tappet, examples + "/c.wasm", "--tls-cert", cert, "--tls-key", key) as server:
            def serial():
                with socket.create_connection(("127.0.0.1", server.port)) as plain:
                    with trusting(made.ca).wrap_socket(plain, server_hostname="127.0.0.1") as tls:
                        return tls.getpeercert()["serialNumber"]
            before = serial()
            kept = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=PATIENCE,
                                               context=trusting(made.ca))
            kept.request("GET", "/")
            check(kept.getresponse().read(), HELLO[1], "GET /")
            made.issue("server", "IP:127.0.0.1")
            server.process.send_signal(signal.SIGHUP)
            until(lambda: serial() != before, "another certificate")
            kept.request("GET", "/")
            check(kept.getresponse().read(), HELLO[1], "GET / on the old connection")
            kept.close()
            # A key that does not fit changes nothing.
            after = serial()
            with open(key, "w", encoding="ascii") as file:
                file.write("nothing\n")
            server.process.send_signal(signal.SIGHUP)
            until(lambda: "Not reloaded" in server.output(), "a refusal")
            check(serial(), after, "the certificate")


def a_drain_says_goodbye(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        made = Certificates(folder)
        cert, key = made.issue("server", "IP:127.0.0.1")
        server = Server(tappet, examples + "/js.wasm", "--tls-cert", cert, "--tls-key", key)
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=PATIENCE,
                                                 context=trusting(made.ca))
        connection.request("GET", "/stream")
        response = connection.getresponse()
        with server:
            pass
        check(len(response.read()), 40, "bytes of the response under way")


class Upstream(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        subject = dict(pair[0] for pair in self.connection.getpeercert().get("subject", ())) \
            if self.connection.getpeercert() else {}
        text = ("hello " + subject.get("commonName", "stranger")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        pass


class SecureUpstream(http.server.ThreadingHTTPServer):
    def __init__(self, made, names):
        super().__init__(("127.0.0.1", 0), Upstream)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*made.issue("upstream", names))
        context.load_verify_locations(made.ca)
        context.verify_mode = ssl.CERT_OPTIONAL
        self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # clients that do not trust us


def guests_fetch_over_https(tappet, examples, count):
    with tempfile.TemporaryDirectory() as folder:
        made = Certificates(folder)
        cert, key = made.issue("me", "DNS:me")
        good = SecureUpstream(made, "DNS:localhost,IP:127.0.0.1")
        wrong = SecureUpstream(made, "DNS:example.com")
        good_url = f"https://localhost:{good.server_port}/"
        with Server(tappet, examples + "/js.wasm", "--ca-file", made.ca, "--allow-network",
                    "127.0.0.1", "--allow-network", "::1") as server:
            check(server.get("/fetch?url=" + good_url), (200, b"upstream said 200: hello stranger"),
                  "a fetch")
            check(server.get("/fetch?url=" + good_url.replace("localhost", "127.0.0.1"))[0], 200,
                  "a fetch by address")
            check(server.status(f"/fetch?url=https://127.0.0.1:{wrong.server_port}/"), 500,
                  "a fetch from somebody else")
        with Server(tappet, examples + "/js.wasm", "--ca-file", made.ca, "--client-cert",
                    f"localhost={cert},{key}", "--allow-network", "all") as server:
            check(server.get("/fetch?url=" + good_url), (200, b"upstream said 200: hello me"),
                  "a fetch with a certificate")
            check(server.get("/fetch?url=" + good_url.replace("localhost", "127.0.0.1")),
                  (200, b"upstream said 200: hello stranger"), "it is for localhost alone")
        with Server(tappet, examples + "/js.wasm", "--allow-network", "all") as server:
            check(server.status("/fetch?url=" + good_url), 500, "a fetch without trust")
        good.shutdown()
        wrong.shutdown()


if __name__ == "__main__":
    sys.exit(main_of(globals()))
