#!/usr/bin/env python3
"""Times calls between components, as nanoseconds of CPU time and as a multiple of a core call_indirect.

Each function of component/*.wat repeats one call in a loop of a core module: of values of a type, of an
asynchronous function that returns at once, of a stream's write that another component reads (`bytes`
one by one, `stream` 64 KiB at a time). `copy` is memory.copy of as much. Rounds are interleaved; figures
are medians, less what the same command takes for a single call.
"""

import argparse
import pathlib
import re
import statistics
import sys

import harness

FOLDER = pathlib.Path(__file__).resolve().parent / "component"
FLAGS = ["-W", "component-model-more-async-builtins,component-model-async-stackful"]
BASE = "call-indirect"
# Of each function: its file, how many times make about a tenth of a second, and the bytes that each moves.
WORK = {
    BASE: ("calls", 20_000_000, 0),
    "scalar": ("calls", 2_000_000, 4),
    "record": ("calls", 2_000_000, 64),
    "text": ("calls", 500_000, 64),
    "list": ("calls", 30_000, 65_536),
    "async": ("async", 300_000, 4),
    "bytes": ("async", 200_000, 1),
    "stream": ("async", 50_000, 65_536),
    "copy": ("async", 50_000, 65_536),
}


def seconds(tappet, function, times):
    path = FOLDER / f"{WORK[function][0]}.wat"
    taken, output = harness.run([tappet, "run", *FLAGS, "--invoke", f"{function}({times})", str(path)])
    if taken is None:
        sys.exit(f"{function}: {output}")
    if not re.fullmatch(r"\d+\s*", output):
        sys.exit(f"{function} prints {output!r}, which is no digest")
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tappet", default=str(harness.ROOT / "build/release/tappet"))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    times = {function: [] for function in WORK}
    for _ in range(options.rounds):
        for function, (_, count, _) in WORK.items():
            idle = seconds(options.tappet, function, 1)
            times[function].append((seconds(options.tappet, function, count) - idle) / (count - 1))
    base = statistics.median(times[BASE])
    print(f"{'':14}{'ns':>9}{'call_indirects':>16}{'bytes':>8}{'ns per byte':>13}")
    for function, (_, _, size) in WORK.items():
        taken = statistics.median(times[function])
        per_byte = f"{taken * 1e9 / size:.3f}" if size else ""
        print(f"{function:14}{taken * 1e9:9.1f}{taken / base:16.1f}{size or '':>8}{per_byte:>13}")


if __name__ == "__main__":
    main()
