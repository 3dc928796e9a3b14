"""Draws results as SVG: a row of bars per program, ratios to the first peer's time."""

import datetime
import html
import math
import statistics

COLOURS = ["#2f6f4f", "#b0b7bd", "#8c9bb0", "#c9b28f", "#a98fb8"]
BAR, GAP, LEFT, WIDTH = 9, 8, 110, 720


def draw(results, names):
    base = names[1] if len(names) > 1 else names[0]
    rows = {kernel: {name: times[name] / times[base] for name in names if name in times}
            for kernel, times in results.items() if base in times}
    rows["geomean"] = {name: math.exp(statistics.fmean(
        math.log(row[name]) for row in rows.values() if name in row)) for name in names
        if any(name in row for row in rows.values())}
    most = max((ratio for row in rows.values() for ratio in row.values()), default=1)
    scale = (WIDTH - LEFT - 60) / most
    out, y = [], 46
    for i, name in enumerate(names):
        out.append(f'<rect x="{LEFT + 120 * i}" y="12" width="10" height="10" '
                   f'fill="{COLOURS[i % len(COLOURS)]}"/><text x="{LEFT + 120 * i + 15}" y="21">'
                   f'{html.escape(name)}</text>')
    for kernel, row in rows.items():
        weight = ' font-weight="bold"' if kernel == "geomean" else ""
        middle = y + BAR * len(names) / 2 + 4
        out.append(f'<text x="{LEFT - 8}" y="{middle}" text-anchor="end"{weight}>'
                   f'{html.escape(kernel)}</text>')
        for i, name in enumerate(names):
            if name in row:
                out.append(f'<rect x="{LEFT}" y="{y + BAR * i}" width="{row[name] * scale:.1f}" '
                           f'height="{BAR - 1}" fill="{COLOURS[i % len(COLOURS)]}"/>')
                out.append(f'<text x="{LEFT + row[name] * scale + 4:.1f}" y="{y + BAR * i + 8}" '
                           f'font-size="8">{row[name]:.2f}</text>')
        y += BAR * len(names) + GAP
    note = f"CPU time, {html.escape(base)} = 1, less is better. {datetime.date.today()}"
    out.append(f'<text x="{LEFT}" y="{y + 10}" font-size="10">{note}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 20}" '
            'font-family="sans-serif" font-size="11" fill="#222">'
            '<rect width="100%" height="100%" fill="#fff"/>' + "\n".join(out) + "</svg>\n")
