"""Times small programs in C, compiled to core modules without SIMD, and compares with another
interpreter.

Usage: run.py TAPPET [WASM3]: wasm3 is a program built elsewhere, which takes --func. Runs alternate;
each figure is a median, the ratio is the other's time divided by ours.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import resource

KERNELS = [("fib", 35), ("sieve", 80), ("matmul", 60), ("sha256", 60000)]
ROUNDS = 5


def seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return used, (answer.stdout + answer.stderr).split()[-1]


def main():
    tappet = sys.argv[1]
    wasm3 = sys.argv[2] if len(sys.argv) > 2 else None
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as work:
        for name, argument in KERNELS:
            module = f"{work}/{name}.wasm"
            subprocess.run(["clang-22", "--target=wasm32", "-mcpu=mvp", "-O2", "-ffreestanding",
                            "-fno-builtin", "-nostdlib", "-fuse-ld=lld", "-Wl,--no-entry",
                            f"{here}/{name}.c", "-o", module], check=True)
            ours, theirs = [], []
            for _ in range(ROUNDS):
                time, answer = seconds([tappet, "run", "--invoke", "run", module, str(argument)])
                ours.append(time)
                if wasm3:
                    time, other = seconds([wasm3, "--func", "run", module, str(argument)])
                    assert answer == other, f"{name}: {answer} here, {other} there"
                    theirs.append(time)
            line = f"{name:8} {statistics.median(ours):.3f} s"
            if wasm3:
                ratio = statistics.median(theirs) / statistics.median(ours)
                line += f"   wasm3 {statistics.median(theirs):.3f} s   ratio {ratio:.2f}"
            print(line, flush=True)


main()
