"""Draws the charts of the benchmark report as inline SVG, and formats its numbers."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

# Colours after Okabe and Ito, which colour-blind readers can tell apart; dashes and marks do it without colour.
STYLE = """
:root{--c0:#5a5a5a;--c1:#0072b2;--c2:#d55e00;--c3:#009e73;--c4:#b65c92;--c5:#a87900}
@media screen and (prefers-color-scheme:dark){
:root{--c0:#b4b4b4;--c1:#56b4e9;--c2:#ff8c42;--c3:#2fd0a0;--c4:#e59cc9;--c5:#f0c040}}
.f0{--c:var(--c0);--d:2 3}.f1{--c:var(--c1);--d:none}.f2{--c:var(--c2);--d:9 4}
.f3{--c:var(--c3);--d:9 3 2 3}.f4{--c:var(--c4);--d:5 2}.f5{--c:var(--c5);--d:14 3 2 3 2 3}
svg text{fill:var(--fg);font:12px system-ui,sans-serif;font-variant-numeric:tabular-nums}
svg .quiet{fill:var(--quiet)}svg .value{font-weight:600}
.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--quiet);stroke-width:1}
.curve{fill:none;stroke:var(--c);stroke-width:2;stroke-dasharray:var(--d)}.band{fill:var(--c);opacity:.14}
.mark{fill:var(--bg);stroke:var(--c);stroke-width:1.75}.bar{fill:var(--c);opacity:.42}
.whisker{fill:none;stroke:var(--fg);stroke-width:1.5}.dot{fill:var(--c);stroke:var(--bg);stroke-width:.75}
svg.key{width:34px;height:12px;vertical-align:-1px;margin-right:6px}
"""
STYLES = 6
MARKS = (
    "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0Z", "M-3-3h6v6h-6Z", "M0-4.5 4.2 3h-8.4Z",
    "M0-4.5 4.5 0 0 4.5-4.5 0Z", "M0 4.5 4.2-3h-8.4Z", "M-4-1.5h8v3h-8Z",
)
NINES = (0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999)
WIDTH = 680


@dataclass(frozen=True)
class Curve:
    """One forwarder's latency: percentile, lowest, median and highest microseconds, by rising percentile."""

    name: str
    style: int
    points: list[tuple[float, float, float, float]]


@dataclass(frozen=True)
class Bar:
    """One forwarder's bar: lowest, median and highest value, and optionally a labelled dot for each round."""

    name: str
    style: int
    low: float
    median: float
    high: float
    dots: list[tuple[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Scale:
    """Maps values to pixels in proportion to a transform of them, and what lies outside to the nearer end."""

    transform: Callable[[float], float]
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        low, high = self.transform(self.low), self.transform(self.high)
        share = (self.transform(min(max(value, self.low), self.high)) - low) / (high - low)
        return self.start + share * (self.end - self.start)


def nines(percentile: float) -> float:
    """How many nines a percentile has: 90 is one, 99 two, 99.9 three."""
    return -math.log10(1 - percentile / 100)


def linear_ticks(high: float, about: int = 5) -> list[float]:
    """Round ticks from zero to the first at or above a value."""
    if high <= 0:
        return [0, 1]
    power = 10.0 ** math.floor(math.log10(high / about))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor * about >= high * 0.999)
    return [step * index for index in range(math.ceil(high / step - 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Ticks at 1, 2 and 5 of each decade, or at 1 alone over many decades, that enclose two positive values."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1, 2, 5) if math.log10(high / low) <= 4 else (1,)
    ticks = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
    below = max(tick for tick in ticks if tick <= low * (1 + 1e-9))
    above = min((tick for tick in ticks if tick >= high * (1 - 1e-9) and tick > below), default=ticks[-1])
    return [tick for tick in ticks if below <= tick <= above]


def number(value: float | None) -> str:
    """A number with thousands separators: whole as it is, otherwise to three significant digits or the unit."""
    if value is None:
        return "–"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.{min(9, max(0, 2 - math.floor(math.log10(abs(value)))))}f}"


def tag(name: str, content: str = "", **attributes: object) -> str:
    """An SVG element around markup; attributes are escaped, floats get one decimal, and class_ stands for class."""
    text = ""
    for key_, value in attributes.items():
        shown = f"{value:.1f}" if isinstance(value, float) else html.escape(str(value))
        text += f' {key_.rstrip("_").replace("_", "-")}="{shown}"'
    return f"<{name}{text}>{content}</{name}>"


def label(x: float, y: float, text: str, anchor: str = "start", **attributes: object) -> str:
    """A text element at a point."""
    return tag("text", html.escape(text), x=float(x), y=float(y), text_anchor=anchor, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """A straight line."""
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def points(pairs: Iterable[tuple[float, float]]) -> str:
    """Pixel pairs as the points attribute of a line or polygon."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def mark(x: float, y: float, style: int, title: str = "") -> str:
    """A forwarder's mark at a point, with a hover title."""
    hover = tag("title", html.escape(title)) if title else ""
    return tag("path", hover, d=MARKS[style], transform=f"translate({x:.1f} {y:.1f})", class_=f"mark f{style}")


def key(style: int) -> str:
    """A short piece of a forwarder's line with its mark, to set beside its name in a table."""
    parts = line(0, 6, 34, 6, f"curve f{style}") + mark(17, 6, style)
    return tag("svg", parts, class_="key", viewBox="0 0 34 12", aria_hidden="true")


def legend(names: list[tuple[str, int]], left: float, right: float) -> tuple[str, float]:
    """Line, mark and name of each forwarder, wrapped into rows, and the height that takes."""
    parts, x, y = [], left, 14.0
    for name, style in names:
        width = 48 + 7 * len(name)
        if x > left and x + width > right:
            x, y = left, y + 20
        parts.append(line(x, y - 4, x + 34, y - 4, f"curve f{style}") + mark(x + 17, y - 4, style))
        parts.append(label(x + 40, y, name))
        x += width + 12
    return "".join(parts), y + 12


def latency_chart(curves: list[Curve], title: str) -> str:
    """Latency over percentile, both logarithmic: for each forwarder its medians and a band from lowest to highest."""
    curves = [Curve(c.name, c.style, [p for p in c.points if p[0] < 100 and p[1] > 0]) for c in curves]
    curves = [curve for curve in curves if curve.points]
    if not curves:
        return ""
    every = [point for curve in curves for point in curve.points]
    y_ticks = log_ticks(min(point[1] for point in every), max(point[3] for point in every))
    left, right, plot = 72.0, WIDTH - 24.0, 300.0
    head, top = legend([(curve.name, curve.style) for curve in curves], left, right)
    first, last = min(point[0] for point in every), max(90, max(point[0] for point in every))
    x = Scale(nines, min(first, 50), last, left, right)
    y = Scale(math.log10, y_ticks[0], y_ticks[-1], top + plot, top)
    parts = [head]
    for tick in y_ticks:
        parts.append(line(left, y(tick), right, y(tick), "grid"))
        parts.append(label(left - 8, y(tick) + 4, number(round(tick, 9)), "end", class_="quiet"))
    for tick in (tick for tick in NINES if x.low <= tick <= x.high):
        parts.append(line(x(tick), top, x(tick), top + plot, "grid"))
        parts.append(label(x(tick), top + plot + 18, f"{tick:g}", "middle", class_="quiet"))
    parts.append(line(left, top + plot, right, top + plot, "axis"))
    for curve in curves:
        upper = [(x(p), y(high)) for p, _, _, high in curve.points]
        lower = [(x(p), y(low)) for p, low, _, _ in reversed(curve.points)]
        parts.append(tag("polygon", points=points(upper + lower), class_=f"band f{curve.style}"))
    for curve in curves:
        middle = points((x(p), y(median)) for p, _, median, _ in curve.points)
        parts.append(tag("polyline", points=middle, class_=f"curve f{curve.style}"))
    for curve in curves:
        for p, low, median, high in (point for point in curve.points if point[0] in NINES):
            hover = f"{curve.name}, percentile {p:g}: {number(median)} µs ({number(low)}…{number(high)})"
            parts.append(mark(x(p), y(median), curve.style, hover))
    parts.append(label((left + right) / 2, top + plot + 38, "percentile of datagrams (%)", "middle"))
    turned = f"rotate(-90 16 {top + plot / 2:.1f})"
    parts.append(label(16, top + plot / 2, "latency (µs)", "middle", transform=turned))
    return tag("svg", "".join(parts), viewBox=f"0 0 {WIDTH} {top + plot + 48:.0f}", role="img", aria_label=title)


def bar_chart(bars: list[Bar], axis: str, unit: str, title: str) -> str:
    """For each forwarder a horizontal bar to the median, a whisker from lowest to highest, and its dots."""
    if not bars:
        return ""
    names = [bar.name if len(bar.name) <= 24 else bar.name[:23] + "…" for bar in bars]
    ticks = linear_ticks(max(max([bar.high, *(value for _, value in bar.dots)]) for bar in bars))
    left, right = 20.0 + 7 * max(len(name) for name in names), WIDTH - 96.0
    height = 40 if any(bar.dots for bar in bars) else 20
    row, top = height + 16.0, 6.0
    bottom = top + row * len(bars)
    x = Scale(float, 0, ticks[-1], left, right)
    parts = []
    for tick in ticks:
        parts.append(line(x(tick), top, x(tick), bottom, "grid"))
        parts.append(label(x(tick), bottom + 18, number(round(tick, 9)), "middle", class_="quiet"))
    parts.append(line(left, top, left, bottom, "axis"))
    for index, (bar, name) in enumerate(zip(bars, names)):
        middle = top + row * (index + 0.5)
        upper, lower = middle - height / 2, middle + height / 2
        hover = f"{bar.name}: {number(bar.median)} {unit} ({number(bar.low)}…{number(bar.high)})"
        parts.append(label(left - 8, middle + 4, name, "end"))
        parts.append(tag("rect", tag("title", html.escape(hover)), x=left, y=upper, width=x(bar.median) - left,
                         height=height, class_=f"bar f{bar.style}"))
        level = lower - 6 if bar.dots else middle
        whisker = "".join(f"M{x(end):.1f} {level - 5:.1f}v10" for end in (bar.low, bar.high))
        whisker += f"M{x(bar.low):.1f} {level:.1f}H{x(bar.high):.1f}"
        parts.append(tag("path", d=whisker, class_="whisker"))
        for place, (text, value) in enumerate(bar.dots):
            down = upper + 2 + (height - 15) * (place + 0.5) / len(bar.dots)
            dot = tag("title", html.escape(f"{bar.name}, {text}: {number(value)} {unit}"))
            parts.append(tag("circle", dot, cx=x(value), cy=down, r=2.5, class_=f"dot f{bar.style}"))
        parts.append(label(x(bar.high) + 8, middle + 4, number(bar.median), class_="value"))
    parts.append(label((left + right) / 2, bottom + 38, axis, "middle"))
    return tag("svg", "".join(parts), viewBox=f"0 0 {WIDTH} {bottom + 46:.0f}", role="img", aria_label=title)
