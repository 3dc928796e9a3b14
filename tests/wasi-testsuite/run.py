#!/usr/bin/env python3
"""Runs the preview1 programs of WebAssembly/wasi-testsuite.

usage: run.py TAPPET [SUITE] [--components FOLDER] [--only NAME] [--expected FILE]

SUITE, or else $TAPPET_WASI_TESTSUITE, is a checkout of the branch prod/testsuite-base, which has the
programs in binary form. Each runs as its .json says, in a copy of the directory that it is given.
With --components, components made of the programs run in their stead: FOLDER/LANGUAGE/NAME.wasm.

FILE lists failures that are known: lines of "LANGUAGE/NAME: reason". Exit code 0 if nothing else
fails, and nothing that is listed passes.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TIMEOUT_SECONDS = 120


def programs(suite):
    return sorted(suite.glob("tests/*/testsuite/wasm32-wasip1/*.wasm"))


def name_of(program):
    return f"{program.parents[2].name}/{program.stem}"


def scratch_of(program, root, folder):
    """A copy of the directory, as it was before any program ran there."""
    scratch = pathlib.Path(folder, "root")
    shutil.copytree(program.parent / root, scratch, symlinks=True,
                    ignore=shutil.ignore_patterns("*.cleanup"))
    return scratch


def run(tappet, program, specification, folder, components):
    words = [tappet, "run"]
    for name, value in specification.get("env", {}).items():
        words += ["--env", f"{name}={value}"]
    if specification.get("root"):
        words += ["--dir", f"{scratch_of(program, specification['root'], folder)}::/"]
    file = components / f"{name_of(program)}.wasm" if components else program
    words += [str(file), *specification.get("args", [])]
    # A pipe that ends at once is what the suite's own runner gives.
    return subprocess.run(words, input=b"", capture_output=True, cwd=folder,
                          timeout=TIMEOUT_SECONDS)


def problems(tappet, program, components):
    path = program.with_suffix(".json")
    specification = json.loads(path.read_text()) if path.exists() else {}
    with tempfile.TemporaryDirectory(prefix="tappet-wasi-") as folder:
        try:
            done = run(tappet, program, specification, folder, components)
        except subprocess.TimeoutExpired:
            return [f"takes more than {TIMEOUT_SECONDS} seconds"]
    found = []
    code = specification.get("exit_code", 0)
    if components and code != 0:
        code = 1  # wasi:cli/exit 0.2 knows only success and failure
    if done.returncode != code:
        found.append(f"exit code is {done.returncode} instead of {code}")
    for stream in ("stdout", "stderr"):
        text = getattr(done, stream).decode("utf-8", "backslashreplace")
        if stream in specification and text != specification[stream]:
            found.append(f"{stream} is {text!r} instead of {specification[stream]!r}")
    if found and done.stderr:
        found.append(done.stderr.decode("utf-8", "backslashreplace").strip())
    return found


def read_expected(path):
    lines = pathlib.Path(path).read_text().splitlines() if path else []
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tappet", type=os.path.abspath)
    parser.add_argument("suite", nargs="?", default=os.environ.get("TAPPET_WASI_TESTSUITE"))
    parser.add_argument("--components", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--only")
    parser.add_argument("--expected")
    options = parser.parse_args()
    if options.suite is None:
        parser.error("where is the suite? give its folder or set TAPPET_WASI_TESTSUITE")
    expected = read_expected(options.expected)
    found = [p for p in programs(pathlib.Path(options.suite).resolve())
             if options.only in (None, p.stem, name_of(p))]
    if not found:
        sys.exit(f"no programs in {options.suite}: it is the branch prod/testsuite-base that has them")
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda p: problems(options.tappet, p, options.components), found))
    passed = 0
    wrong = 0
    for program, what in zip(found, results):
        name = name_of(program)
        passed += not what
        known = name in expected
        wrong += bool(what) != known
        if what:
            print(f"{'known' if known else 'FAIL '} {name}: " + "\n      ".join(what))
        elif known:
            print(f"FAIL  {name} passes, but is listed: {expected[name]}")
    print(f"{passed} of {len(found)} programs pass")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
