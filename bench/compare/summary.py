"""What the rounds of a scenario come to: spreads, and ratios formed round by round."""

from __future__ import annotations

from statistics import median
from typing import Any

Rounds = list[dict[str, Any]]


def spread(values: list[float]) -> dict[str, float]:
    """Number, minimum, median and maximum of some values."""
    return {"n": len(values), "min": min(values), "median": median(values), "max": max(values)}


def ratios(rounds: Rounds, metric: str, forwarder: str, over: str) -> list[float]:
    """One ratio for each round in which both are valid and have the metric."""
    def values(name: str) -> dict[int, float]:
        return {
            entry["round"]: entry["metrics"][metric]
            for entry in rounds
            if entry["forwarder"] == name and entry["valid"] and metric in entry["metrics"]
        }

    mine, theirs = values(forwarder), values(over)
    return [mine[number] / theirs[number] for number in sorted(mine) if theirs.get(number)]


def summarize(rounds: Rounds) -> dict[str, Any]:
    """For each metric and forwarder its spread, and that of its ratio to every other forwarder."""
    names = list(dict.fromkeys(entry["forwarder"] for entry in rounds))
    metrics = list(dict.fromkeys(metric for entry in rounds for metric in entry["metrics"]))
    result: dict[str, Any] = {}
    for metric in metrics:
        for name in names:
            values = [
                entry["metrics"][metric]
                for entry in rounds
                if entry["forwarder"] == name and entry["valid"] and metric in entry["metrics"]
            ]
            if not values:
                continue
            line: dict[str, Any] = spread(values)
            for other in names:
                found = ratios(rounds, metric, name, other) if other != name else []
                if found:
                    line[f"ratio_to_{other}"] = spread(found)
            result.setdefault(metric, {})[name] = line
    return result


def judge(goal: dict[str, Any], summary: dict[str, Any]) -> dict[str, Any]:
    """A goal with what was reached (the median) and whether that meets it; missed where nothing was measured."""
    line = summary.get(goal["metric"], {}).get(goal["forwarder"])
    over = goal.get("over")
    if line is not None and over is not None:
        line = line.get(f"ratio_to_{over}")
    reached = None if line is None else line["median"]
    met = reached is not None
    if reached is not None and "at_most" in goal:
        met = reached <= goal["at_most"]
    if reached is not None and "at_least" in goal:
        met = reached >= goal["at_least"]
    return goal | {"reached": reached, "met": met}
