#!/usr/bin/env python3
"""Turns what core.py or real.py measured into what the README shows: a drawing and a table.

Ratios are CPU times divided by the first peer's, or by Tappet's where it had no peers.
"""

import argparse
import json
import pathlib
import re

import svg
from figures import by_program, geomean

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench/results"
LEFT, WIDTH, ROW, BAR = 96, 800, 19, 20
RIGHT = WIDTH - 30
SCALES = [0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100]


class Ratios:
    """Of each of `names`, the first being ours, to the base's time."""

    def __init__(self, report):
        self.names = report["names"]
        self.base = self.names[min(1, len(self.names) - 1)]
        results = report["results"]
        self.rows = {program: {name: times[name] / times[self.base] for name in self.names
                               if name in times}
                     for program, times in results.items() if self.base in times}
        self.means = {name: geomean(values) for name in self.names
                      if (values := [row[name] for row in self.rows.values() if name in row])}

    def most(self):
        every = [ratio for row in self.rows.values() for ratio in row.values()]
        return max(every, default=1)


class Scale:
    """From nothing to `most`, with a tick at every `step`."""

    def __init__(self, most, end):
        self.step = next((step for step in SCALES if most / step <= 8), most)
        self.ticks = [i * self.step for i in range(int(most / self.step) + 2)]
        self.unit = (end - LEFT) / self.ticks[-1]

    def at(self, ratio):
        return LEFT + ratio * self.unit


def draw_means(ratios, y):
    scale = Scale(max(ratios.means.values(), default=1), RIGHT - 20)
    out = [svg.text(14, y, f"Geometric mean of CPU time, {ratios.base} = 1; less is better",
                    font_weight="bold")]
    y += 12
    for i, name in enumerate(ratios.names):
        if name not in ratios.means:
            continue
        mean = ratios.means[name]
        weight = {"font_weight": "bold"} if i == 0 else {}
        out += [svg.text(LEFT - 8, y + 14, name, text_anchor="end", **weight),
                svg.bar(LEFT, y + 2, mean * scale.unit, BAR - 4, svg.series(i)),
                svg.text(scale.at(mean) + 6, y + 14, f"{mean:.2f}", **weight)]
        y += BAR
    return out, y


def draw_legend(ratios, y):
    out, x = [], float(LEFT)
    for i, name in enumerate(ratios.names):
        out += [svg.mark(i, x + 5, y - 4, name), svg.text(x + 14, y, name)]
        x += 34 + 6.5 * len(name)
    return out


def draw_rows(ratios, y):
    scale = Scale(ratios.most(), RIGHT)
    out = [svg.text(14, y, "By program", font_weight="bold"), *draw_legend(ratios, y)]
    top, y = y + 12, y + 12
    bottom = top + ROW * len(ratios.rows)
    for tick in scale.ticks:
        out += [svg.line(scale.at(tick), top, scale.at(tick), bottom + 3),
                svg.text(scale.at(tick), bottom + 15, f"{tick:g}", "faint", text_anchor="middle")]
    for program, row in ratios.rows.items():
        middle = y + ROW / 2
        out.append(svg.text(LEFT - 8, middle + 4, program, text_anchor="end"))
        ours = ratios.names[0]
        if ours in row:
            out.append(svg.bar(LEFT, middle - 3, row[ours] * scale.unit, 6, svg.series(0)))
        # Ours last, on top of whom it meets.
        for i, name in reversed(list(enumerate(ratios.names))):
            if name in row:
                title = f"{program}, {name}: {row[name]:.2f}"
                out.append(svg.mark(i, scale.at(row[name]), middle, title))
        y += ROW
    return out, bottom + 20


def circumstances(report):
    return [f"{report['date']}, {report['machine']}, {report['processors']} processors",
            f"medians of {report['rounds']} interleaved rounds",
            f"programs compiled by {report['compiler']}"]


def caption(report):
    versions = [f"{name}: {note}" for name, note in report["versions"].items()]
    return ". ".join(["; ".join(circumstances(report)), "; ".join(versions)]) + "."


def draw(report):
    ratios = Ratios(report)
    means, y = draw_means(ratios, 24)
    rows, y = draw_rows(ratios, y + 22)
    first, y = svg.paragraph(14, y + 16, caption(report), 128)
    second, y = svg.paragraph(14, y + 3, report["command"], 122, font_family=svg.MONOSPACE)
    title = f"CPU time of {len(ratios.rows)} programs, relative to {ratios.base}"
    return svg.document(WIDTH, y + 2, title, means + rows + first + second)


def markdown(report, picture):
    """The README's part: the drawing, a row for each peer, and how to do it again."""
    ours, *peers = report["names"]
    lines = [f"![CPU time of each program, by interpreter]({picture})", "",
             f"| {ours}'s CPU time, as a share of | geometric mean | least | most | programs |",
             "|---|---|---|---|---|"]
    for peer in peers:
        shares = by_program(report["results"], ours, peer)
        if not shares:
            continue
        least, most = (choose(shares, key=shares.get) for choose in (min, max))
        version = report["versions"].get(peer, "")
        lines.append(f"| {peer}{f' ({version})' if version else ''} | "
                     f"{geomean(shares.values()):.2f} | {least} {shares[least]:.2f} | "
                     f"{most} {shares[most]:.2f} | {len(shares)} |")
    lines += ["", f"{'; '.join(circumstances(report))}. Again:", "", "```", report["command"],
              "```"]
    return "\n".join(lines)


def insert(page, name, part):
    """`page` with `part` between its comments for the figures of that name."""
    begin, end = f"<!-- figures: {name} -->\n", "<!-- end of figures -->"
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    page, found = re.subn(pattern, lambda _: f"{begin}{part}\n{end}", page, flags=re.DOTALL)
    if found != 1:
        raise ValueError(f"not one place for the figures of {name}")
    return page


def publish(name, readme=ROOT / "README.md", results=RESULTS):
    """Draws NAME.json and writes its figures into the README."""
    report = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
    picture = results / f"{name}.svg"
    picture.write_text(draw(report), encoding="utf-8")
    part = markdown(report, picture.relative_to(readme.parent))
    page = readme.read_text(encoding="utf-8")
    readme.write_text(insert(page, name, part), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("json", help="what core.py or real.py wrote with --json")
    parser.add_argument("--svg", metavar="FILE", help="where to draw; without it: print the table")
    options = parser.parse_args()
    contents = json.loads(pathlib.Path(options.json).read_text(encoding="utf-8"))
    if options.svg:
        pathlib.Path(options.svg).write_text(draw(contents), encoding="utf-8")
    print(markdown(contents, options.svg or "core.svg"))
