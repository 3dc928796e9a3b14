"""Runs programs on Tappet and on its peers, interleaved, and says how they compare.

What `bench core` and `bench real` share: every round runs everybody once, so that noise meets all
alike; figures are medians of CPU time, and ratios (Tappet's time divided by a peer's) are what can
be compared. Who prints anything but what is expected has not run the program.
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
import statistics
import subprocess
import sys
import tempfile

from chart import draw
from toolchain import TIMEOUT, CannotBuild

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Peer:
    def __init__(self, name, command):
        self.name, self.command = name, shlex.split(command)

    def arguments(self, module):
        words = [word.replace("{wasm}", str(module)) for word in self.command]
        return words if "{wasm}" in " ".join(self.command) else words + [str(module)]


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
        lines = (done.stderr or done.stdout).strip().splitlines()
        return None, lines[-1] if lines else f"exit code {done.returncode}"
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def measure(peers, module, expected, rounds):
    """Each peer's median, or why there is none. Without `expected`, the first one's word counts."""
    times = {peer.name: [] for peer in peers}
    failures = {}
    for _ in range(rounds):
        for peer in peers:
            if peer.name in failures:
                continue
            seconds, output = run(peer.arguments(module))
            if seconds is None:
                failures[peer.name] = f"cannot: {output}"
            elif expected is not None and output != expected:
                failures[peer.name] = f"wrong: {output.strip()} instead of {expected.strip()}"
            else:
                expected = output
                times[peer.name].append(seconds)
    medians = {name: statistics.median(all) for name, all in times.items() if name not in failures}
    return medians, failures


def geomean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def ratios(results, ours, theirs):
    """Our time divided by theirs, of the programs that both can run."""
    return [times[ours] / times[theirs] for times in results.values()
            if ours in times and theirs in times]


def compare(peers, names, build, rounds, folder):
    """Medians by program and peer; the programs that Tappet cannot run or nobody can build."""
    ours = peers[0].name
    results, broken = {}, []
    print(f"{'':12}{ours:>10}" + "".join(f"{peer.name:>18}" for peer in peers[1:]), flush=True)
    for name in names:
        try:
            module, expected = build(name, folder)
        except CannotBuild as error:
            print(f"{name:12}cannot: {error}", flush=True)
            broken.append(name)
            continue
        medians, failures = measure(peers, module, expected, rounds)
        line = f"{name:12}" + (f"{medians[ours]:8.3f} s" if ours in medians else f"{'-':>10}")
        for peer in peers[1:]:
            theirs = medians.get(peer.name)
            ratio = f"{medians[ours] / theirs:8.2f}" if theirs and ours in medians else f"{'':8}"
            line += f"{theirs:8.3f} s{ratio}" if theirs else f"{'-':>18}"
        print(line, flush=True)
        for peer, why in failures.items():
            print(f"{'':12}{peer} {why}")
        if ours in failures:
            broken.append(name)
        results[name] = medians
    for peer in peers[1:]:
        values = ratios(results, ours, peer.name)
        if values:
            print(f"of {peer.name}'s time: geomean {geomean(values):.3f}, worst {max(values):.2f}, "
                  f"{len(values)} programs")
    return results, broken


def instructions(tappet, names, build, folder):
    # callgrind does not know the newest debug information.
    stripped = folder / "tappet"
    subprocess.run(["strip", "-o", str(stripped), tappet], check=True)
    counts, broken = {}, []
    for name in names:
        try:
            module, _ = build(name, folder)
        except CannotBuild as error:
            print(f"{name:12}cannot: {error}", flush=True)
            broken.append(name)
            continue
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                               str(stripped), str(module)], capture_output=True, text=True)
        counts[name] = int(re.search(r"Collected : (\d+)", done.stderr).group(1))
        print(f"{name:12}{counts[name]:>16,}", flush=True)
    return counts, broken


def machine():
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            return line.partition(": ")[2].strip()
    return platform.machine()


def report(path, unit, results):
    contents = {"machine": machine(), "processors": os.cpu_count(), "unit": unit,
                "results": results}
    pathlib.Path(path).write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")


def make_parser(description, names, rounds=5):
    """What every benchmark's command line takes."""
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tappet", default=str(ROOT / "build/release/tappet"))
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND",
                        help="who else runs each module; {wasm} in the command is its path")
    parser.add_argument("--only", default=",".join(names), metavar="NAME,...")
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--json", metavar="FILE")
    return parser


def parse(parser, names, ours=""):
    """The options; `names` and `peers`, Tappet the first of them, with `ours` on its command."""
    options = parser.parse_args()
    options.names = options.only.split(",")
    for name in options.names:
        if name not in names:
            parser.error(f"there is no {name}; there are {', '.join(names)}")
    for peer in options.peer:
        if "=" not in peer:
            parser.error(f"--peer takes NAME=COMMAND, not {peer}")
    options.peers = [Peer("tappet", f"{shlex.quote(options.tappet)} {ours}")]
    options.peers += [Peer(*peer.split("=", 1)) for peer in options.peer]
    return options


def main(description, names, build):
    """A benchmark's command line. build(name, folder): the module, and what it must print."""
    parser = make_parser(description, names)
    parser.add_argument("--svg", metavar="FILE", help="a bar chart of ratios to the first peer")
    parser.add_argument("--instructions", action="store_true",
                        help="count machine instructions with callgrind, on Tappet alone")
    options = parse(parser, names)
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        if options.instructions:
            results, broken = instructions(options.tappet, options.names, build, folder)
        else:
            results, broken = compare(options.peers, options.names, build, options.rounds, folder)
            if options.svg:
                chart = draw(results, [peer.name for peer in options.peers])
                pathlib.Path(options.svg).write_text(chart, encoding="utf-8")
    if options.json:
        report(options.json, "instructions" if options.instructions else "seconds", results)
    if broken:
        sys.exit(f"without a figure: {', '.join(broken)}")
