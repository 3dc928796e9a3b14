"""Lists the functions of WIT packages: interface, function, the version that has it since, and the
feature that it waits for, if any. Tab-separated, sorted.

Usage: wit_names.py DIRECTORY...: of *.wit files of the same version.
"""

import pathlib
import re
import sys

INTERFACE = re.compile(r"interface ([a-z0-9-]+) \{")
RESOURCE = re.compile(r"resource ([a-z0-9-]+)\s*[{;]")
FUNCTION = re.compile(r"%?([a-z0-9-]+): (static )?func\(")
SINCE = re.compile(r"@since\(version = ([0-9.]+)\)")
UNSTABLE = re.compile(r"@unstable\(feature = ([a-z0-9-]+)\)")


def functions(text, package):
    """Interfaces, resources and functions in order; whatever else has braces only nests."""
    rows = []
    interface = resource = None
    interface_gate = gate = ("", "")
    depth = resource_depth = 0
    for line in text.split("\n"):
        line = line.split("//")[0].strip()
        if found := SINCE.match(line):
            gate = (found[1], "")
        elif found := UNSTABLE.match(line):
            gate = ("", found[1])
        elif found := INTERFACE.match(line):
            interface, interface_gate, gate = found[1], gate, ("", "")
        elif found := RESOURCE.match(line):
            resource, resource_depth, gate = found[1], depth, ("", "")
        elif interface and (line.startswith("constructor(") or FUNCTION.match(line)):
            found = FUNCTION.match(line)
            if found is None:
                name = f"[constructor]{resource}"
            elif resource:
                name = f"[{'static' if found[2] else 'method'}]{resource}.{found[1]}"
            else:
                name = found[1]
            since, feature = gate if gate != ("", "") else interface_gate
            rows.append((f"{package}/{interface}", name, since, feature))
            gate = ("", "")
        depth += line.count("{") - line.count("}")
        if resource and depth <= resource_depth:
            resource = None
        if depth == 0:
            interface = None
    return rows


def main():
    rows = []
    for directory in sys.argv[1:]:
        texts = [path.read_text() for path in sorted(pathlib.Path(directory).glob("*.wit"))]
        package = next(found[1] for text in texts
                       if (found := re.search(r"^package ([a-z:]+)@", text, re.MULTILINE)))
        for text in texts:
            rows += functions(text, package)
    for row in sorted(rows):
        print("\t".join(row).rstrip("\t"))


main()
