"""Runs programs on Tappet and on its peers, interleaved, and says how they compare.

What `bench core` and `bench real` share: every round runs everybody once, so that noise meets all
alike; figures are medians of CPU time, and ratios (Tappet's time divided by a peer's) are what can
be compared. Who prints anything but what is expected has not run the program.
"""

import argparse
import datetime
import json
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

import chart
from figures import geomean, ratios
from toolchain import TIMEOUT, CannotBuild, compiler_version

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROUNDS = 5


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


def repeat(benchmark, options):
    """The command that does it again, for readers whose programs lie elsewhere."""
    words = ["./dev", "bench", benchmark]
    for peer in options.peers[1:]:
        program = pathlib.Path(peer.command[0]).name
        words += ["--peer", f"{peer.name}={' '.join([program, *peer.command[1:]])}"]
    if options.rounds != ROUNDS:
        words += ["--rounds", str(options.rounds)]
    return " ".join(word if word == shlex.quote(word) else f"'{word}'" for word in words)


def about(benchmark, options):
    """What a reader has to know to believe the results."""
    done = subprocess.run([options.tappet, "--version"], capture_output=True, text=True)
    versions = {options.peers[0].name: done.stdout.strip().removeprefix("tappet ")}
    versions.update(note.split("=", 1) for note in options.note)
    return {"date": str(datetime.date.today()), "rounds": options.rounds,
            "compiler": compiler_version(), "names": [peer.name for peer in options.peers],
            "versions": versions, "command": repeat(benchmark, options)}


def report(path, unit, results, **more):
    contents = {"machine": machine(), "processors": os.cpu_count(), "unit": unit, **more,
                "results": results}
    pathlib.Path(path).write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")


def make_parser(description, names, rounds=ROUNDS):
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
    benchmark = pathlib.Path(sys.argv[0]).stem
    parser = make_parser(description, names)
    parser.add_argument("--note", action="append", default=[], metavar="NAME=TEXT",
                        help="of which version a peer is, and what has compiled it")
    parser.add_argument("--svg", metavar="FILE", help="a drawing of ratios to the first peer")
    parser.add_argument("--readme", action="store_true", help="into bench/results and README.md")
    parser.add_argument("--instructions", action="store_true",
                        help="count machine instructions with callgrind, on Tappet alone")
    options = parse(parser, names)
    for note in options.note:
        if note.partition("=")[0] not in [peer.name for peer in options.peers]:
            parser.error(f"--note takes NAME=TEXT of somebody who runs, not {note}")
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        if options.instructions:
            results, broken = instructions(options.tappet, options.names, build, folder)
            if options.json:
                report(options.json, "instructions", results)
        else:
            results, broken = compare(options.peers, options.names, build, options.rounds, folder)
            keep(benchmark, options, results)
    if broken:
        sys.exit(f"without a figure: {', '.join(broken)}")


def keep(benchmark, options, results):
    """Times, wherever they were asked for."""
    files = [options.json] if options.json else []
    if options.readme:
        chart.RESULTS.mkdir(exist_ok=True)
        files.append(chart.RESULTS / f"{benchmark}.json")
    facts = about(benchmark, options)
    for path in files:
        report(path, "seconds", results, **facts)
    if options.svg:
        facts |= {"machine": machine(), "processors": os.cpu_count(), "results": results}
        pathlib.Path(options.svg).write_text(chart.draw(facts), encoding="utf-8")
    if options.readme:
        chart.publish(benchmark)
