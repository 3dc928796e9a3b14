#!/usr/bin/env python3
"""Times calls between components, as nanoseconds of CPU time and as a multiple of a core call_indirect.

Each function of component/*.wat repeats one call in a loop of a core module. Rounds are interleaved;
figures are medians, less what the same command takes for a single call.
"""

import argparse
import pathlib
import re
import statistics
import sys

import harness

CALLS = pathlib.Path(__file__).resolve().parent / "component" / "calls.wat"
BASE = "call-indirect"
# How many calls make about a tenth of a second, and the bytes that each moves.
WORK = {BASE: (20_000_000, 0), "scalar": (1_000_000, 4), "record": (300_000, 64), "text": (1_000_000, 64),
        "list": (10_000, 65_536)}


def seconds(tappet, function, times):
    taken, output = harness.run([tappet, "run", "--invoke", f"{function}({times})", str(CALLS)])
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
        for function, (count, _) in WORK.items():
            idle = seconds(options.tappet, function, 1)
            times[function].append((seconds(options.tappet, function, count) - idle) / (count - 1))
    base = statistics.median(times[BASE])
    print(f"{'':14}{'ns':>9}{'call_indirects':>16}{'bytes':>8}")
    for function, (_, size) in WORK.items():
        taken = statistics.median(times[function])
        print(f"{function:14}{taken * 1e9:9.1f}{taken / base:16.1f}{size or '':>8}")


if __name__ == "__main__":
    main()
