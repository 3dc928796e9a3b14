#!/usr/bin/env python3
"""Times core modules on Tappet and on any other interpreters, in one interleaved run.

usage: core.py [--tappet PROGRAM] [--peer 'NAME=COMMAND {wasm}']... [--only NAME,...] [--rounds N]
               [--json FILE] [--svg FILE] [--instructions]

Kernels are C programs that print a digest; each is also compiled for this machine, and who prints
anything else fails. Every round runs everybody once, so that noise meets all alike; figures are
medians of CPU time, and ratios (a peer's time divided by Tappet's) are what can be compared.
--instructions counts machine instructions with callgrind instead, on Tappet alone.
"""

import argparse
import json
import math
import os
import pathlib
import platform
import re
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 300  # seconds, for one run

# How much work: about half a second. And what a kernel needs beyond WebAssembly 1.0.
KERNELS = {
    "fib": (38, []), "tak": (1_800, []), "queens": (14, []), "indirect": (20_000_000, []),
    "vm": (25_000, []), "sieve": (100, []), "quicksort": (40, []), "life": (900, []),
    "distance": (180, []), "list": (5_000_000, []), "alloc": (1_200, []), "strings": (160, []),
    "tokens": (1_600, []), "crc32": (1_000, []), "sha256": (200_000, []), "chacha": (500_000, []),
    "hash64": (20_000, []), "siphash": (18_000_000, []), "digits": (110, []), "matmul": (120, []),
    "mandelbrot": (1_300, []), "nbody": (900_000, []), "spectral": (2_200, []),
    "copy": (2_400_000, ["-mbulk-memory"]), "simd_blend": (30_000, ["-msimd128"]),
}


class Peer:
    def __init__(self, name, command):
        self.name, self.command = name, shlex.split(command)

    def arguments(self, module):
        words = [word.replace("{wasm}", str(module)) for word in self.command]
        return words if "{wasm}" in " ".join(self.command) else words + [str(module)]


def compile_kernel(name, folder):
    """The module, and what it must print."""
    work, flags = KERNELS[name]
    sources = [str(HERE / "kernels" / f"{name}.c"), str(HERE / "kernels" / "main.c")]
    common = ["-O2", f"-DN={work}", f"-I{HERE / 'kernels'}"]
    module = folder / f"{name}.wasm"
    clang = shutil.which("clang-22") or "clang"
    subprocess.run([clang, "--target=wasm32-wasi", "-Wno-deprecated", "-mcpu=mvp", *flags, *common,
                    *sources, "-o", str(module)], check=True)
    if "-msimd128" in flags:
        return module, None  # the answer is Tappet's own: there is nothing to compile it natively for
    native = folder / name
    subprocess.run([clang, "-fwrapv", *common, *sources, "-o", str(native)], check=True)
    return module, subprocess.run([str(native)], check=True, capture_output=True, text=True).stdout


def run(command):
    """CPU seconds and output; None and the reason if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return None, f"takes more than {TIMEOUT} s"
    except OSError as error:
        return None, str(error)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        return None, (done.stderr or done.stdout).strip().splitlines()[-1:] or "fails"
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def measure(peers, module, expected, rounds):
    """Each peer's median, or why there is none."""
    times = {peer.name: [] for peer in peers}
    failures = {}
    for _ in range(rounds):
        for peer in peers:
            if peer.name in failures:
                continue
            seconds, output = run(peer.arguments(module))
            if seconds is None:
                failures[peer.name] = f"fails: {output}"
            elif expected is not None and output != expected:
                failures[peer.name] = f"wrong: {output.strip()} instead of {expected.strip()}"
            else:
                expected = output
                times[peer.name].append(seconds)
    medians = {name: statistics.median(all) for name, all in times.items() if name not in failures}
    return medians, failures


def geomean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def compare(peers, names, rounds, folder):
    results = {}
    header = f"{'':12}{'tappet':>10}" + "".join(f"{peer.name:>18}" for peer in peers[1:])
    print(header, flush=True)
    for name in names:
        module, expected = compile_kernel(name, folder)
        medians, failures = measure(peers, module, expected, rounds)
        if peers[0].name in failures:
            sys.exit(f"{name}: tappet {failures[peers[0].name]}")
        ours = medians[peers[0].name]
        line = f"{name:12}{ours:8.3f} s"
        for peer in peers[1:]:
            theirs = medians.get(peer.name)
            line += f"{theirs:8.3f} s{ours / theirs:8.2f}" if theirs else f"{'-':>18}"
        print(line, flush=True)
        for peer, why in failures.items():
            print(f"{'':12}{peer} {why}")
        results[name] = medians
    for peer in peers[1:]:
        ratios = [times[peers[0].name] / times[peer.name] for times in results.values()
                  if peer.name in times]
        if ratios:
            print(f"of {peer.name}'s time: geomean {geomean(ratios):.3f}, worst {max(ratios):.2f}, "
                  f"{len(ratios)} kernels")
    return results


def instructions(tappet, names, folder):
    # callgrind does not know the newest debug information.
    stripped = folder / "tappet"
    subprocess.run(["strip", "-o", str(stripped), tappet], check=True)
    counts = {}
    for name in names:
        module, _ = compile_kernel(name, folder)
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                               str(stripped), str(module)], capture_output=True, text=True)
        counts[name] = int(re.search(r"Collected : (\d+)", done.stderr).group(1))
        print(f"{name:12}{counts[name]:>16,}", flush=True)
    return counts


def machine():
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            return line.partition(": ")[2].strip()
    return platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tappet", default=str(HERE.parent / "build/release/tappet"))
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--only", default=",".join(KERNELS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--svg", metavar="FILE", help="a bar chart of ratios to the first peer")
    parser.add_argument("--instructions", action="store_true")
    options = parser.parse_args()
    names = options.only.split(",")
    for name in names:
        if name not in KERNELS:
            parser.error(f"there is no kernel {name}; there are {', '.join(KERNELS)}")
    for peer in options.peer:
        if "=" not in peer:
            parser.error(f"--peer takes NAME=COMMAND, not {peer}")
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        if options.instructions:
            results = instructions(options.tappet, names, folder)
        else:
            peers = [Peer("tappet", options.tappet)]
            peers += [Peer(*peer.split("=", 1)) for peer in options.peer]
            results = compare(peers, names, options.rounds, folder)
            if options.svg:
                from chart import draw
                pathlib.Path(options.svg).write_text(draw(results, [peer.name for peer in peers]))
    if options.json:
        report = {"machine": machine(), "processors": os.cpu_count(),
                  "unit": "instructions" if options.instructions else "seconds",
                  "results": results}
        pathlib.Path(options.json).write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
