"""Files that are truncated, mutated, of another kind, nested without end or full of counts without
contents: each is one clear line and exit code 1, quickly and in little memory.

Usage: bad_input.py TAPPET plain|sanitized VALID_FILE...
"""

import os
import random
import re
import subprocess
import sys
import tempfile

MODULE = b"\0asm\1\0\0\0"
COMPONENT = b"\0asm\x0d\0\1\0"
HUGE = b"\xff\xff\xff\xff\x0f"  # 2**32 - 1
DEEP = 20_000


def leb(value):
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def section(number, contents):
    return bytes([number]) + leb(len(contents)) + contents


def function_module(body):
    """A module with one function [] -> [] of that body: locals, instructions, end."""
    return (MODULE + section(1, b"\1\x60\0\0") + section(3, b"\1\0")
            + section(10, b"\1" + leb(len(body)) + body))


def nested_components(depth):
    """Components in components; sizes come first, so it is built from the inside."""
    out = COMPONENT
    for _ in range(depth):
        out = COMPONENT + section(4, out)
    return out


def other_kinds():
    yield "empty", b""
    yield "elf", b"\x7fELF\2\1\1" + bytes(57)
    yield "png", b"\x89PNG\r\n\x1a\n" + bytes(100)
    yield "zip", b"PK\3\4" + bytes(100)
    yield "text", b"(module (func)"
    yield "deep text", b"(module (func " + b"(block " * 20000
    yield "component text", b"(component (core modul))"
    yield "deep component text", b"(component " * 20000
    yield "text of other bytes", b"(module) \xff\xfe"
    yield "script", b"#!/bin/sh\nexit 0\n"
    yield "zeros", bytes(4096)
    yield "newlines", b"\n" * 4096
    yield "module version 2", b"\0asm\2\0\0\0"
    yield "component version 14", b"\0asm\x0e\0\1\0"
    yield "unknown layer", b"\0asm\x0d\0\2\0"


def huge_counts():
    for number in range(1, 14):
        yield f"module section {number} of many items", MODULE + section(number, HUGE)
        yield f"module section {number} of many bytes", MODULE + bytes([number]) + HUGE
    for number in range(1, 13):
        yield f"component section {number} of many items", COMPONENT + section(number, HUGE)
        yield f"component section {number} of many bytes", COMPONENT + bytes([number]) + HUGE
    yield "many parameters", MODULE + section(1, b"\1\x60" + HUGE)
    yield "many locals", function_module(b"\1" + HUGE + b"\x7f\x0b")
    yield "many runs of many locals", function_module(b"\2" + HUGE + b"\x7f" + HUGE + b"\x7f\x0b")
    yield "many labels", function_module(b"\0\x41\0\x0e" + HUGE + b"\0\x0b")
    yield "a long name", MODULE + section(2, b"\1" + HUGE + b"a")
    yield "a large memory", MODULE + section(5, b"\1\0" + HUGE)
    yield "a large table", MODULE + section(4, b"\1\x70\0" + HUGE + b"\1")
    yield "a long data segment", MODULE + section(5, b"\1\0\1") + section(11, b"\1\1" + HUGE)
    yield "a long element segment", MODULE + section(9, b"\1\1\0" + HUGE)
    yield "a long record", COMPONENT + section(7, b"\1\x72" + HUGE)
    yield "a long variant", COMPONENT + section(7, b"\1\x71" + HUGE)
    yield "a million types", MODULE + section(1, leb(1_000_001) + b"\x60\0\0" * 1_000_001)


def nested_forever():
    yield "components", nested_components(DEEP)
    yield "component types", COMPONENT + section(7, b"\1" + b"\x41\1\1" * DEEP)
    yield "instance types", COMPONENT + section(7, b"\1" + b"\x42\1\1" * DEEP)
    options = b"".join(b"\x6b" + (b"\x79" if i == 0 else leb(i - 1)) for i in range(DEEP))
    yield "options of options", COMPONENT + section(7, leb(DEEP) + options)
    yield "unfinished blocks", function_module(b"\0" + b"\x02\x40" * DEEP + b"\x0b")
    yield "unfinished ifs", function_module(b"\0" + b"\x41\0\x04\x40" * DEEP + b"\x0b")
    yield "constant expression", (MODULE + section(6, b"\1\x7f\0" + b"\x41\0" * DEEP + b"\x6a\x0b"))


class Checker:
    def __init__(self, tappet, sanitized, directory):
        self.tappet = tappet
        self.seconds = 30 if sanitized else 1
        self.kilobytes = (2048 if sanitized else 256) * 1024
        self.directory = directory
        self.files = 0
        self.failures = 0

    def write(self, data, number=0):
        path = os.path.join(self.directory, f"input-{number}.wasm")
        with open(path, "wb") as file:
            file.write(data)
        return path

    def run(self, command, paths):
        """Exit code, lines on standard error, seconds of a processor, kilobytes."""
        process = subprocess.Popen([self.tappet, *command, *paths], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        text = process.stderr.read().decode("utf-8", "backslashreplace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss

    def fail(self, what, why):
        self.failures += 1
        print(f"FAIL {what}: {why}")

    def check_costs(self, what, seconds, kilobytes):
        # A shared processor is slow, too: only what is slow twice is taken for slow.
        if kilobytes > self.kilobytes:
            self.fail(what, f"takes {kilobytes} kB")
        return seconds <= self.seconds

    def is_line(self, path, line):
        place = r"[^\n]+ at (offset 0x[0-9a-f]+|line \d+, column \d+)"
        return re.fullmatch(re.escape(f"tappet: {path}: ") + place, line)

    def check_bad(self, what, data):
        path = self.write(data)
        self.files += 1
        for command in (["validate"], ["run"]):
            code, text, seconds, kilobytes = self.run(command, [path])
            if code != 1 or not text.endswith("\n") or not self.is_line(path, text[:-1]):
                self.fail(f"{what} ({command[0]})", f"exit code {code}, and says {text[:500]!r}")
            if not self.check_costs(what, seconds, kilobytes):
                _, _, seconds, _ = self.run(command, [path])
                if seconds > self.seconds:
                    self.fail(f"{what} ({command[0]})", f"takes {seconds:.2f} seconds")

    def check_any(self, what, datas):
        """Files of which some may be valid: one line about each of the others."""
        paths = [self.write(data, i) for i, data in enumerate(datas)]
        self.files += len(paths)
        code, text, _, kilobytes = self.run(["validate"], paths)
        self.check_costs(what, 0, kilobytes)
        lines = text.splitlines()
        if code != (1 if lines else 0):
            self.fail(what, f"exit code {code}, and says {text[-500:]!r}")
        position = 0
        for line in lines:
            while position < len(paths) and not self.is_line(paths[position], line):
                position += 1
            if position == len(paths):
                return self.fail(what, f"says {line!r}")
            position += 1
        return None


def truncations(data):
    ends = range(len(data)) if len(data) < 2000 else random.sample(range(len(data)), 300)
    return [data[:end] for end in ends]


def mutations(data, count=300):
    out = []
    for _ in range(count):
        mutant = bytearray(data)
        for _ in range(random.choice((1, 1, 2, 8))):
            where = random.randrange(len(mutant))
            how = random.randrange(3)
            if how == 0:
                mutant[where] = random.randrange(256)
            elif how == 1:
                mutant[where:where] = random.choice((HUGE, b"\0", b"\x80", b"\x7f"))
            else:
                del mutant[where:where + random.randrange(1, 9)]
            if not mutant:
                break
        out.append(bytes(mutant))
    return out


def main():
    random.seed(20240229)
    tappet = os.path.abspath(sys.argv[1])
    sanitized = sys.argv[2] == "sanitized"
    with tempfile.TemporaryDirectory() as directory:
        checker = Checker(tappet, sanitized, directory)
        for group in (other_kinds, huge_counts, nested_forever):
            for what, data in group():
                checker.check_bad(f"{group.__name__}: {what}", data)
        # Deep, and nevertheless valid: as many blocks as one likes.
        blocks = function_module(b"\0" + b"\x02\x40" * DEEP + b"\x0b" * (DEEP + 1))
        if checker.run(["validate"], [checker.write(blocks)])[0] != 0:
            checker.fail("nested blocks", "are refused")
        for path in sys.argv[3:]:
            data = open(path, "rb").read()
            name = os.path.basename(path)
            code, text, _, _ = checker.run(["validate"], [path])
            if code != 0:
                checker.fail(name, f"is not valid to begin with: {text}")
            checker.check_bad(f"{name} without its end", data[:-1])
            checker.check_any(f"{name}, truncated", truncations(data))
            checker.check_any(f"{name}, mutated", mutations(data))
        print(f"{checker.files} files, {checker.failures} failures")
        sys.exit(1 if checker.failures else 0)


if __name__ == "__main__":
    main()
