#!/usr/bin/env python3
"""What the comparison computes itself: spreads, ratios, goals, the page of bench/usertime, and what it starts."""

from __future__ import annotations

import struct
import tempfile
import unittest
from pathlib import Path

import compare
import forwarders
import summary
import usertime
from scenarios import METRICS, SCENARIOS


def entry(number: int, forwarder: str, value: float | None, valid: bool = True) -> dict[str, object]:
    """A round's result with one metric."""
    metrics = {} if value is None else {"cpu": value}
    return {"round": number, "forwarder": forwarder, "valid": valid, "invalid_reason": "", "metrics": metrics}


class Summaries(unittest.TestCase):
    def test_ratios_are_formed_within_a_round_and_not_between_medians(self) -> None:
        rounds = [entry(1, "a", 10), entry(1, "b", 20), entry(2, "a", 30), entry(2, "b", 30), entry(3, "a", 5)]
        found = summary.summarize(rounds)
        self.assertEqual(found["cpu"]["a"]["ratio_to_b"], {"n": 2, "min": 0.5, "median": 0.75, "max": 1.0})
        self.assertEqual(found["cpu"]["a"]["median"], 10)
        self.assertEqual(found["cpu"]["a"]["n"], 3)

    def test_what_the_generator_spoilt_counts_for_nothing(self) -> None:
        rounds = [entry(1, "a", 10), entry(1, "b", 1, valid=False), entry(1, "b", 20), entry(2, "a", 99, valid=False)]
        found = summary.summarize(rounds)
        self.assertEqual(found["cpu"]["a"]["max"], 10)
        self.assertEqual(found["cpu"]["a"]["ratio_to_b"]["median"], 0.5)

    def test_a_goal_is_judged_by_the_median_and_missed_where_nothing_was_measured(self) -> None:
        found = summary.summarize([entry(1, "a", 10), entry(1, "b", 20)])
        goal = {"text": "", "forwarder": "a", "over": "b", "metric": "cpu", "at_most": 0.5}
        self.assertTrue(summary.judge(goal, found)["met"])
        self.assertFalse(summary.judge(goal | {"at_most": 0.49}, found)["met"])
        self.assertFalse(summary.judge(goal | {"forwarder": "c"}, found)["met"])
        self.assertIsNone(summary.judge(goal | {"metric": "other"}, found)["reached"])
        absolute = {"text": "", "forwarder": "a", "over": None, "metric": "cpu", "at_least": 10}
        self.assertTrue(summary.judge(absolute, found)["met"])


class UserTime(unittest.TestCase):
    def page(self, lines: list[tuple[int, int]]) -> Path:
        """A page as bench/usertime writes it, at two ticks a nanosecond."""
        bytes_ = struct.pack("d56x", 2.0)
        for ticks, datagrams in lines + [(0, 0)] * (usertime.THREADS - len(lines)):
            bytes_ += struct.pack("4Q32x", ticks, datagrams, 0, 0)
        path = Path(self.folder.name) / "page"
        path.write_bytes(bytes_)
        return path

    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_time_is_what_all_threads_spent_between_two_readings(self) -> None:
        before = usertime.read(self.page([(100, 10)]))
        after = usertime.read(self.page([(300, 20), (200, 10)]))
        self.assertEqual(after.since(before), 10)

    def test_the_busiest_second_is_taken_and_not_the_joining_before_it(self) -> None:
        joining = [usertime.Count(1.0, 1000 * k, k) for k in range(20)]
        load = [usertime.Count(1.0, 20000 + 50 * k, 20 + 10 * k) for k in range(20)]
        self.assertEqual(usertime.busiest(joining + load), 5)
        self.assertEqual(usertime.busiest(joining[:3]), 1000)

    def test_no_datagram_is_an_error_and_not_a_figure(self) -> None:
        count = usertime.read(self.page([(5, 5)]))
        with self.assertRaises(ValueError):
            count.since(count)

    def test_another_file_is_refused(self) -> None:
        path = Path(self.folder.name) / "other"
        path.write_bytes(b"x")
        with self.assertRaises(ValueError):
            usertime.read(path)


class Scenarios(unittest.TestCase):
    def test_every_metric_and_goal_of_a_scenario_is_known(self) -> None:
        for scenario in SCENARIOS:
            for metric in scenario.metrics:
                self.assertIn(metric, METRICS)
            for goal in scenario.goals:
                self.assertIn(goal["metric"], scenario.metrics)
                self.assertIn(goal["over"] or "causeway", scenario.forwarders)

    def test_a_key_never_stands_in_an_argument(self) -> None:
        relay = forwarders.Causeway("causeway", "", 0, Path("/bin/true"))
        self.assertNotIn(relay.key, " ".join(relay.command(Path("/tmp")) + relay.arguments()))
        self.assertEqual(relay.environment()["CAUSEWAY_KEY"], relay.key)

    def test_what_did_not_start_says_what_it_printed(self) -> None:
        class Broken(forwarders.Floor):
            def command(self, folder: Path) -> list[str]:
                return ["-c", "echo no luck; exit 1"]

        with self.assertRaisesRegex(forwarders.StartError, "no luck"):
            Broken("floor", "", 0, Path("/bin/sh")).start()

    def test_only_the_metrics_of_the_scenario_are_taken(self) -> None:
        scenario = next(each for each in SCENARIOS if each.id == "overload")
        found = {"pps": 5.0, "forwarder_cpu_ns_per_datagram": 7.0, "p50_us": 3}
        self.assertEqual(compare.figures(scenario, found, None), {"capacity_pps": 5.0, "cpu_ns_per_datagram": 7.0})
        self.assertEqual(compare.figures(scenario, found | {"pps": None}, None), {"cpu_ns_per_datagram": 7.0})


if __name__ == "__main__":
    unittest.main()
