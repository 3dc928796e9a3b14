#!/usr/bin/env python3
"""Runs all scripts of one folder of the official tests with `tappet wast`.

usage: run.py TAPPET FIXTURES FOLDER EXPECTED [OPTION...]

Exit code 0 if nothing fails but what EXPECTED lists. TAPPET_FIXTURES replaces FIXTURES. Where there
is no such folder the suites are fetched into build/fixtures; 77 if that fails too.
"""

import fcntl
import os
import pathlib
import subprocess
import sys


HERE = pathlib.Path(__file__).resolve().parent


def find_fixtures(beside):
    root = pathlib.Path(os.environ.get("TAPPET_FIXTURES", beside))
    if root.is_dir():
        return root
    root = HERE.parent / "build" / "fixtures"
    root.mkdir(parents=True, exist_ok=True)
    with open(root / ".lock", "w") as lock:  # several tests start at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.call([str(HERE / "fetch.sh"), str(root)])
    return root


def main():
    tappet, fixtures, folder, expected, *options = sys.argv[1:]
    root = find_fixtures(fixtures) / folder
    scripts = sorted(str(path) for path in root.glob("*.wast"))
    if not scripts:
        print(f"skipped: no scripts in {root}")
        return 77
    return subprocess.call([tappet, "wast", *options, "--expected", expected, *scripts])


if __name__ == "__main__":
    sys.exit(main())
