"""Draws points as SVG, both axes logarithmic, so that what grows linearly has one slope."""

import datetime
import math

import svg

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
        out += [svg.line(at, y.start, at, y.end),
                svg.text(at, y.start + 15, f"{tick:g}", "faint", text_anchor="middle")]
    for tick in y.ticks():
        at = y.place(tick)
        out += [svg.line(x.start, at, x.end, at),
                svg.text(x.start - 6, at + 4, f"{tick:g}", "faint", text_anchor="end")]
    for i, (name, points) in enumerate(lines.items()):
        places = [(x.place(px), y.place(py)) for px, py in points]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in places)
        out.append(f'<polyline points="{path}" class="{svg.series(i)}" stroke-width="1.5" '
                   'fill-opacity="0"/>')
        out += [svg.mark(i, *place, name) for place in places]
        out += [svg.mark(i, LEFT + 150 * i + 5, 17, name), svg.text(LEFT + 150 * i + 15, 21, name)]
    for i, (name, point) in enumerate(sorted(marks.items(), key=lambda mark: mark[1])):
        px, py = x.place(point[0]), y.place(point[1])
        # By turns below and above, since neighbours are close.
        side, anchor = (7, "start") if i % 2 == 0 else (-7, "end")
        out.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" class="{svg.series(0)}" '
                   'fill-opacity="0"/>')
        out.append(svg.text(px + side, py + side + 4, name, text_anchor=anchor, font_size=10))
    title = f"{y_title} by {x_title}"
    out.append(svg.text(LEFT, HEIGHT - 8, f"{title}. {datetime.date.today()}", "faint",
                        font_size=10))
    return svg.document(WIDTH, HEIGHT, title, out)
