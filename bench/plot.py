"""Draws points as SVG, both axes logarithmic, so that what grows linearly has one slope."""

import datetime
import html
import math

from chart import COLOURS

LEFT, TOP, WIDTH, HEIGHT = 60, 40, 640, 320


class Axis:
    def __init__(self, values, start, end):
        self.low = 10 ** math.floor(math.log10(min(values)))
        self.high = max(10 ** math.ceil(math.log10(max(values))), self.low * 10)
        self.start, self.end = start, end

    def place(self, value):
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self):
        decades = round(math.log10(self.high / self.low))
        return [self.low * 10 ** i for i in range(decades + 1)]


def measurable(points):
    return sorted((x, y) for x, y in points if x > 0 and y > 0)


def plot(lines, marks, x_title, y_title):
    """`lines`: by name, (x, y) points; `marks`: by name, one such point.
    What is not above zero was too small to be measured, and goes."""
    lines = {name: measurable(points) for name, points in lines.items()}
    marks = {name: point for name, point in marks.items() if measurable([point])}
    every = [point for points in lines.values() for point in points] + [*marks.values()]
    every = every or [(1, 1)]
    x = Axis([point[0] for point in every], LEFT, WIDTH - 20)
    y = Axis([point[1] for point in every], HEIGHT - 40, TOP)
    out = []
    for tick in x.ticks():
        at = x.place(tick)
        out.append(f'<path d="M{at:.1f} {y.start}V{y.end}" stroke="#ddd"/>'
                   f'<text x="{at:.1f}" y="{y.start + 15}" text-anchor="middle">{tick:g}</text>')
    for tick in y.ticks():
        at = y.place(tick)
        out.append(f'<path d="M{x.start} {at:.1f}H{x.end}" stroke="#ddd"/>'
                   f'<text x="{x.start - 6}" y="{at + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for i, (name, points) in enumerate(lines.items()):
        colour = COLOURS[i % len(COLOURS)]
        places = [(x.place(px), y.place(py)) for px, py in points]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in places)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        out += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{colour}"/>' for px, py in places]
        out.append(f'<rect x="{LEFT + 150 * i}" y="12" width="10" height="10" fill="{colour}"/>'
                   f'<text x="{LEFT + 150 * i + 15}" y="21">{html.escape(name)}</text>')
    for i, (name, point) in enumerate(sorted(marks.items(), key=lambda mark: mark[1])):
        px, py = x.place(point[0]), y.place(point[1])
        # By turns below and above, since neighbours are close.
        side, anchor = (7, "start") if i % 2 == 0 else (-7, "end")
        out.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="none" stroke="{COLOURS[0]}"/>'
                   f'<text x="{px + side:.1f}" y="{py + side + 4:.1f}" text-anchor="{anchor}" '
                   f'font-size="10">{html.escape(name)}</text>')
    note = f"{html.escape(y_title)} by {html.escape(x_title)}. {datetime.date.today()}"
    out.append(f'<text x="{LEFT}" y="{HEIGHT - 8}" font-size="10">{note}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            'font-family="sans-serif" font-size="11" fill="#222">'
            '<rect width="100%" height="100%" fill="#fff"/>' + "\n".join(out) + "</svg>\n")
