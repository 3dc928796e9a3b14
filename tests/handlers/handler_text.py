#!/usr/bin/env python3
"""Checks how much machine code a build's handlers are.

usage: handler_text.py LIMIT LIMIT_WITH_SIMD OBJECT...

Counts the sections of code of every object file named handlers_*, each rounded up to its alignment,
as a linker lays them out; what several objects share counts once. Vector instructions are those of
handlers_simd*. Limits are in bytes; 0 means none.
"""

import pathlib
import re
import subprocess
import sys

# Index, name, size, two addresses, offset, alignment; then the flags.
SECTION = re.compile(r"^\s*\d+ (\S+)\s+([0-9a-f]+)\s+\S+\s+\S+\s+\S+\s+2\*\*(\d+)\s.*\bCODE\b")
SHARED = re.compile(r"\.text\..")  # a section for each function


def code_sections(path):
    """Name and size of each."""
    listing = subprocess.run(["objdump", "-h", "-w", path], check=True, capture_output=True,
                             text=True)
    for line in listing.stdout.splitlines():
        found = SECTION.match(line)
        if found:
            alignment = 1 << int(found[3])
            yield found[1], -(-int(found[2], 16) // alignment) * alignment


def measure(paths):
    """Bytes of scalar and of vector handlers."""
    seen, scalar, vector = set(), 0, 0
    for path in paths:
        for name, size in code_sections(path):
            if SHARED.match(name):
                if name in seen:
                    continue
                seen.add(name)
            if path.name.startswith("handlers_simd"):
                vector += size
            else:
                scalar += size
    return scalar, vector


def main():
    limit, limit_with_simd = int(sys.argv[1]), int(sys.argv[2])
    paths = [path for path in map(pathlib.Path, sys.argv[3:]) if path.name.startswith("handlers_")]
    # Scalar ones first: what both have is theirs.
    scalar, vector = measure(sorted(paths, key=lambda path: path.name.startswith("handlers_simd")))
    wrong = [] if scalar and vector else ["no code found"]
    if limit and scalar > limit:
        wrong.append(f"more than {limit} bytes without SIMD")
    if limit_with_simd and scalar + vector > limit_with_simd:
        wrong.append(f"more than {limit_with_simd} bytes with SIMD")
    print(f"{scalar} bytes of handlers without SIMD, {scalar + vector} with it")
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
