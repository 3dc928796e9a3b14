"""Golden files of HTTP bytes: the format of tests/unit/net/http/golden.h, which also judges them.

A case may have several `--- in` and `--- out` by turns, `--- end` where the client ends its
direction, and `--- leave` where it resets the connection; those are only for real sockets.
"""

import re

SIMPLE = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0"}
EPOCH = b"Date: Thu, 01 Jan 1970 00:00:00 GMT"
# What wasi:http keeps from guests (wasi/http/engine/guest_fields.cpp).
HIDDEN = (b"connection", b"host", b"http2-settings", b"keep-alive", b"proxy-authenticate",
          b"proxy-authorization", b"proxy-connection", b"transfer-encoding", b"upgrade")


class Case:
    def __init__(self, file, line, name):
        self.where = f"{file}:{line}: {name}"
        self.directives = {}
        self.steps = []  # (kind, bytes) of "in", "out", "end", "leave"
        self.why = []  # comments since the case before

    def only(self, kind):
        return b"".join(data for step, data in self.steps if step == kind)


def unescape(text):
    out = bytearray()
    i = 0
    while i < len(text):
        if text[i] != "\\" or i + 1 == len(text):
            out += text[i].encode()
            i += 1
            continue
        c = text[i + 1]
        i += 2
        if c in SIMPLE:
            out += SIMPLE[c]
        elif c == "x":
            out.append(int(text[i:i + 2], 16))
            i += 2
        elif c == "{":
            end = text.index("}", i)
            unit, times = text[i:end].rsplit("*", 1)
            out += unescape(unit) * int(times)
            i = end + 1
        else:
            out += c.encode()
    return bytes(out)


def error_response(status, phrases):
    body = phrases[status] + "\n"
    return (f"HTTP/1.1 {status} {phrases[status]}\r\nContent-Type: text/plain\r\n"
            f"{EPOCH.decode()}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            f"{body}").encode()


def read(path, phrases):
    """The cases of a file; `phrases` are the reason phrases by status."""
    cases, why, section = [], [], None
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if line.startswith("=== "):
                cases.append(Case(path.name, number, line[4:]))
                cases[-1].why, why, section = why, [], None
            elif line in ("--- in", "--- out", "--- end", "--- leave"):
                section = line[4:]
                cases[-1].steps.append((section, b""))
            elif line.startswith("#"):
                why.append(line[1:].strip())
            elif line == "" or not cases:
                continue
            elif section is None and line.startswith("! "):
                name, _, value = line[2:].partition(": ")
                cases[-1].directives[name] = value
            elif section == "out" and line[0] == "@":
                append(cases[-1], error_response(int(line[1:]), phrases))
            elif section in ("in", "out"):
                append(cases[-1], unescape(line))
            else:
                raise AssertionError(f"{path}:{number}: what is this?")
    assert cases, path
    return cases


def append(case, data):
    kind, before = case.steps[-1]
    case.steps[-1] = (kind, before + data)


def without_hidden(text):
    """A guest's description of a message, without the fields that it does not see."""
    return b"".join(line for line in text.splitlines(keepends=True)
                    if line.removeprefix(b"+ ").partition(b":")[0].lower() not in HIDDEN)


def as_guests_answer(out):
    """Responses whose content describes requests, as a guest would write them.

    The length of what is not sent (HEAD) cannot be known from here, so it becomes "?".
    """
    out = re.sub(rb"Date: [^\r]* GMT", EPOCH, out)
    seen = b""
    while out.startswith(b"HTTP/1.1 ") and b"\r\n\r\n" in out:
        head, _, out = out.partition(b"\r\n\r\n")
        head += b"\r\n\r\n"
        length = re.search(rb"Content-Length: (\d+)\r\n", head)
        size = int(length.group(1)) if length else 0
        if b"Connection: close" in head and not length:
            return seen + head + without_hidden(out)  # content until the connection ends
        if size == 0:
            seen += head
        elif len(out) < size and not (out == b"" or out.startswith((b"HTTP/1.1 ", b"("))):
            return seen + head + out  # it has not come completely
        elif out == b"" or out.startswith((b"HTTP/1.1 ", b"(")):
            seen += head.replace(length.group(0), b"Content-Length: ?\r\n")
        else:
            body, out = without_hidden(out[:size]), out[size:]
            seen += head.replace(length.group(0), b"Content-Length: %d\r\n" % len(body)) + body
    return seen + out
