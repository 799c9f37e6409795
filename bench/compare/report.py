#!/usr/bin/env python3
"""Turns the results of a side-by-side benchmark into one HTML file: report.py RESULTS.json REPORT.html."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from statistics import median

import charts
from charts import number
from results import Malformed, SHAPE, check, check_goals, disagreements, present, ratios, valid_rounds

STYLE = """
:root{--fg:#1b1d20;--quiet:#5d646c;--bg:#fff;--line:#dcdfe3;--soft:#f4f5f7;--good:#00694b;--bad:#b03000;
color-scheme:light}
@media screen and (prefers-color-scheme:dark){
:root{--fg:#e4e6e9;--quiet:#a0a7b0;--bg:#16181b;--line:#363b42;--soft:#202327;--good:#4fd6a8;--bad:#ff9a6b;
color-scheme:dark}}
body{max-width:62rem;margin:2.5rem auto 4rem;padding:0 1.25rem;background:var(--bg);color:var(--fg);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem}h2{font-size:1.35rem;margin:3rem 0 .5rem}
h3{font-size:1.05rem;margin:1.8rem 0 .3rem}
p{margin:.4rem 0 .8rem;max-width:46rem}.lead{font-size:1.1rem}
small,.small,figcaption{font-size:.82rem;color:var(--quiet)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.25rem;margin:1rem 0}dt{color:var(--quiet)}
dd{margin:0}
.wide{overflow-x:auto;margin:.8rem 0}table{border-collapse:collapse;font-variant-numeric:tabular-nums;min-width:60%}
th,td{padding:.45rem .8rem .45rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{vertical-align:bottom;border-bottom:2px solid var(--quiet);font-size:.9rem}
th{font-weight:600}tbody th{white-space:nowrap}
.n{text-align:right;padding:.45rem 0 .45rem 1.1rem;white-space:nowrap}thead .n{white-space:normal}
td small,th small{display:block;font-weight:400;line-height:1.35}
.raw th,.raw td{padding-top:.15rem;padding-bottom:.15rem;font-size:.82rem}
.met{color:var(--good);font-weight:600;white-space:nowrap}
.missed{color:var(--bad);font-weight:700;white-space:nowrap}
.n+td:not(.n),.n+th:not(.n){padding-left:1.6rem}.invalid{color:var(--bad);font-weight:600;min-width:12rem}
.warning{border-left:4px solid var(--bad);padding:.2rem 0 .2rem 1rem}
figure{margin:1.2rem 0}figure svg{width:100%;max-width:680px;height:auto;display:block}figcaption{max-width:680px}
details{margin:1rem 0}summary{cursor:pointer}a{color:inherit}
pre{background:var(--soft);padding:.8rem 1rem;font-size:.82rem;white-space:pre-wrap;overflow-wrap:anywhere;
border:1px solid var(--line)}
@media print{body{font-size:10.5pt;max-width:none;margin:0;padding:0}
figure,tr,dl{break-inside:avoid}h2,h3{break-after:avoid}
thead{display:table-header-group}.wide{overflow:visible}
details::details-content{content-visibility:visible;display:block}
.n{padding-left:.6rem}}
"""


def forwarder_names(results: dict) -> list[str]:
    """Every forwarder, in the order of the method and then of appearance."""
    names = dict.fromkeys(present(results["method"]["forwarders"]))
    for scenario in results["scenarios"]:
        names |= dict.fromkeys(entry["forwarder"] for entry in scenario["rounds"])
        names |= dict.fromkeys(name for metric in present(scenario["summary"]).values() for name in present(metric))
    return list(names)


def line_styles(names: list[str]) -> dict[str, int]:
    """A chart style for each forwarder: the first is kept for the floor, which is the reference."""
    others = [name for name in names if name != "floor"]
    return {"floor": 0} | {name: 1 + index % (charts.STYLES - 1) for index, name in enumerate(others)}


def unit(metric: dict) -> str:
    """A metric's unit as readers write it."""
    text = metric.get("unit") or ""
    return "µs" if text == "us" else text


def ratio(value: float) -> str:
    """A ratio to three decimals."""
    return f"{value:,.3f}×"


def exact(value: float | None) -> str:
    """A number as it was recorded, up to twelve digits."""
    return "–" if value is None else f"{value:,.12g}"


def spread(statistics: dict, form: Callable[[float], str] = number) -> str:
    """The lowest and highest value."""
    return f"{form(statistics['min'])} … {form(statistics['max'])}"


def table(head: list[str], rows: Iterable[list[str]], class_: str = "") -> str:
    """A table of cells that are markup already."""
    top, body = "".join(head), "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    start = f'<div class="wide"><table class="{class_}">' if class_ else '<div class="wide"><table>'
    return f"{start}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"


def cell(text: str, small: Iterable[str] = (), class_: str = "", head: str = "") -> str:
    """A cell of plain text with lines of small print below; the head of a row or column has that scope."""
    below = "".join(f"<small>{escape(part)}</small>" for part in small if part)
    kind, attributes = ("th", f' scope="{head}"') if head else ("td", "")
    attributes += f' class="{class_}"' if class_ else ""
    return f"<{kind}{attributes}>{escape(text)}{below}</{kind}>"


def column(text: str, small: Iterable[str] = (), class_: str = "") -> str:
    """The head of a column."""
    return cell(text, small, class_, "col")


def name_cell(name: str, styles: dict[str, int], title: str = "") -> str:
    """The head of a forwarder's row: its line, its name and what it is."""
    below = f"<small>{escape(title)}</small>" if title else ""
    return f'<th scope="row">{charts.key(styles[name])}{escape(name)}{below}</th>'


def goal_row(results: dict, place: int, goal: dict) -> list[str]:
    """The cells of a goal: where, what, the limit, what was reached and whether that is enough."""
    scenario = results["scenarios"][place]
    over, reached = goal.get("over"), goal.get("reached")
    words = "at most" if goal.get("at_most") is not None else "at least"
    limit = goal[words.replace(" ", "_")]
    tail = f" × {over}" if over else f" {unit(scenario['metrics'].get(goal['metric']) or {})}".rstrip()
    shown, decimals = number(reached) if not over or reached is None else f"{reached:,.3f}", 3
    while reached not in (None, limit) and float(shown.replace(",", "")) == limit and decimals < 9:
        decimals += 1
        shown = f"{reached:,.{decimals}f}"
    told = ((scenario["summary"].get(goal["metric"]) or {}).get(goal["forwarder"])) or {}
    told = dict(ratios(told)).get(over, {}) if over else told
    below = [f"{spread(told, ratio if over else number)}, n = {told['n']}"] if told else []
    return [
        f'<td><a href="#scenario-{place}">{escape(scenario["id"])}</a></td>',
        cell(goal["text"], [goal["forwarder"]]),
        cell(f"{words} {limit:,.9g}{tail}", class_="n"),
        cell("not measured" if reached is None else shown + tail, below, "n"),
        cell("✓ met", class_="met") if goal["met"] else cell("✗ not met", class_="missed"),
    ]


def goal_section(results: dict) -> str:
    """Every goal of every scenario in one table."""
    scenarios = enumerate(results["scenarios"])
    rows = [goal_row(results, place, goal) for place, scenario in scenarios for goal in scenario["goals"]]
    if not rows:
        return "<h2>Goals</h2><p>No goals were set.</p>"
    head = [column("Scenario"), column("Goal"), column("Limit", (), "n"), column("Reached", (), "n"), column("Result")]
    return "<h2>Goals</h2>" + table(head, rows)


def summary_table(results: dict, scenario: dict, names: list[str], styles: dict[str, int]) -> str:
    """A row for each forwarder with median, spread and ratio of each metric."""
    summary = {metric: present(forwarders) for metric, forwarders in present(scenario["summary"]).items()}
    metrics = list(dict.fromkeys([*scenario["metrics"], *summary]))
    taking_part = {entry["forwarder"] for entry in scenario["rounds"]}.union(*summary.values())
    head = [column("Forwarder"), column("Valid rounds", class_="n")]
    for metric in metrics:
        about = scenario["metrics"].get(metric) or {"title": metric}
        better = f"{about['better']} is better" if about.get("better") else ""
        head.append(column(about["title"], [", ".join(filter(None, [unit(about), better]))], "n"))
    rows = []
    for name in (name for name in names if name in taking_part):
        run = [entry for entry in scenario["rounds"] if entry["forwarder"] == name]
        valid = len(valid_rounds(scenario, name))
        title = (results["method"]["forwarders"].get(name) or {}).get("title", "")
        row = [name_cell(name, styles, title if title != name else ""), cell(f"{valid} of {len(run)}", class_="n")]
        for metric in metrics:
            told = summary.get(metric, {}).get(name)
            below = [] if not told else [spread(told), f"n = {told['n']}" if told["n"] != valid else ""]
            # Against the first of all; the others' ratios are in the goals that ask for them.
            for base, against in (pair for pair in ratios(told or {}) if pair[0] == names[0]):
                few = f", n = {against['n']}" if told and against["n"] != told["n"] else ""
                below += [f"{ratio(against['median'])} {base}{few}", f"({spread(against, ratio)})"]
            row.append(cell(number(told["median"] if told else None), below, "n"))
        rows.append(row)
    return table(head, rows) if rows else "<p>No round of this scenario was run.</p>"


def figure(svg: str, caption: str) -> str:
    """A chart with what it shows below it, or nothing for no chart."""
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>" if svg else ""


def latency_figure(scenario: dict, names: list[str], styles: dict[str, int]) -> str:
    """The latency curves of the valid rounds: at each percentile, over the rounds that report it."""
    curves = []
    for name in names:
        by_percentile: dict[float, list[float]] = {}
        for entry in valid_rounds(scenario, name):
            for percentile, latency in entry.get("latency_curve") or []:
                by_percentile.setdefault(percentile, []).append(latency)
        spots = [(at, min(values), median(values), max(values)) for at, values in sorted(by_percentile.items())]
        curves.append(charts.Curve(name, styles[name], spots))
    caption = "Latency by percentile, both axes logarithmic. Line: median; band: lowest to highest valid round."
    return figure(charts.latency_chart(curves, f"Latency by percentile: {scenario['title']}"), caption)


def bar_figures(scenario: dict, names: list[str], styles: dict[str, int]) -> str:
    """Bars of each throughput in datagrams a second and of each CPU time, the latter with a dot for each round."""
    parts = []
    for metric, about in present(scenario["metrics"]).items():
        cost = metric.startswith("cpu_")
        summary = present(scenario["summary"].get(metric) or {})
        if not summary or not cost and unit(about) != "datagrams/s":
            continue
        bars = []
        for name in (name for name in names if name in summary):
            told = summary[name]
            rounds = valid_rounds(scenario, name) if cost else []
            values = [(f"round {entry['round']}", entry["metrics"].get(metric)) for entry in rounds]
            dots = [(text, value) for text, value in values if value is not None]
            bars.append(charts.Bar(name, styles[name], told["min"], told["median"], told["max"], dots))
        better = f"; {about['better']} is better" if about.get("better") else ""
        axis, title = f"{about['title']} ({unit(about)})", f"{about['title']}: {scenario['title']}"
        svg = charts.bar_chart(bars, axis, unit(about), title)
        caption = f"{about['title']}{better}. Bar: median; whisker: lowest to highest valid round."
        parts.append(figure(svg, caption + (" Each dot is a round, the first at the top." if cost else "")))
    return "".join(parts)


def raw_rounds(scenario: dict) -> str:
    """A folded part with every round's own numbers, the invalid ones with their reason."""
    rounds = scenario["rounds"]
    metrics = list(dict.fromkeys([*scenario["metrics"], *(metric for entry in rounds for metric in entry["metrics"])]))
    percentiles = sorted({at for entry in rounds for at, _ in entry.get("latency_curve") or []})
    head = [column("Round", class_="n"), column("Forwarder"), column("Valid")]
    for metric in metrics:
        about = scenario["metrics"].get(metric) or {"title": metric}
        head.append(column(about["title"], [unit(about)], "n"))
    first, second = [], []
    for entry in rounds:
        valid = cell("yes")
        if not entry["valid"]:
            valid = cell(f"NO: {entry.get('invalid_reason') or 'no reason given'}", class_="invalid")
        start = [cell(number(entry["round"]), class_="n"), cell(entry["forwarder"]), valid]
        first.append(start + [cell(exact(entry["metrics"].get(metric)), class_="n") for metric in metrics])
        curve = dict(entry.get("latency_curve") or [])
        if curve:
            second.append(start + [cell(exact(curve.get(at)), class_="n") for at in percentiles])
    content = table(head, first, "raw")
    if second:
        head = head[:3] + [column(f"{at:.9g} %", class_="n") for at in percentiles]
        content += "<h3>Latency by percentile, µs</h3>" + table(head, second, "raw")
    invalid = sum(not entry["valid"] for entry in rounds)
    return f"<details><summary>Every round: {len(rounds)}, of which {invalid} invalid</summary>{content}</details>"


def scenario_section(results: dict, place: int, names: list[str], styles: dict[str, int]) -> str:
    """A scenario: what it is, its table, its charts and its rounds."""
    scenario = results["scenarios"][place]
    differing = disagreements(scenario)
    note = '<p class="small">Every figure in this table was computed again from the rounds below, and agrees.</p>'
    if differing:
        items = "".join(f"<li>{escape(item)}</li>" for item in differing)
        note = f'<div class="warning"><p>The summary does not follow from the valid rounds:</p><ul>{items}</ul></div>'
    return (
        f'<section id="scenario-{place}"><h2>{escape(scenario["title"])}</h2>'
        f"<p>{escape(scenario.get('description') or '')}</p>"
        + summary_table(results, scenario, names, styles) + (note if scenario["summary"] else "")
        + latency_figure(scenario, names, styles) + bar_figures(scenario, names, styles)
        + raw_rounds(scenario) + "</section>"
    )


def header(results: dict) -> str:
    """What was measured, when, on which machine, and in one sentence what came out."""
    machine, method, scenarios = results["machine"], results["method"], results["scenarios"]
    goals = [(scenario["id"], goal) for scenario in scenarios for goal in scenario["goals"]]
    rounds = [entry for scenario in scenarios for entry in scenario["rounds"]]
    missed = [f"{goal['text']} ({where})" for where, goal in goals if not goal["met"]]
    invalid = sum(not entry["valid"] for entry in rounds)
    outcome = f"{len(goals) - len(missed)} of {len(goals)} goals met. " if goals else ""
    outcome += f"Not met: {escape('; '.join(missed))}. " if missed else ""
    names = forwarder_names(results)
    virtual = f", virtualized: {machine['virtualized']}" if machine.get("virtualized") else ""
    facts = {
        "Forwarders": ", ".join(names),
        "Scenarios": "; ".join(scenario["title"] for scenario in scenarios),
        "Measured": results["generated"].replace("T", " ").replace("Z", " UTC"),
        "Machine": f"{machine['cpu']}, {number(machine['cores'])} cores{virtual}",
        "System": f"{machine['os']}, kernel {machine['kernel']}",
        "Placement": method["pinning"],
        "Rounds": f"{number(method['rounds'])} planned for each forwarder and scenario; "
                  f"{number(len(rounds))} run in all, {number(invalid)} invalid",
    }
    items = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in facts.items())
    return (
        f'<h1>Causeway, measured side by side</h1><p class="lead">{len(names)} forwarders '
        f"under the same load on the same machine. {outcome}</p><dl>{items}</dl>"
    )


READING = """<p class="small">How to read the figures: a table gives the median over the valid rounds and, below it, the
lowest&nbsp;…&nbsp;highest. Ratios are formed round by round, a forwarder's value over the other's in the same round,
and then summarised; they are not ratios of medians. An invalid round counts nowhere, and is listed with its reason
under “Every round”.</p>"""


def method_section(results: dict, styles: dict[str, int]) -> str:
    """How it was measured: placement, notes and what each forwarder was started with."""
    method = results["method"]
    notes = "".join(f"<li>{escape(note)}</li>" for note in method["notes"])
    parts = [f"<h2>How this was measured</h2><ul><li>Rounds: {number(method['rounds'])}</li>"
             f"<li>Placement: {escape(method['pinning'])}</li>{notes}</ul>"]
    for name, about in present(method["forwarders"]).items():
        version = f" <small>version {escape(about['version'])}</small>" if about.get("version") else ""
        parts.append(f"<h3>{charts.key(styles[name])}{escape(about['title'])}{version}</h3>")
        if about.get("configuration"):
            parts.append(f"<pre>{escape(about['configuration'])}</pre>")
    parts.append("<h2>Run it again</h2><p><code>make bench</code> in a checkout of Causeway measures on your machine "
                 "and writes this report from what it finds.</p>")
    return "".join(parts)


def render(results: dict) -> str:
    """The whole report as one HTML document; raises Malformed for results that do not hold what it needs."""
    check(results, {"schema": int})
    if results["schema"] != 1:
        raise Malformed(f"schema is {results['schema']}, and this report reads schema 1")
    check(results, SHAPE)
    check_goals(results)
    names = forwarder_names(results)
    styles = line_styles(names)
    sections = "".join(scenario_section(results, place, names, styles) for place in range(len(results["scenarios"])))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Causeway, measured side by side</title><style>{STYLE}{charts.STYLE}</style></head>\n<body>"
        f"<header>{header(results)}</header>\n{goal_section(results)}{READING}\n{sections}\n"
        f"{method_section(results, styles)}</body></html>\n"
    )


def main(arguments: list[str]) -> int:
    """Reads the results, writes the report and gives the exit status: 2 with one line of error when that fails."""
    if len(arguments) != 2:
        print("usage: report.py RESULTS.json REPORT.html", file=sys.stderr)
        return 2
    source, target = map(Path, arguments)
    try:
        target.write_text(render(json.loads(source.read_text(encoding="utf-8"))), encoding="utf-8")
    except OSError as error:
        print(f"report.py: {error.filename}: {error.strerror}", file=sys.stderr)
    except (Malformed, ValueError) as error:
        print(f"report.py: {source}: {error}", file=sys.stderr)
    else:
        return 0
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
