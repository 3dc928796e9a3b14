"""Compares checklist.tsv with the tests: each row has a test, the test exists, and none of those beside
this file is left out.

Usage: check.py
"""

import importlib
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RUNNERS = ("client", "reuse", "service", "javascript")
# What the checklist is about: each has rows.
CHAPTERS = {
    "client": 14, "proxy": 8, "serve": 26, "other": 4, "ownership": 11, "traps": 9, "once": 5, "fields": 12,
    "setters": 6, "outgoing": 21, "bodies": 17, "incoming": 11}


def rows():
    for number, line in enumerate((HERE / "checklist.tsv").read_text().splitlines(), 1):
        if line and not line.startswith("#"):
            columns = line.split("\t")
            if len(columns) != 3 or not all(column.strip() for column in columns):
                yield number, None, None
            else:
                yield number, columns[0], columns[2]


def exists(test, runners):
    place, _, name = test.partition(":")
    if place.endswith(".py") and place[:-3] in runners:
        return name in runners[place[:-3]]
    path = ROOT / place
    if not path.is_file() or not name:
        return False
    text = path.read_text()
    if place.endswith(".cpp"):
        suite, _, case = name.partition(".")
        return re.search(rf"^TEST(_F|_P)?\({suite}, {case}\)", text, re.M) is not None
    if place.endswith(".py"):
        return re.search(rf"^def {name}\(", text, re.M) is not None
    return re.search(rf"^=== {re.escape(name)}$", text, re.M) is not None


def main():
    sys.path.append(str(HERE))
    runners = {name: importlib.import_module(name).TESTS for name in RUNNERS}
    wrong, named, counts = [], set(), dict.fromkeys(CHAPTERS, 0)
    for number, item, tests in rows():
        chapter = item.split(" ")[0] if item else None
        if chapter not in CHAPTERS:
            wrong.append(f"checklist.tsv:{number}: not an item, a rule and its tests")
            continue
        counts[chapter] += 1
        for test in tests.split(" | "):
            named.add(test)
            if not exists(test, runners):
                wrong.append(f"checklist.tsv:{number}: there is no test {test}")
    for chapter, least in CHAPTERS.items():
        if counts[chapter] < least:
            wrong.append(f"{chapter}: {counts[chapter]} rows instead of {least}")
    for name, tests in runners.items():
        for test in tests:
            if f"{name}.py:{test}" not in named:
                wrong.append(f"{name}.py: {test} is in no row")
    print("\n".join(wrong) or f"{sum(counts.values())} rows, {len(named)} tests")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
