#!/usr/bin/env python3
"""Runs all scripts of one folder of the official tests with `tappet wast`.

usage: run.py TAPPET FIXTURES FOLDER EXPECTED [OPTION...]

Exit code 0 if nothing fails but what EXPECTED lists, 77 if there are no scripts. TAPPET_FIXTURES
replaces FIXTURES.
"""

import os
import pathlib
import subprocess
import sys


def main():
    tappet, fixtures, folder, expected, *options = sys.argv[1:]
    root = pathlib.Path(os.environ.get("TAPPET_FIXTURES", fixtures)) / folder
    scripts = sorted(str(path) for path in root.glob("*.wast"))
    if not scripts:
        print(f"skipped: no scripts in {root}")
        return 77
    return subprocess.call([tappet, "wast", *options, "--expected", expected, *scripts])


if __name__ == "__main__":
    sys.exit(main())
