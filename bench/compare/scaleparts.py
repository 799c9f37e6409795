"""The parts of bench/compare/scale.py: what each does to a relay, the figures it reads off, and the goals."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from daemon import (
    ALL_CORES, Figures, Failure, create, daemon, forward, forward_while, metrics, resident, stop, table_bytes,
)
from summary import spread

FORWARDER_CORE, GENERATOR_CORE = 0, 1
LATENCIES = {"p50_us": "p50", "p99_us": "p99", "p999_us": "p99.9", "max_us": "longest"}


@dataclass
class Part:
    """What one part found."""

    id: str
    title: str
    notes: list[str] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    goals: list[dict[str, Any]] = field(default_factory=list)

    def add(self, title: str, unit: str, values: list[float]) -> dict[str, float]:
        """A figure, one value for each round."""
        found = spread(values)
        self.figures.append({"title": title, "unit": unit} | found | {"values": values})
        return found

    def at_most(self, text: str, limit: float, reached: float) -> None:
        """A goal that may not be passed."""
        self.goals.append({"text": text, "at_most": limit, "reached": reached, "met": reached <= limit})

    def at_least(self, text: str, limit: float, reached: float) -> None:
        """A goal that has to be reached."""
        self.goals.append({"text": text, "at_least": limit, "reached": reached, "met": reached >= limit})


@dataclass
class Options:
    """Where the programs are, and how often the parts with rounds repeat."""

    bin: Path
    rounds: int


def say(text: str) -> None:
    """The progress line."""
    print(f"\r{text:<60}\r", end="", file=sys.stderr, flush=True)


def clients(rate: int, duration: str, *more: str) -> list[str]:
    """The generator's arguments: 100 sessions of eight clients, 120 bytes, both ways."""
    return ["--sessions", "100", "--clients", "8", "--rate", str(rate), "--size", "120", "--duration", duration, *more]


def latencies(part: Part, label: str, rounds: list[Figures], names: tuple[str, ...]) -> None:
    """The latencies of some runs."""
    for name in names:
        part.add(f"{label}: latency, {LATENCIES[name]}", "µs", values(rounds, name))


def values(rounds: list[Figures], name: str) -> list[float]:
    """One figure of some runs."""
    return [float(each[name]) for each in rounds]


def memory(options: Options) -> Part:
    """What a session costs in memory."""
    sessions, repeats = 20_000, 3
    part = Part("memory", f"Memory of {sessions:,} sessions with a host and 8 clients each")
    growth, tables, rates = [], [], []
    for number in range(1, repeats + 1):
        say(f"memory: round {number}")
        running = daemon(options.bin).start()
        try:
            before, before_tables = resident(running), table_bytes()
            made = create(options.bin, running, "--count", str(sessions), "--users", "9", "--keep")
            time.sleep(1)
            growth.append((resident(running) - before) / sessions)
            tables.append((table_bytes() - before_tables) / sessions)
            rates.append(made["per_second"])
        finally:
            running.stop()
    part.add("resident memory, a session", "bytes", growth)
    found = part.add("of it the data plane's tables", "bytes", tables)
    part.add("sessions created, nothing else running", "1/s", rates)
    part.at_most("tables of a session with 9 users, bytes", 2500, found["max"])
    return part


def scale(options: Options) -> Part:
    """100,000 sessions in one process: made, restored, and swept while it forwards."""
    part = Part("scale", "100,000 sessions with 8 users each: 800,000 users")
    part.notes = [
        "sessions.max is set to 110000: its default, 100000, would leave no room for the sessions that are measured.",
        f"Created by a relay on cores {ALL_CORES}, default workers. Restored and measured on core {FORWARDER_CORE} "
        f"alone with relay.workers=1, the generator on core {GENERATOR_CORE}. Only one relay runs at a time.",
    ]
    state = Path(tempfile.mkdtemp(prefix="causeway-scale-"))
    try:
        fill(options, part, f"state.directory={state}")
        restore(options, part, f"state.directory={state}")
    finally:
        shutil.rmtree(state, ignore_errors=True)
    return part


ROOM = "sessions.max=110000"


def fill(options: Options, part: Part, state: str) -> None:
    """Makes the sessions."""
    say("scale: creating 100,000 sessions")
    running = daemon(options.bin, state, ROOM).start()
    try:
        before = table_bytes()
        made = create(options.bin, running, "--count", "100000", "--users", "8", "--keep")
        part.add("sessions created", "1/s", [made["per_second"]])
        part.add("creation, p99", "ms", [made["p99_ms"]])
        part.add("resident memory, after creation", "MiB", [resident(running) / (1 << 20)])
        part.add("tables, a session", "bytes", [(table_bytes() - before) / 100_000])
        part.add("SIGTERM to exit", "s", [stop(running)])
    finally:
        running.stop()


def restore(options: Options, part: Part, state: str) -> None:
    """Starts again and again on the same state, and forwards with and without all of those sessions."""
    restored, memories, loaded, fresh, counts = [], [], [], [], []
    for number in range(1, options.rounds + 1):
        for full in ((True, False) if number % 2 else (False, True)):
            say(f"scale: round {number}, {'restored' if full else 'fresh'}")
            settings = [ROOM, "relay.workers=1", *([state] if full else [])]
            began = time.monotonic()
            running = daemon(options.bin, *settings, cores=str(FORWARDER_CORE)).start()
            try:
                if full:
                    restored.append(time.monotonic() - began)
                    found = metrics()
                    counts.append((found["causeway_sessions"][0], found["causeway_users"][0]))
                    memories.append(resident(running) / (1 << 20))
                figures = forward(options.bin, running, *clients(25, "4s"), core=GENERATOR_CORE)
                (loaded if full else fresh).append(figures)
                stop(running)
            finally:
                running.stop()
    report_restore(part, restored, memories, counts)
    report_sweep(part, loaded, fresh)


def report_restore(
    part: Part, restored: list[float], memories: list[float], counts: list[tuple[float, float]]
) -> None:
    """The restarts."""
    found = part.add("restored: start to /readyz", "s", restored)
    part.add("resident memory, after restoring", "MiB", memories)
    part.at_most("restart with 100,000 sessions, seconds", 10, found["max"])
    part.at_least("sessions after each restart", 100_000, min(count[0] for count in counts))
    part.at_least("users after each restart", 800_000, min(count[1] for count in counts))


def report_sweep(part: Part, loaded: list[Figures], fresh: list[Figures]) -> None:
    """Whether the sweep over all of those slots shows."""
    names = ("p50_us", "p99_us", "p999_us", "max_us")
    latencies(part, "40,000/s with 100,000 sessions", loaded, names)
    latencies(part, "40,000/s in an empty relay", fresh, names)
    lost = part.add("datagrams lost, with and without", "", values([*loaded, *fresh], "lost"))

    def median(rounds: list[Figures], name: str) -> float:
        return spread(values(rounds, name))["median"]

    for name in ("p50_us", "p99_us"):
        text = f"{LATENCIES[name]} with 100,000 sessions ÷ empty"
        part.at_most(text, 1.5, median(loaded, name) / max(median(fresh, name), 1))
    part.at_most("datagrams lost", 0, lost["max"])


def api(options: Options) -> Part:
    """Sessions created while 50,000 datagrams a second are forwarded."""
    part = Part("api", "1,000 sessions created a second while 49,600 datagrams a second are forwarded")
    part.notes = [
        "relay.workers=1, the rest as it comes; nothing is pinned. Both generators and the relay share "
        f"{len(ALL_CORES.split(','))} cores, so these latencies are the machine's more than the relay's.",
        "Creation goes on for the whole of each measured time; its latency counts from planned times.",
    ]
    load = clients(31, "3500ms", "--warmup", "500ms", "--tolerance", "1s", "--allow-loss", "100")
    quiet: list[Figures] = []
    paced: list[tuple[Figures, Figures]] = []
    fastest: list[tuple[Figures, Figures]] = []
    running = daemon(options.bin, "relay.workers=1").start()
    try:
        for number in range(1, options.rounds + 1):
            for kind in turned(["quiet", "paced", "fastest"], number):
                say(f"api: round {number}, {kind}")
                if kind == "quiet":
                    quiet.append(forward(options.bin, running, *load))
                else:
                    rate = "1000" if kind == "paced" else "0"
                    creating = ["--connections", "64", "--rate", rate, "--duration", "4s"]
                    found = forward_while(options.bin, running, load, creating)
                    (paced if kind == "paced" else fastest).append(found)
        stop(running)
    finally:
        running.stop()
    report_creation(part, "1,000/s planned", [each[1] for each in paced])
    latencies(part, "forwarding, nothing created", quiet, ("p50_us", "p99_us"))
    latencies(part, "forwarding, 1,000/s created", [each[0] for each in paced], ("p50_us", "p99_us"))
    part.add("lost, nothing created", "", values(quiet, "lost"))
    lost = part.add("lost, 1,000/s created", "", values([each[0] for each in paced], "lost"))
    report_creation(part, "as fast as possible", [each[1] for each in fastest])
    latencies(part, "forwarding, creation at its fastest", [each[0] for each in fastest], ("p50_us", "p99_us"))
    part.add("lost, creation at its fastest", "", values([each[0] for each in fastest], "lost"))
    rate = spread(values([each[1] for each in paced], "per_second"))
    part.at_least("sessions created a second, of 1,000 planned", 990, rate["median"])
    part.at_most("datagrams lost while 1,000/s are created", 0, lost["max"])
    return part


def turned(kinds: list[str], number: int) -> list[str]:
    """Another order each round."""
    shift = number % len(kinds)
    return kinds[shift:] + kinds[:shift]


def report_creation(part: Part, label: str, rounds: list[Figures]) -> None:
    """The creates of some runs."""
    part.add(f"created, {label}", "1/s", values(rounds, "per_second"))
    for name, title in (("p50_ms", "p50"), ("p99_ms", "p99")):
        part.add(f"creation, {label}: latency, {title}", "ms", values(rounds, name))


def workers(options: Options) -> Part:
    """How even two workers are used, and what the second one costs."""
    part = Part("workers", "One worker and two, 40,000 datagrams a second")
    part.notes = [
        "Nothing is pinned, and the generator shares the machine's cores with the relay: its share stands beside.",
    ]
    say("workers: 10,000 sessions")
    running = daemon(options.bin, "relay.workers=2").start()
    try:
        create(options.bin, running, "--count", "10000", "--keep")
        shares = metrics()["causeway_worker_sessions"]
    finally:
        running.stop()
    even = sum(shares) / len(shares)
    part.add("sessions of a worker, of 10,000", "", shares)
    rounds = alternate(options)
    for count, found in rounds.items():
        label = f"{count} worker{'s' if count > 1 else ''}"
        part.add(f"{label}: CPU of the relay, a datagram", "ns", values(found, "forwarder_cpu_ns_per_datagram"))
        latencies(part, label, found, ("p50_us", "p99_us"))
        part.add(f"{label}: generator, of a core", "%", values(found, "generator_cpu_percent"))
        part.add(f"{label}: lost", "", values(found, "lost"))
    if sum(shares) != 10_000:
        raise Failure(f"the workers serve {sum(shares):.0f} sessions, not 10,000")
    part.at_most("a worker's sessions off an even share, %", 10, max(abs(each - even) for each in shares) / even * 100)
    return part


def alternate(options: Options) -> dict[int, list[Figures]]:
    """Runs with one worker and with two, in turn."""
    rounds: dict[int, list[Figures]] = {1: [], 2: []}
    for number in range(1, options.rounds + 1):
        for count in ((1, 2) if number % 2 else (2, 1)):
            say(f"workers: round {number}, {count}")
            running = daemon(options.bin, f"relay.workers={count}").start()
            try:
                watched = ["--watch-pid", str(running.pid)]
                rounds[count].append(forward(options.bin, running, *clients(25, "3s", *watched)))
            finally:
                running.stop()
    return rounds


PARTS = {"memory": memory, "scale": scale, "api": api, "workers": workers}
