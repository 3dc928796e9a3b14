"""Runs the cases of a golden file against the built program.

    === what the case shows
    $ tappet add.wasm 1 2          a shell command, in the directory of the guests
    --- stdout                     exactly what it writes; a line "..." stands for any lines
    3
    --- stderr
    --- exit 0

Before the command, "--- file NAME" says what is to be in a file of that directory.

Usage: run_golden.py TAPPET GUESTS FILE. Every case runs; the exit code says whether all passed.
"""

import os
import pathlib
import re
import subprocess
import sys

TIMEOUT_SECONDS = 60


def read_cases(path):
    cases = []
    section = None
    for number, line in enumerate(open(path, encoding="utf-8").read().split("\n"), 1):
        if line.startswith("=== "):
            cases.append({"name": line[4:], "line": number, "command": "", "exit": None,
                          "files": {}})
            section = None
        elif not cases:
            continue  # the file's own comment
        elif line.startswith("$ "):
            cases[-1]["command"] = line[2:]
            section = None
        elif line.startswith("--- file "):
            section = line[9:]
            cases[-1]["files"][section] = ""
        elif line in ("--- stdout", "--- stderr"):
            section = line[4:]
            cases[-1][section] = ""
        elif line.startswith("--- exit "):
            cases[-1]["exit"] = int(line[9:])
            section = None
        elif section in cases[-1]["files"]:
            cases[-1]["files"][section] += line + "\n"
        elif section:
            cases[-1][section] += line + "\n"
        elif line:
            sys.exit(f"{path}:{number}: what is this? {line}")
    for case in cases:
        if case["exit"] is None or "stdout" not in case or "stderr" not in case:
            sys.exit(f"{path}:{case['line']}: an incomplete case")
    return cases


def matches(expected, actual):
    pattern = re.escape(expected).replace(re.escape("...\n"), "(?:.*\n)*")
    return re.fullmatch(pattern, actual) is not None


def problems(case, tappet, guests):
    environment = dict(os.environ, PATH=os.path.dirname(tappet) + ":" + os.environ["PATH"])
    for name, text in case["files"].items():
        pathlib.Path(guests, name).write_text(text, encoding="utf-8")
    try:
        run = subprocess.run(["sh", "-c", case["command"]], cwd=guests, env=environment,
                             stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        return [f"takes more than {TIMEOUT_SECONDS} seconds"]
    found = []
    for name, got in (("stdout", run.stdout), ("stderr", run.stderr)):
        text = got.decode("utf-8", "backslashreplace")
        if not matches(case[name], text):
            found.append(f"{name} is\n{text}instead of\n{case[name]}")
    if run.returncode != case["exit"]:
        found.append(f"exit code is {run.returncode} instead of {case['exit']}")
    return found


def main():
    tappet, guests, path = map(os.path.abspath, sys.argv[1:])
    cases = read_cases(path)
    failed = 0
    for case in cases:
        found = problems(case, tappet, guests)
        failed += bool(found)
        print("ok  " if not found else "FAIL", case["name"])
        for problem in found:
            print(f"{path}:{case['line']}: $ {case['command']}\n{problem}")
    print(f"{len(cases) - failed} of {len(cases)} cases passed")
    sys.exit(1 if failed or not cases else 0)


if __name__ == "__main__":
    main()
