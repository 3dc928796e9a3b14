#!/usr/bin/env python3
"""Converts the fixtures' scripts (.wast) to JSON and binary modules with wabt's wast2json.

usage: convert.py FIXTURES_DIR OUT_DIR [SUITE...]

Converts FIXTURES_DIR/<suite>/*.wast to OUT_DIR/<suite>/*.json; the suite is core unless named. The
environment variable TAPPET_FIXTURES, if set, replaces FIXTURES_DIR. Exits with 77 if there are no
fixtures.

wast2json is older than the scripts: one directive that it cannot read would cost the whole file. So
a script is cut into its directives, and those that wast2json complains about are blanked out, with
all that depend on them. What was left out is listed in <name>.left_out.json, for the runner to count
as skipped. A file whose list is newer than the script and than this program is kept.
"""

import glob
import json
import multiprocessing
import os
import re
import subprocess
import sys

# Grammar that wast2json knows and that does not change how it writes other modules.
FLAGS = [f"--enable-{feature}" for feature in
         ("multi-memory", "memory64", "tail-call", "extended-const", "threads", "relaxed-simd")]
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|;;[^\n]*|\(;|;\)|[()]|\n', re.S)
ACTIONS = {"invoke", "get", "assert_return", "assert_trap", "assert_exhaustion", "assert_exception",
           "register"}


class Directive:
    def __init__(self, text, begin, end, line):
        self.begin, self.end = begin, end
        self.line = line  # where it begins
        self.last_line = line + text.count("\n", begin, end)
        self.text = text[begin:end]
        self.keyword = re.match(r"\(\s*([^\s()\";]*)", self.text).group(1)
        self.reason = None  # why it is left out

    def defines_module(self):
        return self.keyword == "module"

    def module_name(self):
        found = re.match(r"\(\s*module\s+(?:definition\s+|instance\s+)?(\$[^\s()\";]+)", self.text)
        return found and found.group(1)

    def used_module(self):
        """The module an action names; "" for the current one; None if this is no action."""
        if self.keyword not in ACTIONS or re.search(r"\(\s*module\b", self.text):
            return None
        named = re.search(r"\(\s*(?:invoke|get)\s+(\$[^\s()\";]+)", self.text) or re.match(
            r'\(\s*register\s+"(?:[^"\\]|\\.)*"\s+(\$[^\s()\";]+)', self.text)
        return named.group(1) if named else ""


def split(text):
    directives, depth, comment, line, begin, begin_line = [], 0, 0, 1, 0, 1
    for token in TOKEN.finditer(text):
        word = token.group()
        if word == "(;":
            comment += 1
        elif word == ";)":
            comment -= 1
        elif comment == 0 and word == "(":
            if depth == 0:
                begin, begin_line = token.start(), line
            depth += 1
        elif comment == 0 and word == ")":
            depth -= 1
            if depth == 0:
                directives.append(Directive(text, begin, token.end(), begin_line))
        line += word.count("\n")
    return directives


def leave_out_dependents(directives):
    """Actions on a module that is left out would run on another one."""
    missing, current_missing = set(), False
    for directive in directives:
        if directive.defines_module():
            current_missing = directive.reason is not None
            name = directive.module_name()
            if name:
                (missing.add if current_missing else missing.discard)(name)
            continue
        used = directive.used_module()
        if used is None or directive.reason:
            continue
        if used in missing or (used == "" and current_missing):
            directive.reason = "its module is left out"


def blank_out(text, directives):
    for directive in directives:
        if directive.reason:
            blank = re.sub(r"[^\n]", " ", text[directive.begin:directive.end])
            text = text[:directive.begin] + blank + text[directive.end:]
    return text


def complaints(stderr, temp):
    """Line number -> message."""
    pattern = re.compile(re.escape(temp) + r":(\d+):\d+: error: (.*)")
    return {int(found.group(1)): found.group(2) for found in pattern.finditer(stderr)}


def run_wast2json(temp, out):
    done = subprocess.run(["wast2json", "--no-check", *FLAGS, temp, "-o", out],
                          capture_output=True, text=True, errors="replace")
    return done.returncode, done.stderr


def convert(job):
    source, out_dir = job
    name = os.path.splitext(os.path.basename(source))[0]
    out, temp = os.path.join(out_dir, name + ".json"), os.path.join(out_dir, name + ".wast")
    left_out = os.path.join(out_dir, name + ".left_out.json")
    newest = max(os.path.getmtime(source), os.path.getmtime(__file__))
    if os.path.exists(left_out) and os.path.getmtime(left_out) > newest:
        return
    with open(source, encoding="utf-8", newline="") as file:
        text = file.read()
    directives = split(text)
    while True:
        leave_out_dependents(directives)
        if all(directive.reason for directive in directives):
            with open(out, "w", encoding="utf-8") as file:
                json.dump({"commands": []}, file)
            break
        with open(temp, "w", encoding="utf-8", newline="") as file:
            file.write(blank_out(text, directives))
        code, stderr = run_wast2json(temp, out)
        if code == 0:
            break
        wrong = complaints(stderr, temp)
        hit = [d for d in directives if d.reason is None
               and any(d.line <= line <= d.last_line for line in wrong)]
        for directive in hit:
            line = next(line for line in sorted(wrong) if directive.line <= line <= directive.last_line)
            directive.reason = "wast2json: " + wrong[line]
        if not hit:  # it crashed, or complains about something between directives
            for directive in directives:
                directive.reason = directive.reason or "wast2json crashes on this file"
    with open(left_out, "w", encoding="utf-8") as file:
        json.dump([{"line": d.line, "reason": d.reason} for d in directives if d.reason], file)


def main():
    fixtures, out_dir = os.environ.get("TAPPET_FIXTURES") or sys.argv[1], sys.argv[2]
    if not os.path.isdir(fixtures):
        print(f"skipped: the fixtures directory {fixtures} is absent (see TAPPET_FIXTURES)")
        sys.exit(77)
    jobs = []
    for suite in sys.argv[3:] or ["core"]:
        out = os.path.join(out_dir, suite)
        os.makedirs(out, exist_ok=True)
        jobs += [(source, out) for source in glob.glob(os.path.join(fixtures, suite, "*.wast"))]
    with multiprocessing.Pool() as pool:
        pool.map(convert, sorted(jobs), chunksize=1)
    print(f"{len(jobs)} scripts are converted")


if __name__ == "__main__":
    main()
