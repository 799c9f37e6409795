"""The results as a person at a terminal reads them."""

from __future__ import annotations

from typing import Any


def figure(value: float) -> str:
    """Three or four significant digits, thousands separated."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def line(forwarder: str, found: dict[str, Any], over: str) -> str:
    """A forwarder's spread of one metric, and its ratio to the floor."""
    text = f"    {forwarder:<9}{figure(found['min']):>10}{figure(found['median']):>10}{figure(found['max']):>10}"
    ratio = found.get(f"ratio_to_{over}")
    if ratio:
        text += f"     {ratio['median']:.3f}  ({ratio['min']:.3f} … {ratio['max']:.3f})"
    return text


def print_scenario(scenario: dict[str, Any]) -> None:
    """One scenario: a block for each metric."""
    print(f"\n{scenario['title']}")
    spoilt = [entry for entry in scenario["rounds"] if not entry["valid"]]
    for name, metric in scenario["metrics"].items():
        print(f"  {metric['title']}, {metric['unit']}")
        print(f"    {'':<9}{'min':>10}{'median':>10}{'max':>10}     ÷ floor, round by round")
        for forwarder, found in scenario["summary"].get(name, {}).items():
            print(line(forwarder, found, "floor"))
    for entry in spoilt:
        print(f"  invalid: round {entry['round']}, {entry['forwarder']}: {entry['invalid_reason'][:160]}")


def print_goals(results: dict[str, Any]) -> bool:
    """Every goal and what was reached; whether all are met."""
    goals = [goal for scenario in results["scenarios"] for goal in scenario["goals"]]
    if goals:
        print("\nGoals")
    for goal in goals:
        limit = f"≤ {goal['at_most']:g}" if "at_most" in goal else f"≥ {goal['at_least']:g}"
        reached = "nothing" if goal["reached"] is None else f"{goal['reached']:.3f}" if goal["reached"] < 10 else figure(
            goal["reached"]
        )
        print(f"  {'met   ' if goal['met'] else 'MISSED'}  {goal['text']:<58}{limit:>10}   reached {reached}")
    return all(goal["met"] for goal in goals)
