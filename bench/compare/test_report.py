"""Tests of the benchmark report: what it shows, what it escapes and what it refuses."""

from __future__ import annotations

import copy
import json
import re
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from contextlib import redirect_stderr
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import charts
import report

VOID = {"meta"}


def statistics(low: float, middle: float, high: float, n: int = 3, **more: Any) -> dict:
    """Statistics as a results file holds them."""
    return {"n": n, "min": low, "median": middle, "max": high} | more


def round_of(turn: int, forwarder: str, cost: float, rate: float, valid: bool = True) -> dict:
    """One round whose latencies follow from its number."""
    return {
        "round": turn, "forwarder": forwarder, "valid": valid, "invalid_reason": "" if valid else "generator late",
        "metrics": {"cpu_ns_per_datagram": cost, "capacity_pps": rate},
        "latency_curve": [[0, 20 + turn], [50, 80 + turn], [90, 120], [99, 310], [99.9, 900], [99.99, 2000 + turn]],
    }


def sample() -> dict:
    """Results with two forwarders, three valid rounds of each and one invalid round."""
    return {
        "schema": 1,
        "generated": "2026-11-24T14:00:00Z",
        "machine": {"cpu": "AMD EPYC", "cores": 2, "kernel": "6.18", "os": "Debian GNU/Linux 12", "virtualized": "kvm"},
        "method": {
            "rounds": 3, "pinning": "forwarder on core 0, generator on core 1", "notes": ["Order changes by round."],
            "forwarders": {
                "floor": {"title": "floor (C)", "version": "", "configuration": "floor --batch 64"},
                "causeway": {"title": "Causeway", "version": "1.0", "configuration": "workers: 1"},
            },
        },
        "scenarios": [{
            "id": "steady", "title": "Steady load", "description": "A hundred games.",
            "metrics": {
                "cpu_ns_per_datagram": {"title": "CPU per datagram", "unit": "ns", "better": "lower"},
                "capacity_pps": {"title": "Capacity", "unit": "datagrams/s", "better": "higher"},
            },
            "rounds": [
                *(round_of(turn, "floor", 5000.0, 300000 + turn) for turn in (1, 2, 3)),
                *(round_of(turn, "causeway", 5000.0 + 50 * turn, 290000 + turn) for turn in (1, 2, 3)),
                round_of(4, "causeway", 98765.0, 4321, valid=False),
            ],
            "summary": {
                "cpu_ns_per_datagram": {
                    "floor": statistics(5000.0, 5000.0, 5000.0),
                    "causeway": statistics(5050.0, 5100.0, 5150.0, ratio_to_floor=statistics(1.01, 1.02, 1.03)),
                },
                "capacity_pps": {
                    "floor": statistics(300001, 300002, 300003),
                    "causeway": statistics(290001, 290002, 290003),
                },
            },
            "goals": [
                {"text": "CPU per datagram / floor", "forwarder": "causeway", "over": "floor",
                 "metric": "cpu_ns_per_datagram", "at_most": 1.03, "reached": 1.02, "met": True},
                {"text": "Capacity", "forwarder": "causeway", "over": None,
                 "metric": "capacity_pps", "at_least": 295000, "reached": 290002, "met": False},
            ],
        }],
    }


class Outline(HTMLParser):
    """Checks that elements nest, and gathers the visible text and the attributes."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.tags: set[str] = set()
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens an element."""
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes the element opened last, and fails on any other."""
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        """Keeps text."""
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """All visible text, a blank between its parts."""
        return " ".join(" ".join(self.words).split())


def text_of(results: dict) -> str:
    """The visible text of a report."""
    return Outline(report.render(results)).text


class ReportShowsWhatWasMeasured(unittest.TestCase):
    """What a reader finds in the report."""

    def test_the_document_is_balanced_and_its_charts_are_well_formed(self) -> None:
        document = report.render(sample())
        self.assertEqual(Outline(document).open, [])
        drawings = re.findall(r"<svg.*?</svg>", document, re.DOTALL)
        self.assertGreaterEqual(len(drawings), 3)
        for drawing in drawings:
            ElementTree.fromstring(drawing)

    def test_it_needs_nothing_from_outside(self) -> None:
        outline = Outline(report.render(sample()))
        self.assertFalse(outline.tags & {"script", "link", "img", "iframe", "object"})
        targets = [value for name, value in outline.attributes if name in ("href", "src")]
        self.assertTrue(all(target and target.startswith("#") for target in targets))
        self.assertNotIn("url(", report.render(sample()))

    def test_goals_say_in_words_whether_they_are_met(self) -> None:
        text = text_of(sample())
        self.assertIn("1 of 2 goals met. Not met: Capacity (steady).", text)
        self.assertIn("at most 1.03 × floor 1.020 × floor 1.010× … 1.030×, n = 3 ✓ met", text)
        self.assertIn("at least 295,000 datagrams/s 290,002 datagrams/s 290,001 … 290,003, n = 3 ✗ not met", text)

    def test_a_goal_missed_by_less_than_the_shown_digits_shows_more_of_them(self) -> None:
        results = sample()
        results["scenarios"][0]["goals"][0] |= {"reached": 1.0302, "met": False}
        self.assertIn("1.0302 × floor", text_of(results))

    def test_the_table_gives_median_spread_and_ratio(self) -> None:
        self.assertIn("3 of 4 5,100 5,050 … 5,150 1.020× floor (1.010× … 1.030×)", text_of(sample()))

    def test_invalid_rounds_are_listed_with_their_reason_and_drawn_nowhere(self) -> None:
        document = report.render(sample())
        self.assertIn("NO: generator late 98,765", Outline(document).text)
        self.assertNotIn("round 4: 98,765", document)
        self.assertIn("round 3: 5,150", document)

    def test_raw_numbers_are_not_rounded(self) -> None:
        results = sample()
        results["scenarios"][0]["rounds"][0]["metrics"]["cpu_ns_per_datagram"] = 5000.125
        self.assertIn("5,000.125", text_of(results))

    def test_microseconds_are_written_with_their_sign(self) -> None:
        results = sample()
        results["scenarios"][0]["metrics"]["p50_us"] = {"title": "Median latency", "unit": "us", "better": "lower"}
        self.assertIn("Median latency µs, lower is better", text_of(results))

    def test_a_summary_that_follows_from_its_rounds_is_said_to_agree(self) -> None:
        self.assertEqual(report.disagreements(sample()["scenarios"][0]), [])
        self.assertIn("computed again from the rounds below, and agrees", text_of(sample()))

    def test_a_summary_that_does_not_follow_from_its_rounds_is_shown_as_such(self) -> None:
        results = sample()
        causeway = results["scenarios"][0]["summary"]["cpu_ns_per_datagram"]["causeway"]
        causeway["median"] = 4000.0
        causeway["ratio_to_floor"]["max"] = 1.025
        text = text_of(results)
        self.assertIn("cpu_ns_per_datagram of causeway, median: 4,000 told, 5,100 from the rounds", text)
        self.assertIn("cpu_ns_per_datagram of causeway over floor, max: 1.02 told, 1.03 from the rounds", text)
        self.assertNotIn("and agrees", text)

    def test_charts_appear_only_where_their_metrics_do(self) -> None:
        results = sample()
        scenario = results["scenarios"][0]
        scenario["summary"] = {}
        for entry in scenario["rounds"]:
            del entry["latency_curve"]
        self.assertNotIn("<figure>", report.render(results))

    def test_empty_lists_still_make_a_report(self) -> None:
        results = sample()
        results["method"] |= {"notes": [], "forwarders": {}}
        results["scenarios"][0] |= {"metrics": {}, "rounds": [], "summary": {}, "goals": []}
        self.assertIn("No goals were set.", text_of(results))
        results["scenarios"] = []
        self.assertEqual(Outline(report.render(results)).open, [])

    def test_a_metric_missing_for_a_forwarder_leaves_a_dash(self) -> None:
        results = sample()
        scenario = results["scenarios"][0]
        scenario["summary"]["capacity_pps"]["causeway"] = None
        for entry in scenario["rounds"]:
            if entry["forwarder"] == "causeway":
                entry["metrics"]["capacity_pps"] = None
        self.assertIn("(1.010× … 1.030×) –", text_of(results))

    def test_a_forwarder_that_the_method_does_not_name_is_still_shown(self) -> None:
        results = sample()
        results["scenarios"][0]["rounds"].append(round_of(1, "stranger", 7000.0, 1000))
        self.assertIn("stranger 1 of 1", text_of(results))


class ReportEscapesEveryText(unittest.TestCase):
    """No text of a results file becomes markup."""

    def test_markup_in_any_text_is_shown_as_text(self) -> None:
        hostile = '<b x="1">&\''
        names = {"floor", "causeway", "cpu_ns_per_datagram", "capacity_pps", "ratio_to_floor"}

        def poison(value: Any) -> Any:
            if isinstance(value, dict):
                return {key + hostile if key in names else key: poison(item) for key, item in value.items()}
            if isinstance(value, list):
                return [poison(item) for item in value]
            return value + hostile if isinstance(value, str) else value

        document = report.render(poison(sample()))
        outline = Outline(document)
        self.assertEqual(outline.open, [])
        self.assertNotIn("b", outline.tags)
        self.assertIn(f"1.020× floor{hostile}", outline.text)
        for drawing in re.findall(r"<svg.*?</svg>", document, re.DOTALL):
            ElementTree.fromstring(drawing)


class ReportRefusesMalformedResults(unittest.TestCase):
    """What is missing is said in one line, with exit status 2."""

    def refusal(self, text: str) -> str:
        """The error line for a file of this text."""
        with tempfile.TemporaryDirectory() as folder, redirect_stderr(StringIO()) as errors:
            source, target = Path(folder, "results.json"), Path(folder, "report.html")
            source.write_text(text, encoding="utf-8")
            self.assertEqual(report.main([str(source), str(target)]), 2)
            self.assertFalse(target.exists())
        line = errors.getvalue()
        self.assertEqual(line.count("\n"), 1)
        return line.strip().split(": ", 2)[2]

    def refusal_without(self, *path: str | int) -> str:
        """The error line for the sample without one member."""
        results = sample()
        place: Any = results
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
        return self.refusal(json.dumps(results))

    def test_every_missing_member_is_named_with_its_place(self) -> None:
        self.assertEqual(self.refusal_without("schema"), "schema is missing")
        self.assertEqual(self.refusal_without("machine", "cpu"), "machine.cpu is missing")
        self.assertEqual(
            self.refusal_without("scenarios", 0, "rounds", 2, "forwarder"),
            "scenarios[0].rounds[2].forwarder is missing",
        )
        self.assertEqual(
            self.refusal_without("scenarios", 0, "summary", "capacity_pps", "floor", "median"),
            "scenarios[0].summary.capacity_pps.floor.median is missing",
        )

    def test_values_of_another_kind_are_named(self) -> None:
        results = sample()
        results["scenarios"][0]["rounds"][0]["metrics"]["capacity_pps"] = "many"
        self.assertEqual(
            self.refusal(json.dumps(results)), "scenarios[0].rounds[0].metrics.capacity_pps is not a number"
        )
        results = sample()
        results["scenarios"][0]["rounds"][0]["latency_curve"][1] = [50]
        self.assertEqual(
            self.refusal(json.dumps(results)), "scenarios[0].rounds[0].latency_curve[1] is not a list of 2"
        )
        results = sample()
        results["scenarios"][0]["rounds"][0]["metrics"]["capacity_pps"] = float("nan")
        self.assertIn("is not a finite number", self.refusal(json.dumps(results)))

    def test_another_schema_is_refused(self) -> None:
        refusal = self.refusal(json.dumps(sample() | {"schema": 2}))
        self.assertEqual(refusal, "schema is 2, and this report reads schema 1")

    def test_what_is_not_json_or_not_an_object_is_refused(self) -> None:
        self.assertIn("line 1 column 1", self.refusal("nonsense"))
        self.assertEqual(self.refusal("[]"), "the file is not an object")

    def test_a_goal_needs_one_limit(self) -> None:
        self.assertIn("scenarios[0].goals[0] has no limit", self.refusal_without("scenarios", 0, "goals", 0, "at_most"))

    def test_a_goal_cannot_claim_to_be_met_beyond_its_limit(self) -> None:
        for claim in ({"reached": 1.04}, {"reached": None}):
            results = sample()
            results["scenarios"][0]["goals"][0] |= claim
            self.assertIn("scenarios[0].goals[0] says met, but reached is", self.refusal(json.dumps(results)))

    def test_a_file_that_is_not_there_and_a_wrong_call_end_with_two(self) -> None:
        with redirect_stderr(StringIO()) as errors:
            self.assertEqual(report.main(["/nowhere/results.json", "/nowhere/report.html"]), 2)
            self.assertEqual(report.main([]), 2)
        self.assertEqual(errors.getvalue().count("\n"), 2)

    def test_a_sound_file_is_written_and_left_as_it_was(self) -> None:
        results = sample()
        before = copy.deepcopy(results)
        report.render(results)
        self.assertEqual(results, before)
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "results.json"), Path(folder, "report.html")
            source.write_text(json.dumps(results), encoding="utf-8")
            self.assertEqual(report.main([str(source), str(target)]), 0)
            self.assertEqual(target.read_text(encoding="utf-8"), report.render(results))


class ChartsPlaceValues(unittest.TestCase):
    """The scales and ticks under the charts."""

    def test_the_percentile_axis_gives_each_nine_the_same_width(self) -> None:
        scale = charts.Scale(charts.nines, 0, 99.99, 0, 400)
        for percentile, pixel in ((0, 0), (90, 100), (99, 200), (99.9, 300), (99.99, 400)):
            self.assertAlmostEqual(scale(percentile), pixel, places=6)

    def test_ticks_enclose_their_values(self) -> None:
        self.assertEqual(charts.linear_ticks(312000), [0, 100000, 200000, 300000, 400000])
        self.assertEqual(charts.linear_ticks(0), [0, 1])
        self.assertEqual(charts.log_ticks(30, 180), [20, 50, 100, 200])
        self.assertEqual(charts.log_ticks(100, 100), [100, 200])

    def test_the_hundredth_percentile_and_zero_latencies_are_left_out_of_the_curve(self) -> None:
        curve = charts.Curve("floor", 0, [(0, 0, 0, 0), (50, 80, 90, 95), (100, 9000, 9000, 9000)])
        drawing = charts.latency_chart([curve], "latency")
        self.assertIn("percentile 50: 90 µs (80…95)", drawing)
        self.assertNotIn("9,000", drawing)
        self.assertEqual(charts.latency_chart([charts.Curve("floor", 0, [])], "latency"), "")

    def test_numbers_have_separators_and_three_significant_digits(self) -> None:
        told = [charts.number(value) for value in (None, 0, 1234567, 5321.4, 80.25, 1.018, 0.00123)]
        self.assertEqual(told, ["–", "0", "1,234,567", "5,321", "80.2", "1.02", "0.00123"])


if __name__ == "__main__":
    unittest.main()
