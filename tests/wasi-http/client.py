"""The guest client.wasm as a command: what clients do with wasi:http, rules, traps, and the interfaces
beside it. One test is one case of the guest, in a process of its own.

Usage: client.py TAPPET [NAMES...]
"""

import contextlib
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "serve"))
from server import chosen, main  # noqa: E402
from upstream import Closed, Http2Only, Silent, Upstream  # noqa: E402

FORBIDDEN = ["-S", "http-forbidden-field=custom-forbidden-header"]
SETTINGS = ["-S", "config,config-var=hello=world,config-var=cookie=a=b"]
STORE = ["-S", "keyvalue,keyvalue-in-memory-data=hello=world,keyvalue-in-memory-data=count=5"]
CHUNKS = ["-S", "http-outgoing-body-buffer-chunks=3,http-outgoing-body-chunk-size=1024"]

# Cases that end well, with the options they want.
PASSING = {
    "get": [], "post": [], "put": [], "large_post": [], "content_length": [], "invalid_dnsname": [],
    "invalid_header": FORBIDDEN, "invalid_port": [], "invalid_version": [], "missing_path_and_query": [],
    "response_build": [], "timeout": [], "unknown_method": [], "unsupported_scheme": [],
    "denied": ["--allow-host", "127.0.0.1"],
    "lifetimes": [], "at_most_once": [], "get_without_poll": [], "field_errors": [], "field_lists": [],
    "hidden_fields": FORBIDDEN, "setters": [], "refused_at_once": [], "on_the_wire": [], "framing": [],
    "times": [], "failures": [], "dropping_aborts": [], "writing_to_nobody": [],
    "permits": ["--env", "CHUNK=65536", "--env", "CHUNKS=1"],
    "trailers_are_sent": [], "unfinished_bodies": [], "lengths_that_differ": [], "reading": [],
    "reading_what_breaks": [], "trailers_that_fail": [], "splicing": [], "no_files": [],
    "config": SETTINGS, "no_config": [], "keyvalue_store": STORE, "keyvalue_keys": STORE,
    "keyvalue_atomics": STORE, "keyvalue_batch": STORE, "no_keyvalue": [], "keyvalue_fills_up": ["-S", "keyvalue"],
}
# Those whose guests trap, with what is said about it.
CHILDREN = "resource still has children"
TRAPPING = {
    "drop_input_stream_with_pollable": ([], CHILDREN),
    "drop_output_stream_with_pollable": ([], CHILDREN),
    "drop_future_response_with_pollable": ([], CHILDREN),
    "drop_future_trailers_with_pollable": ([], CHILDREN),
    "drop_incoming_body_with_stream": ([], CHILDREN),
    "finish_incoming_body_with_stream": ([], CHILDREN),
    "drop_outgoing_body_with_stream": ([], CHILDREN),
    "finish_outgoing_body_with_stream": ([], CHILDREN),
    "stale_handle": ([], "unknown handle index"),
    "used_up_handle": ([], "handle index 1 (used with the wrong type|unknown)"),
    "handle_of_another_type": ([], "handle index .* used with the wrong type"),
    "poll_of_nothing": ([], "poll of an empty list"),
    "blocking_write_too_long": ([], "blocking write of more than 4096 bytes"),
    "blocking_zeroes_too_long": ([], "blocking write of more than 4096 zeroes"),
    "write_beyond_permit": ([], "write beyond what check-write permitted"),
    "zeroes_beyond_permit": ([], "write beyond what check-write permitted"),
    "append_for_ever": (["-S", "max-http-fields-size=1G"], "too many fields in the field map"),
    "append_large_for_ever": ([], "total size of fields exceeds limit"),
    "set_too_large": ([], "total size of fields exceeds limit"),
    "list_too_large": ([], "total size of fields exceeds limit"),
    "resources_without_end": (["-S", "max-resources=100"], "resource table has no free keys"),
}
# The same case again, with other options.
AGAIN = {
    "permits_of_options": ("permits", [*CHUNKS, "--env", "CHUNK=1024", "--env", "CHUNKS=3"]),
}


def run(tappet, case, options):
    with contextlib.ExitStack() as stack:
        servers = {"HTTP_SERVER": Upstream(), "HTTP2_SERVER": Http2Only(), "CLOSED_SERVER": Closed()}
        if case == "timeout":
            servers["SILENT_SERVER"] = Silent()
        words = [tappet, "run", "-S", "http", *options]
        for name, server in servers.items():
            stack.enter_context(server)
            words += ["--env", f"{name}={server.authority}"]
        ran = subprocess.run([*words, str(HERE / "guest/client.wasm"), case], capture_output=True, text=True,
                             timeout=280)
        if case == "content_length":
            assert not servers["HTTP_SERVER"].heads, "a request was sent"
        return ran


def passing(case, options):
    def test(tappet):
        ran = run(tappet, case, options)
        assert ran.returncode == 0 and ran.stdout == "done\n", f"exit {ran.returncode}: {ran.stderr}{ran.stdout}"
    return test


def trapping(case, options, message):
    def test(tappet):
        ran = run(tappet, case, options)
        assert ran.returncode == 134 and re.search(message, ran.stderr), f"exit {ran.returncode}: {ran.stderr}"
    return test


TESTS = {name: passing(name, options) for name, options in PASSING.items()}
TESTS.update((name, trapping(name, *what)) for name, what in TRAPPING.items())
TESTS.update((name, passing(*what)) for name, what in AGAIN.items())

if __name__ == "__main__":
    sys.exit(main(chosen(TESTS, sys.argv[2:]), (sys.argv[1],)))
