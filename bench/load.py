#!/usr/bin/env python3
"""Times how long modules take until they can run, and how much memory that takes.

For Tappet that is `tappet validate`: decoding, full validation, everything that instances need.
Peers run their command; every module but `monkey` has a _start that does nothing. Figures are
medians of CPU time and of resident memory, less what the same command needs in the same round for
a module of one empty function; memory also less the file itself. With --instantiate, also fresh
instances.
"""

import pathlib
import statistics
import subprocess
import sys

import harness
from archives import CACHE
from modules import EMPTY, largest_core_module, repeat_functions
from plot import plot
from real import FLAGS, build_idle
from toolchain import CannotBuild, compile_c, compile_wasm

HERE = pathlib.Path(__file__).resolve().parent / "load"
FOLDER = CACHE / "load"
COMPONENT = harness.ROOT / "build/examples/js.wasm"

REAL = ["hello", "lua", "brotli", "quickjs", "sqlite", "monkey"]
# Sizes in MB of modules whose functions are those of another one again and again.
GROWTH = {"0.1": "zlib", "0.2": "zlib", "0.5": "zlib", "1": "lua", "2": "lua", "4": "sqlite",
          "10": "sqlite", "20": "sqlite", "40": "sqlite"}


def build(name):
    FOLDER.mkdir(parents=True, exist_ok=True)
    module = FOLDER / f"{name}.wasm"
    if name == "monkey":
        if not COMPONENT.exists():
            raise CannotBuild("examples/build has not made the JavaScript component")
        module.write_bytes(largest_core_module(COMPONENT.read_bytes()))
    elif name in GROWTH:
        base = build(GROWTH[name]).read_bytes()
        module.write_bytes(repeat_functions(base, max(1, round(float(name) * 1e6 / len(base)))))
    elif name == "hello":
        compile_wasm([HERE / "hello.c"], [*FLAGS, "-Wl,--strip-all"], module)
    else:
        module.write_bytes(build_idle(name, HERE / "idle.c").read_bytes())
    return module


def cost(peer, module):
    """CPU milliseconds and resident MB of a run; None if it fails."""
    done = subprocess.run([str(FOLDER / "cost"), *peer.arguments(module)], capture_output=True,
                          text=True, timeout=harness.TIMEOUT)
    if done.returncode != 0:
        return None
    microseconds, kilobytes = map(int, done.stdout.split())
    return microseconds / 1e3, kilobytes / 1024


def measure(peers, module, empty, rounds):
    """By peer that can: medians of milliseconds and MB beyond what `empty` takes in that round."""
    size = module.stat().st_size / 2**20
    runs = {peer.name: [] for peer in peers}
    for _ in range(rounds):
        for peer in peers:
            if runs[peer.name] is None:
                continue
            nothing, all = cost(peer, empty), cost(peer, module)
            if nothing is None or all is None:
                runs[peer.name] = None
            else:
                runs[peer.name].append((all[0] - nothing[0], all[1] - nothing[1] - size))
    return {name: dict(zip(("ms", "MB"), map(statistics.median, zip(*differences))))
            for name, differences in runs.items() if differences}


def compare(peers, names, rounds):
    compile_c([], [HERE / "cost.c"], [], FOLDER / "cost")
    empty = FOLDER / "empty.wasm"
    empty.write_bytes(EMPTY)
    print(f"{'':10}{'MB':>8}" + "".join(f"{peer.name + ': ms':>16}{'MB':>8}" for peer in peers))
    results, broken = {}, []
    for name in names:
        try:
            module = build(name)
        except CannotBuild as error:
            print(f"{name:10}cannot: {error}", flush=True)
            broken.append(name)
            continue
        figures = measure(peers, module, empty, rounds)
        results[name] = {"size": module.stat().st_size / 1e6, **figures}
        print(f"{name:10}{results[name]['size']:8.2f}" + "".join(
            "{ms:16.2f}{MB:8.2f}".format(**figures[peer.name]) if peer.name in figures
            else f"{'-':>16}{'':8}" for peer in peers), flush=True)
        if peers[0].name not in figures:
            broken.append(name)
    return results, broken


def draw(path, unit, title, results, peers):
    """Growth as a line for each peer; what real modules of some size cost Tappet as marks."""
    grown = {name: row for name, row in results.items() if name in GROWTH}
    lines = {peer.name: [(row["size"], row[peer.name][unit]) for row in grown.values()
                         if peer.name in row] for peer in peers}
    marks = {name: (row["size"], row[peers[0].name][unit]) for name, row in results.items()
             if name not in GROWTH and peers[0].name in row and row["size"] > 0.05}
    path.write_text(plot(lines, marks, "MB of module", title), encoding="utf-8")


def main():
    names = [*REAL, *GROWTH]
    parser = harness.make_parser(__doc__, names, rounds=11)
    parser.add_argument("--svg", metavar="FILE",
                        help="a plot of time by size; beside it FILE-memory of memory by size")
    parser.add_argument("--instantiate", metavar="PROGRAM",
                        help="where bench_instantiate is, to run it too")
    options = harness.parse(parser, names, "validate {wasm}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    results, broken = compare(options.peers, options.names, options.rounds)
    if options.svg:
        path = pathlib.Path(options.svg)
        draw(path, "ms", "CPU milliseconds until it can run", results, options.peers)
        draw(path.with_name(f"{path.stem}-memory{path.suffix}"), "MB",
             "MB resident beyond the file", results, options.peers)
    if options.json:
        harness.report(options.json, "ms of CPU time; MB resident beyond the file", results)
    if options.instantiate:
        modules = [str(FOLDER / f"{name}.wasm") for name in options.names
                   if name in REAL and name in results]
        subprocess.run([options.instantiate, *modules], check=True)
    if broken:
        sys.exit(f"without a figure: {', '.join(broken)}")


if __name__ == "__main__":
    main()
