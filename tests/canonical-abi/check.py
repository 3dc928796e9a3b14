#!/usr/bin/env python3
"""Compares traps.tsv with the scripts beside it, and has `tappet wast` run them.

usage: check.py TAPPET [OPTION...]       OPTION: for `tappet wast`
       check.py --definitions FILE       FILE: definitions.py of the component model

A comment `;; function number` in a script says which trap the next assertion is about. The table has
a row for each such function, number and message, and no other; each assertion's message is the
whole of what the guest traps with; rows that name a unit test name one that has the message in it.
With --definitions, the table has exactly the functions and numbers of that file.
"""

import ast
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LABEL = re.compile(r";; ([A-Za-z_][\w.]*) (\d+)")
ASSERTION = re.compile(r'\((assert_trap|assert_exhaustion) .*"((?:[^"\\]|\\.)*)"\)')
ACTUAL = re.compile(r"^[^:]*:(\d+):\d+: trapped: (.*), but expected: \?$")

Row = collections.namedtuple("Row", "function number condition message where")
Assertion = collections.namedtuple("Assertion", "line site message")


class Wrong(Exception):
    pass


def rows():
    for line in (HERE / "traps.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        row = Row(*line.split("\t"))
        if not (row.condition and row.message and row.where):
            raise Wrong(f"not a row: {line}")
        yield row._replace(number=int(row.number))


def assertions(text, name):
    """The traps that a script asserts; `site` is None, or a function and a number."""
    site = None
    for number, line in enumerate(text.splitlines(), 1):
        if label := LABEL.fullmatch(line):
            site = (label[1], int(label[2]))
        elif found := ASSERTION.fullmatch(line):
            yield Assertion(number, site, found[2])
            site = None
        elif "(assert_" in line and site:
            raise Wrong(f"{name}:{number}: not a trap, but there is a label")
    if site:
        raise Wrong(f"{name}: a label without assertion")


def sites(definitions):
    """The traps of definitions.py, as functions and numbers from 1."""
    counts = collections.Counter()

    def visit(node, name, inside):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.ClassDef, ast.FunctionDef)) and not inside:
                full = f"{name}.{child.name}" if name else child.name
                yield from visit(child, full, isinstance(child, ast.FunctionDef))
                continue
            if isinstance(child, ast.Call) and getattr(child.func, "id", "") in ("trap", "trap_if"):
                counts[name] += 1
                yield name, counts[name]
            yield from visit(child, name, inside)

    return list(visit(ast.parse(definitions), "", False))


def check_definitions(file):
    expected = set(sites(pathlib.Path(file).read_text()))
    found = {(row.function, row.number) for row in rows() if row.number > 0}
    if expected != found:
        raise Wrong(f"missing: {sorted(expected - found)}, too many: {sorted(found - expected)}")
    print(f"{len(expected)} traps")


def check_unit_test(row):
    path, _, test = row.where.partition(":")
    suite, _, name = test.partition(".")
    parts = re.split(r"^(?=TEST)", (ROOT / path).read_text(), flags=re.MULTILINE)
    bodies = [p for p in parts if re.match(rf"TEST(_F|_P)?\({suite}, {name}\)", p)]
    if len(bodies) != 1 or row.message not in bodies[0]:
        raise Wrong(f"no such test, or not with this message: {row}")


def check_table():
    labelled = set()
    for script in HERE.glob("*.wast"):
        for found in assertions(script.read_text(), script.name):
            if found.site:
                labelled.add((*found.site, found.message, script.name))
    listed = set()
    for row in rows():
        if row.where.startswith("never: "):
            continue
        if row.where.endswith(".wast"):
            listed.add((row.function, row.number, row.message, row.where))
        else:
            check_unit_test(row)
    if labelled != listed:
        raise Wrong(f"only in scripts: {sorted(labelled - listed)}, only in traps.tsv: {sorted(listed - labelled)}")


def check_messages(tappet, script, scratch):
    """`tappet wast` compares beginnings: with nothing that begins so, it says what there was."""
    text = script.read_text()
    lines = text.splitlines()
    expected = {}
    for found in assertions(text, script.name):
        if not lines[found.line - 1].startswith("(assert_trap"):
            continue
        expected[found.line] = found.message
        head, _, tail = lines[found.line - 1].rpartition(f'"{found.message}"')
        lines[found.line - 1] = f'{head}"?"{tail}'
    copy = pathlib.Path(scratch) / script.name
    copy.write_text("\n".join(lines))
    ran = subprocess.run([*tappet, str(copy)], capture_output=True, text=True, check=False)
    actual = {int(m[1]): m[2] for m in map(ACTUAL.match, ran.stdout.splitlines()) if m}
    for line in sorted(expected.keys() | actual.keys()):
        if expected.get(line) != actual.get(line):
            raise Wrong(f"{script.name}:{line}: {expected.get(line)!r}, but {actual.get(line)!r}")


def main():
    if sys.argv[1] == "--definitions":
        return check_definitions(sys.argv[2])
    tappet = [sys.argv[1], "wast", *sys.argv[2:]]
    check_table()
    scripts = sorted(HERE.glob("*.wast"))
    with tempfile.TemporaryDirectory() as scratch:
        for script in scripts:
            check_messages(tappet, script, scratch)
    return subprocess.call([*tappet, *map(str, scripts)])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Wrong as wrong:
        sys.exit(f"error: {wrong}")
