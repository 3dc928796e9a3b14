#!/usr/bin/env python3
"""Random valid modules, run here and on V8: results, traps, logs and memories must be the same.

usage: run.py DRIVER COUNT [SEED]

Modules come from binaryen's translate-to-fuzz. Those that V8 or the generator cannot run (a vector
or an exception would have to cross to JavaScript) are replaced by others, so that COUNT modules are
really compared. The tools come from npm, into the build folder, once.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 60  # seconds, for one module on one side

SIMD = ["--enable-simd"]
COMMON = ["--enable-mutable-globals", "--enable-sign-ext", "--enable-nontrapping-float-to-int",
          "--enable-bulk-memory", "--enable-bulk-memory-opt", "--enable-multivalue",
          "--enable-reference-types", "--enable-extended-const"]
NEWER = COMMON + ["--enable-tail-call", "--enable-gc", "--enable-multimemory", "--enable-memory64"]
EXCEPTIONS = ["--enable-exception-handling", "--emit-exnref"]


def error_of(stderr):
    return next((line for line in stderr.splitlines() if "Error" in line), stderr.strip())


def run(command):
    """None if it takes too long."""
    try:
        return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return None


class Target:
    def __init__(self, node, features, node_options=(), has_exceptions=False):
        self.node, self.features, self.node_options = node, features, node_options
        self.has_exceptions = has_exceptions


# Two V8s: the one that is installed, and a newer one that knows 3.0. Vectors and exceptions apart:
# a vector that would cross to JavaScript throws there, which a guest could catch there only.
OLDER = Target("installed", COMMON + SIMD)
TARGETS = [
    OLDER,
    Target("newer", NEWER + EXCEPTIONS, ["--experimental-wasm-exnref"], has_exceptions=True),
    OLDER,
    Target("newer", NEWER + SIMD),
]


def install(folder):
    lock = (HERE / "package.json").read_bytes()
    stamp = folder / ".installed"
    if not stamp.exists() or stamp.read_bytes() != lock:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(HERE / "package.json", folder)
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=folder,
                       check=True)
        stamp.write_bytes(lock)
    return folder / "node_modules"


class Test:
    def __init__(self, driver, tools, scratch, seed):
        self.driver = driver
        self.optimizer = tools / "binaryen" / "bin" / "wasm-opt"
        self.nodes = {"installed": shutil.which("node"), "newer": str(tools / "node" / "bin" / "node")}
        self.scratch = scratch
        self.seed = seed

    def generate(self, number, target):
        source = random.Random(f"{self.seed}/{number}")
        seed_file = self.scratch / f"{number}.bin"
        seed_file.write_bytes(source.randbytes(source.choice([200, 1000, 4000, 12000])))
        module = self.scratch / f"{number}.wasm"
        command = [shutil.which("node"), str(self.optimizer), str(seed_file), "-ttf", "--denan",
                   *target.features, "-o", str(module)]
        made = run(command)
        return module if made is not None and made.returncode == 0 else None

    def describe(self, module):
        described = run([self.driver, "describe", module])
        if described is None or described.returncode != 0:
            return None, described.stderr.strip() if described else "takes too long"
        return json.loads(described.stdout), ""

    @staticmethod
    def is_runnable(description, target):
        """Whether the host can give what the module imports."""
        for item in description["imports"]:
            if item["kind"] == "func" and not target.has_exceptions:
                continue
            types = item.get("params", []) + item.get("results", []) + [item.get("type", "")]
            if "v128" in types or "exn" in types or "nonnull" in types:
                return False
        return True

    def compare(self, number):
        """Whether it is the same, or None if it cannot be compared; and why not."""
        target = TARGETS[number % len(TARGETS)]
        module = self.generate(number, target)
        if module is None:
            return None, "not generated"
        description, why = self.describe(module)
        if description is None:
            return False, f"refused here: {why}"
        if not self.is_runnable(description, target):
            return None, "imports what a host cannot give"
        text = module.with_suffix(".json")
        text.write_text(json.dumps(description))
        theirs = run([self.nodes[target.node], *target.node_options, HERE / "host.mjs", module, text])
        if theirs is None:
            return None, "endless on V8"
        if "enable with --experimental" in theirs.stderr:
            return None, "beyond this V8"  # ref.as_non_null, made wherever there are references
        if theirs.returncode != 0:
            return False, f"V8: {error_of(theirs.stderr)}"
        ours = run([self.driver, "run", module])
        if ours is None:
            return False, f"takes more than {TIMEOUT} seconds, but not on V8"
        if ours.returncode != 0:
            return False, f"exit code {ours.returncode}: {ours.stderr.strip()}"
        return self.same(ours.stdout.splitlines(), theirs.stdout.splitlines())

    @staticmethod
    def same(ours, theirs):
        for line, (mine, other) in enumerate(zip(ours, theirs), 1):
            # Whoever runs out of stack first has seen another history from there on.
            if "exhausted" in mine or "exhausted" in other:
                return True, ""
            head, trap, pattern = other.partition("trap: ")  # host.mjs gives a pattern, if it can
            if mine == other:
                continue
            if trap and not pattern.startswith("?") and mine.startswith(head + trap) and \
                    re.match(pattern, mine[len(head + trap):]):
                continue
            return False, f"line {line}: {mine!r}, but V8: {other!r}"
        if len(ours) != len(theirs):
            return False, f"{len(ours)} lines, but V8: {len(theirs)}"
        return True, ""


def main():
    driver, count = sys.argv[1], int(sys.argv[2])
    seed = sys.argv[3] if len(sys.argv) > 3 else "tappet"
    build = pathlib.Path(driver).resolve().parent.parent / "differential"
    tools = install(build / "tools")
    scratch = build / "modules"
    scratch.mkdir(exist_ok=True)
    test = Test(driver, tools, scratch, seed)
    compared = different = number = 0
    left_out = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        while compared < count:
            numbers = range(number, number + min(count - compared, 64))
            number = numbers.stop
            for which, result in zip(numbers, pool.map(test.compare, numbers)):
                same, why = result
                if same is None:
                    left_out[why] += 1
                    continue
                compared += 1
                if not same:
                    different += 1
                    print(f"{scratch / str(which)}.wasm: {why}", flush=True)
            if number > 20 * count + 200:
                print(f"only {compared} of {number} modules could be compared")
                return 1
    for why, times in left_out.items():
        print(f"left out: {times} {why}")
    print(f"{compared} modules compared, {different} different")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
