#!/usr/bin/env python3
"""Runs forwarders side by side on this machine and reports what each datagram costs them. See docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import report
import usertime
from forwarders import Causeway, Coturn, Floor, Forwarder, Nginx, StartError, version
from scenarios import METRICS, SCENARIOS, Scenario
from summary import judge, summarize
from table import print_goals, print_scenario

ROOT = Path(__file__).resolve().parents[2]
FORWARDER_CORE, GENERATOR_CORE = 0, 1
# A run that the generator spoilt is tried again so often.
TRIES = 3


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="rounds of each scenario, alternating (10; at least 6)")
    parser.add_argument("--seconds", type=float, default=2, help="measured seconds of each run (2)")
    parser.add_argument("--scenario", action="append", help="only this one; may be repeated")
    parser.add_argument("--forwarder", action="append", help="only this one; may be repeated")
    parser.add_argument("--bin", type=Path, default=ROOT / ".build/release", help="where causewayd and causeway-bench are")
    parser.add_argument("--tools", type=Path, default=ROOT / ".build/bench", help="where floor and usertime.so are")
    parser.add_argument("--out", type=Path, default=ROOT / ".build/bench", help="where the results go")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds is at least 1; figures of fewer than 6 say little")
    known = {scenario.id for scenario in SCENARIOS}
    for name in options.scenario or []:
        if name not in known:
            parser.error(f"--scenario {name} is none of {', '.join(sorted(known))}")
    if os.cpu_count() is None or len(os.sched_getaffinity(0)) < 2:
        parser.error("two cores are needed: one for the forwarder, one for the generator")
    return options


def forwarders(options: argparse.Namespace) -> dict[str, Forwarder]:
    """All that can be compared, by name."""
    relay = options.bin / "causewayd"
    candidates: list[Forwarder] = [
        Floor("floor", "floor (C: epoll, recvmmsg, sendmmsg; no checks)", FORWARDER_CORE, options.tools / "floor"),
        Causeway("causeway", "Causeway, as it is shipped", FORWARDER_CORE, relay, version([str(relay), "version"])),
        Coturn("coturn", "coturn (TURN ChannelData)", FORWARDER_CORE, Path("/usr/bin/turnserver"),
               version(["dpkg-query", "-W", "-f", "${Version}", "coturn"])),
        Nginx("nginx", "nginx (stream, UDP)", FORWARDER_CORE, Path("/usr/sbin/nginx"),
              version(["dpkg-query", "-W", "-f", "${Version}", "nginx-core"])
              or version(["dpkg-query", "-W", "-f", "${Version}", "nginx-light"])),
    ]
    wanted = options.forwarder or [candidate.name for candidate in candidates]
    chosen = {candidate.name: candidate for candidate in candidates if candidate.name in wanted}
    missing = [f"{each.name} ({each.binary})" for each in chosen.values() if not each.binary.exists()]
    if missing:
        sys.exit(f"compare: not there: {', '.join(missing)}. `make bench` builds and installs them.")
    return chosen


def generate(options: argparse.Namespace, scenario: Scenario, running: Any) -> dict[str, Any]:
    """One run of the generator, on its own core; its JSON."""
    # Only the relay's host sends to all its clients through one address; the others are overloaded without it.
    speaks_relay = "relay" in running.arguments
    arguments = [word for word in scenario.arguments if word != "--together" or speaks_relay]
    command = [
        str(options.bin / "causeway-bench"), "run", "--json", *running.arguments, *arguments,
        "--watch-pid", str(running.pid),
    ]
    if "--find-loss-free" not in scenario.arguments:
        command += ["--duration", f"{round(options.seconds * 1000)}ms", "--warmup", "500ms"]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=600, check=False, env=os.environ | running.environment,
        preexec_fn=lambda: os.sched_setaffinity(0, {GENERATOR_CORE}),
    )
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return {"valid": False, "invalid_reason": f"the generator did not run: {result.stderr.strip()[-300:]}"}
    found: dict[str, Any] = json.loads(lines[-1])
    if found["verdict"] == "failed":
        found |= {"valid": False, "invalid_reason": f"lost {found['lost']} or received what was wrong"}
    elif found["verdict"] == "generator_bound" and found["flood"] and not scenario.needs_overload:
        # The forwarder carried all: what that cost it is known, and its capacity is not.
        found |= {"valid": True, "invalid_reason": "", "pps": None}
    return found


def figures(scenario: Scenario, found: dict[str, Any], outside: float | None) -> dict[str, float]:
    """The scenario's metrics out of a run's JSON."""
    source = {
        "cpu_ns_per_datagram": found.get("forwarder_cpu_ns_per_datagram"),
        "capacity_pps": found.get("pps"),
        "loss_free_pps": found.get("loss_free_pps"),
        "p50_us": found.get("p50_us"),
        "p99_us": found.get("p99_us"),
        "user_ns_per_datagram": outside,
    }
    return {metric: float(source[metric]) for metric in scenario.metrics if source.get(metric)}


def run_once(options: argparse.Namespace, scenario: Scenario, forwarder: Forwarder) -> dict[str, Any]:
    """Starts a forwarder, measures it, ends it."""
    preload = options.tools / "usertime.so" if scenario.counts_user_time else None
    running = forwarder.start(preload)
    try:
        sampler = usertime.Sampler(running.usertime) if running.usertime else None
        if sampler:
            sampler.start()
        found = generate(options, scenario, running)
        outside = sampler.stop() if sampler and found["valid"] else None
    finally:
        running.stop()
    entry = {
        "forwarder": forwarder.name,
        "valid": found["valid"],
        "invalid_reason": found.get("invalid_reason", ""),
        "metrics": figures(scenario, found, outside),
    }
    if found["valid"] and found.get("latency_curve"):
        entry["latency_curve"] = found["latency_curve"]
    return entry


def measure(options: argparse.Namespace, scenario: Scenario, all_: dict[str, Forwarder]) -> dict[str, Any]:
    """All rounds of a scenario, each forwarder once a round, in an order that turns."""
    names = [name for name in scenario.forwarders if name in all_]
    rounds: list[dict[str, Any]] = []
    for number in range(1, min(options.rounds, scenario.most_rounds) + 1):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            for _ in range(TRIES):
                entry = {"round": number} | run_once(options, scenario, all_[name])
                rounds.append(entry)
                if entry["valid"]:
                    break
            print(f"\r{scenario.id}: round {number}, {name}    ", end="", file=sys.stderr, flush=True)
    print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)
    found = summarize(rounds)
    goals = [goal for goal in scenario.goals if goal["over"] is None or goal["over"] in names]
    return {
        "id": scenario.id,
        "title": scenario.title,
        "description": scenario.description,
        "metrics": {metric: METRICS[metric] for metric in scenario.metrics},
        "rounds": rounds,
        "summary": found,
        "goals": [judge(goal, found) for goal in goals] if "causeway" in names else [],
    }


def machine() -> dict[str, Any]:
    """What it ran on."""
    info = Path("/proc/cpuinfo").read_text()
    cpu = next((line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")), "?")
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "os": release.get("PRETTY_NAME", "Linux").strip('"'),
        "virtualized": "yes" if " hypervisor" in info else "no",
    }


def heading() -> dict[str, Any]:
    """What every results file begins with: when, and where."""
    generated = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"schema": 1, "generated": generated, "machine": machine()}


def write_results(path: Path, results: dict[str, Any]) -> None:
    """Writes the figures as JSON that a person can read too."""
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def main() -> int:
    """Measures, prints, writes JSON and HTML; 1 where a goal was missed."""
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    all_ = forwarders(options)
    began = time.monotonic()
    results = heading() | {
        "method": {
            "rounds": options.rounds,
            "pinning": f"forwarder on core {FORWARDER_CORE}, generator on core {GENERATOR_CORE}",
            "notes": [
                "Each run starts the forwarder anew; a round runs each of them once, in an order that turns.",
                "CPU is what the kernel's scheduler counted for all threads of the forwarding process (schedstat) in the "
                "measured time, divided by the datagrams that arrived.",
                "Ratios are formed round by round; what is judged is their median.",
                f"A run that the generator spoilt counts as invalid, is listed, and is tried again up to {TRIES} times.",
            ],
            "forwarders": {
                name: {"title": each.title, "version": each.version, "configuration": each.configuration}
                for name, each in all_.items()
            },
        },
        "scenarios": [],
    }
    chosen = [each for each in SCENARIOS if not options.scenario or each.id in options.scenario]
    try:
        for scenario in chosen:
            results["scenarios"].append(measure(options, scenario, all_))
            print_scenario(results["scenarios"][-1])
    except StartError as error:
        print(f"compare: {error}", file=sys.stderr)
        return 2
    target = options.out / "results.json"
    write_results(target, results)
    page = options.out / "report.html"
    page.write_text(report.render(results))
    met = print_goals(results)
    print(f"\n{round(time.monotonic() - began)} s; figures: {target}, report: {page}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
