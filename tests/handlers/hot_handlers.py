#!/usr/bin/env python3
"""Checks the machine code of the handlers that loops execute.

usage: hot_handlers.py PROFILE PROGRAM

A handler of these families must keep everything in registers: no push, no pop, no stack frame, no
call. It ends in jumps through a register, and a conditional branch has one in each arm: were the
next instruction selected instead, every later load would wait for the guest's comparison.
"""

import re
import subprocess
import sys

# By operation; the ones that branch, and the ones that go on.
STRAIGHT = ["IntBinary", "IntCompare", "IntUnary", "FloatBinary", "FloatCompare", "IntLoad",
            "FloatLoad", "IntStore", "FloatStore", "MoveInt", "MoveFloat", "MoveTwo", "OpOp",
            "ShiftOp", "OpShift", "LoadOp", "FloatLoadOp", "FloatOpOp", "LoadScaled",
            "LoadMasked", "LoadAdvance", "LoadLoad", "LoadLoadMul", "LoadMulAdd", "AddToMemory",
            "AddXorRotl", "RotlXorRotl", "ShiftXorMul", "CompareSelect", "IncrementTwo", "LoadPins",
            "ReturnInt", "ReturnFloat", "ReturnBinary", "ReturnLoad", "StoreReturn"]
BRANCHES = ["IntBranch", "FloatBranch", "IncrementBranch", "IncrementTwoBranch", "AndBranch",
            "LoadBranch", "LoadKeepBranch", "AndKeepBranch", "RangeBranch", "FloatOpBranch",
            "MoveIncrementBranch", "StoreIncrementBranch"]
# Families that have no handlers in the compact profile.
FULL_ONLY = ["CompareSelect", "IncrementTwoBranch", "LoadLoad", "LoadLoadMul", "LoadMulAdd",
             "AddToMemory", "LoadKeepBranch", "AndKeepBranch", "RangeBranch", "FloatOpBranch",
             "MoveIncrementBranch", "StoreIncrementBranch", "ReturnBinary", "ReturnLoad",
             "StoreReturn"]
MOST = 20  # complaints printed
# Minimum, maximum, rounding and the like are functions of the C library or longer sequences.
LONG_OPERATORS = re.compile(r"\d(FMin|FMax|FCopysign|FCeil|FFloor|FTrunc|FNearest|Popcnt\d\d)")
SYMBOL = re.compile(r"^[0-9a-f]+ <(_ZN6tappet4exec7executeI\w+)>:$")
# A pin compared with itself: the outcome is known, and nobody emits it for long.
SAME_PIN = re.compile(r"4WithILNS0_5ClassE([3-6])E(?:LS\w_\dE)*LS\w_\1E")


def operation(symbol):
    """The name of the operation that a handler executes."""
    for match in re.finditer(r"(\d+)([A-Z]\w+)", symbol[len("_ZN6tappet4exec7execute"):]):
        return match[2][:int(match[1])]
    return None


def handlers(program):
    listing = subprocess.Popen(["objdump", "-d", "--no-show-raw-insn", program],
                               stdout=subprocess.PIPE, text=True)
    symbol, lines = None, []
    for line in listing.stdout:
        found = SYMBOL.match(line)
        if found or not line.strip():
            if symbol is not None:
                yield symbol, lines
            symbol, lines = (found[1], []) if found else (None, [])
        elif symbol is not None:
            lines.append(line.strip().split("\t", 1)[-1])
    if symbol is not None:
        yield symbol, lines
    if listing.wait() != 0:
        sys.exit(f"objdump cannot read {program}")


def complaint(name, lines):
    for line in lines:
        if re.match(r"(push|pop|call|enter|leave)", line) or "%rsp" in line:
            return f"uses the stack: {line}"
    jumps = sum(1 for line in lines if re.match(r"jmp\s+\*", line))
    if jumps == 0:
        return "does not end in a jump to the next handler"
    if name in BRANCHES and jumps < 2:
        return "one jump for both arms"
    return None


def main():
    profile, program = sys.argv[1:]
    seen, wrong = {}, []
    for symbol, lines in handlers(program):
        name = operation(symbol)
        if (name not in STRAIGHT + BRANCHES or LONG_OPERATORS.search(symbol)
                or name in BRANCHES and SAME_PIN.search(symbol)):
            continue
        seen[name] = seen.get(name, 0) + 1
        why = complaint(name, lines)
        if why:
            wrong.append(f"{name}: {symbol}: {why}")
    for name in STRAIGHT + BRANCHES:
        if name not in seen and not (profile == "compact" and name in FULL_ONLY):
            wrong.append(f"{name}: no such handler in {program}")
    print(f"{sum(seen.values())} handlers of {len(seen)} families, {len(wrong)} wrong")
    for line in wrong[:MOST]:
        print(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
