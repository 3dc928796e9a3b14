"""What all drawings share: SVG that can be read on light and on dark pages.

A drawing has a background of its own, so that it is legible where the page is dark and the reader's
system is not, or the other way round.
"""

import html
import textwrap

# On light and on dark ground; of what is drawn, ours first.
GROUND = {"ground": ("#ffffff", "#0d1117"), "line": ("#d0d7de", "#3d444d"),
          "text": ("#1f2328", "#f0f6fc"), "faint": ("#59636e", "#9198a1")}
SERIES = [("#116e46", "#3fb97f"), ("#59636e", "#9da7b1"), ("#c2571a", "#f0883e"),
          ("#9a7b0f", "#d4b13f"), ("#3566c4", "#79a8ff"), ("#a1408f", "#df84ce")]
MONOSPACE = "ui-monospace,Menlo,Consolas,monospace"


def escape(text):
    return html.escape(str(text))


def rules(scheme):
    colours = {f"s{i}": colour[scheme] for i, colour in enumerate(SERIES)}
    out = [f".{name}{{fill:{colour};stroke:{colour}}}" for name, colour in colours.items()]
    out += [f".{name}{{fill:{GROUND[name][scheme]}}}" for name in ("ground", "text", "faint")]
    out.append(f".line,.ground{{stroke:{GROUND['line'][scheme]}}}")
    return "".join(out)


def series(i):
    """The class of what is drawn for the i-th of those compared."""
    return f"s{i % len(SERIES)}"


def text(x, y, words, kind="text", **attributes):
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}"{more}>{escape(words)}</text>'


def line(x1, y1, x2, y2):
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" class="line" fill="none"/>'


def bar(x, y, width, height, kind):
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="1.5" '
            f'class="{kind}" stroke-width="0"/>')


def mark(i, x, y, title):
    """A point of the i-th series; the shape tells them apart without colour."""
    shapes = ["M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "M-3.5 -3.5h7v7h-7z",
              "M0 -4.8L4.8 0L0 4.8L-4.8 0z", "M0 -4.5L4.5 3.5H-4.5z", "M0 4.5L4.5 -3.5H-4.5z",
              "M-3.5 -3.5L3.5 3.5M3.5 -3.5L-3.5 3.5"]
    shape = shapes[i % len(shapes)]
    open_shape = "z" not in shape and "a" not in shape
    return (f'<path transform="translate({x:.1f} {y:.1f})" d="{shape}" class="{series(i)}" '
            f'stroke-width="{1.8 if open_shape else 0}"><title>{escape(title)}</title></path>')


def paragraph(x, y, words, columns, kind="faint", **attributes):
    """Lines of at most that many columns; and where the next one goes."""
    out = []
    for part in textwrap.wrap(words, columns, break_on_hyphens=False):
        out.append(text(x, y, part, kind, font_size=10, **attributes))
        y += 14
    return out, y


def document(width, height, title, body):
    style = (f"text{{stroke:none}}{rules(0)}"
             f"@media(prefers-color-scheme:dark){{{rules(1)}}}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0f}" '
            f'viewBox="0 0 {width} {height:.0f}" role="img" font-size="11" '
            'font-family="system-ui,-apple-system,Segoe UI,Helvetica,Arial,sans-serif">'
            f'<title>{escape(title)}</title><style>{style}</style>'
            f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1:.0f}" rx="6" '
            'class="ground"/>\n' + "\n".join(body) + "\n</svg>\n")
