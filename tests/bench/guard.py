#!/usr/bin/env python3
"""Fails when ten kernels cost more than they did: no quiet machine is needed to see that.

usage: guard.py PROGRAM [--update]

Counts, per kernel, the instructions of threaded code (`run --profile-ops`) and those of the machine
(callgrind), for the work between two sizes, so that neither starting nor translating counts. The
figures are compared with guard.json; --update writes it. Getting better by as much as may get worse
fails too: then the file is out of date.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parents[1] / "bench"))

from core import KERNELS
from toolchain import compile_wasm

BASELINE = HERE / "guard.json"
TOLERANCE = 0.03
# Two sizes each; the difference takes a few million instructions of threaded code.
SIZES = {
    "fib": (15, 24), "indirect": (1_000, 101_000), "vm": (10, 110), "sieve": (1, 2),
    "quicksort": (1, 2), "alloc": (2, 12), "sha256": (100, 1_100), "hash64": (10, 60),
    "matmul": (1, 2), "mandelbrot": (20, 80),
}


def dispatches(program, module):
    done = subprocess.run([program, "run", "--profile-ops", str(module)], capture_output=True,
                          text=True, check=True)
    return int(re.search(r"^(\d+) instructions executed", done.stderr, re.M)[1])


def machine_instructions(program, module):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                           program, "run", str(module)], capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def compiled(name, size, folder):
    module = folder / f"{name}-{size}.wasm"
    sources = [KERNELS / f"{name}.c", KERNELS / "main.c"]
    compile_wasm(sources, [f"-DN={size}", f"-I{KERNELS}"], module)
    return module


def count(program, folder):
    # callgrind does not know the newest debug information.
    stripped = folder / "tappet"
    subprocess.run(["strip", "-o", str(stripped), program], check=True)
    counts = {}
    for name, sizes in SIZES.items():
        modules = [compiled(name, size, folder) for size in sizes]
        counts[name] = {}
        for kind, counter in (("dispatches", dispatches), ("instructions", machine_instructions)):
            less, more = (counter(str(stripped), module) for module in modules)
            counts[name][kind] = more - less
    return counts


def complaints(counts, baseline):
    for name, kinds in counts.items():
        for kind, value in kinds.items():
            ratio = value / baseline[name][kind]
            if abs(ratio - 1) > TOLERANCE:
                yield (f"{name}: {value:,} {kind}, {ratio:.3f} of the {baseline[name][kind]:,} in "
                       f"{BASELINE.name}: {'a regression' if ratio > 1 else 'update the file'}")


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        counts = count(program, pathlib.Path(folder))
    if "--update" in sys.argv[2:]:
        BASELINE.write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
        return 0
    found = list(complaints(counts, json.loads(BASELINE.read_text(encoding="utf-8"))))
    for line in found:
        print(line)
    print(f"{len(counts)} kernels, {len(found)} figures out of bounds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
