"""What a results file holds, and whether it agrees with itself."""

from __future__ import annotations

import math
from statistics import median
from typing import Any

from charts import number

NUMBER = int | float
STATISTICS = {"n": int, "min": NUMBER, "median": NUMBER, "max": NUMBER}
# What a results file holds. "name?" may be absent or null, "prefix*" stands for every key with that prefix (null
# allowed), [shape] is a list and (shape, shape) a pair.
SHAPE = {
    "schema": int,
    "generated": str,
    "machine": {"cpu": str, "cores": int, "kernel": str, "os": str, "virtualized?": str},
    "method": {
        "rounds": int,
        "pinning": str,
        "notes": [str],
        "forwarders": {"*": {"title": str, "version?": str, "configuration?": str}},
    },
    "scenarios": [{
        "id": str,
        "title": str,
        "description?": str,
        "metrics": {"*": {"title": str, "unit?": str, "better?": str}},
        "rounds": [{
            "round": int, "forwarder": str, "valid": bool, "invalid_reason?": str,
            "metrics": {"*": NUMBER}, "latency_curve?": [(NUMBER, NUMBER)],
        }],
        "summary": {"*": {"*": STATISTICS | {"ratio_to_*": STATISTICS}}},
        "goals": [{
            "text": str, "forwarder": str, "over?": str, "metric": str,
            "at_most?": NUMBER, "at_least?": NUMBER, "reached?": NUMBER, "met": bool,
        }],
    }],
}
WORDS = {int: "a whole number", NUMBER: "a number", str: "a text", bool: "true or false"}


class Malformed(Exception):
    """A results file that does not say what the report needs; the message is one line."""


def check(value: Any, shape: Any, path: str = "") -> None:
    """Compares a value with a shape and raises at the first thing that is missing or of another kind."""
    here = path or "the file"
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise Malformed(f"{here} is not an object")
        for name, inner in shape.items():
            if name.endswith("*"):
                keys = [key for key in value if key.startswith(name[:-1]) and value[key] is not None]
            elif name.endswith("?"):
                keys = [name[:-1]] if value.get(name[:-1]) is not None else []
            else:
                keys = [name]
            for key in keys:
                if value.get(key) is None:
                    raise Malformed(f"{path}.{key} is missing".lstrip("."))
                check(value[key], inner, f"{path}.{key}".lstrip("."))
    elif isinstance(shape, list | tuple):
        if not isinstance(value, list) or isinstance(shape, tuple) and len(value) != len(shape):
            raise Malformed(f"{here} is not a {'list' if isinstance(shape, list) else f'list of {len(shape)}'}")
        for index, item in enumerate(value):
            check(item, shape[0] if isinstance(shape, list) else shape[index], f"{path}[{index}]")
    elif not isinstance(value, shape) or isinstance(value, bool) is not (shape is bool):
        raise Malformed(f"{here} is not {WORDS[shape]}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise Malformed(f"{here} is not a finite number")


def check_goals(results: dict) -> None:
    """Raises where a goal has no single limit, or says that it is met beyond its limit."""
    for place, scenario in enumerate(results["scenarios"]):
        for index, goal in enumerate(scenario["goals"]):
            path = f"scenarios[{place}].goals[{index}]"
            most, least, reached = (goal.get(name) for name in ("at_most", "at_least", "reached"))
            if (most is None) == (least is None):
                raise Malformed(f"{path} has {'no limit' if most is None else 'two limits'}: give at_most or at_least")
            if goal["met"] and (reached is None or (reached > most if least is None else reached < least)):
                raise Malformed(f"{path} says met, but reached is {'missing' if reached is None else reached}")


def present(mapping: dict) -> dict:
    """A mapping without its null values."""
    return {key: value for key, value in mapping.items() if value is not None}


def valid_rounds(scenario: dict, forwarder: str) -> list[dict]:
    """A forwarder's valid rounds of a scenario."""
    return [entry for entry in scenario["rounds"] if entry["forwarder"] == forwarder and entry["valid"]]


def ratios(statistics: dict) -> list[tuple[str, dict]]:
    """The forwarders that a metric is put in ratio to, with the ratios' statistics."""
    prefix = "ratio_to_"
    return [(key.removeprefix(prefix), value) for key, value in present(statistics).items() if key.startswith(prefix)]


def disagreements(scenario: dict) -> list[str]:
    """Where the summary differs by more than a thousandth from what the valid rounds give."""
    found = []
    values = {
        (metric, entry["forwarder"], entry["round"]): value
        for entry in scenario["rounds"] if entry["valid"] for metric, value in present(entry["metrics"]).items()
    }

    def compare(what: str, told: dict, own: list[float]) -> None:
        recomputed = {"n": len(own)} | ({"min": min(own), "median": median(own), "max": max(own)} if own else {})
        for name, value in recomputed.items():
            if not math.isclose(told[name], value, rel_tol=1e-3, abs_tol=1e-9):
                found.append(f"{what}, {name}: {number(told[name])} told, {number(value)} from the rounds")

    for metric, forwarders in present(scenario["summary"]).items():
        for forwarder, told in present(forwarders).items():
            own = {key[2]: value for key, value in values.items() if key[:2] == (metric, forwarder)}
            compare(f"{metric} of {forwarder}", told, list(own.values()))
            for base, against in ratios(told):
                bases = {turn: values.get((metric, base, turn)) for turn in own}
                pairs = [value / bases[turn] for turn, value in own.items() if bases[turn]]
                compare(f"{metric} of {forwarder} over {base}", against, pairs)
    return found
