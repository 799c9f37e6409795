"""What is measured: each scenario's load, the forwarders that carry it, and the goals it has to meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

METRICS: dict[str, dict[str, str]] = {
    "cpu_ns_per_datagram": {"title": "CPU per datagram", "unit": "ns", "better": "lower"},
    "user_ns_per_datagram": {"title": "of it outside of the kernel", "unit": "ns", "better": "lower"},
    "capacity_pps": {"title": "Delivered in overload", "unit": "datagrams/s", "better": "higher"},
    "loss_free_pps": {"title": "Highest rate without loss", "unit": "datagrams/s", "better": "higher"},
    "p50_us": {"title": "Latency, median", "unit": "µs", "better": "lower"},
    "p99_us": {"title": "Latency, 99th percentile", "unit": "µs", "better": "lower"},
}

ALL = ["floor", "causeway", "coturn", "nginx"]
OWN = ["floor", "causeway"]

FLOOD = ["--flood", "--sample", "64"]
# More than any forwarder carries, and no two neighbours with one receiver.
OVERLOAD = [*FLOOD, "--direction", "down", "--order", "burst", "--together"]


@dataclass
class Scenario:
    """A load and what is read off it."""

    id: str
    title: str
    description: str
    forwarders: list[str]
    metrics: list[str]
    arguments: list[str]
    goals: list[dict[str, Any]] = field(default_factory=list)
    # Whether bench/usertime is preloaded: it costs a little, so its runs measure nothing else.
    counts_user_time: bool = False
    # Rounds at most: for what takes minutes each.
    most_rounds: int = 1000
    # Whether a flood that the forwarder carries whole says nothing: its capacity was not reached. What a datagram costs it
    # can be told all the same.
    needs_overload: bool = False


def at_most(text: str, metric: str, over: str | None, limit: float) -> dict[str, Any]:
    """A goal that Causeway's median, or its ratio to another's, may not pass."""
    return {"text": text, "forwarder": "causeway", "over": over, "metric": metric, "at_most": limit}


def at_least(text: str, metric: str, over: str | None, limit: float) -> dict[str, Any]:
    """A goal that Causeway's median, or its ratio to another's, has to reach."""
    return {"text": text, "forwarder": "causeway", "over": over, "metric": metric, "at_least": limit}


def load(sessions: int, *more: str) -> list[str]:
    """The generator's arguments for so many sessions of eight clients."""
    return ["--sessions", str(sessions), "--clients", "8", *more]


def user_time(sessions: int, limit: float, most_rounds: int) -> Scenario:
    """The time outside of the kernel with so many sessions."""
    return Scenario(
        f"user-{sessions}",
        f"Time outside of the kernel, {sessions:,} session{'s' if sessions > 1 else ''} × 8 clients, overload",
        "The time stamp counter around every system call of the forwarding thread (bench/usertime), hosts to clients, 120 bytes. "
        "With many sessions it is the misses of the processor's caches that count.",
        OWN, ["user_ns_per_datagram"],
        load(sessions, *OVERLOAD, "--size", "120"),
        [
            at_most(f"outside of the kernel, {sessions:,} × 8, ns", "user_ns_per_datagram", None, limit),
            at_most(f"outside of the kernel, {sessions:,} × 8, ÷ floor", "user_ns_per_datagram", "floor", 1.5),
        ],
        counts_user_time=True, most_rounds=most_rounds,
    )


SCENARIOS = [
    Scenario(
        "steady",
        "100 sessions × 8 clients, 40,000 datagrams a second",
        "Both ways, 25 a second and client, 120 bytes, evenly spread over the sessions so that nothing can travel together. "
        "Every datagram is read and checked. The generator never sleeps, so that no forwarder pays for waking it.",
        ALL, ["cpu_ns_per_datagram", "p50_us", "p99_us"],
        load(100, "--rate", "25", "--size", "120", "--spin"),
        [
            at_most("CPU per datagram ÷ floor, 40 k/s", "cpu_ns_per_datagram", "floor", 1.03),
            at_most("CPU per datagram ÷ coturn, 40 k/s", "cpu_ns_per_datagram", "coturn", 0.60),
            at_most("CPU per datagram ÷ nginx, 40 k/s", "cpu_ns_per_datagram", "nginx", 0.68),
        ],
    ),
    Scenario(
        "overload",
        "100 sessions × 8 clients, more than the forwarder can carry",
        "Each host sends to its eight clients in turn, as fast as the generator's core can: nothing has the same receiver, so "
        "nothing can travel together. What arrives is counted by the kernel; one in 64 is read and checked.",
        ALL, ["capacity_pps", "cpu_ns_per_datagram"],
        load(100, *OVERLOAD, "--size", "120"),
        [
            at_most("CPU per datagram ÷ floor, overload", "cpu_ns_per_datagram", "floor", 1.03),
            at_least("capacity ÷ floor", "capacity_pps", "floor", 0.97),
            at_least("capacity ÷ coturn", "capacity_pps", "coturn", 1.45),
            at_least("capacity ÷ nginx", "capacity_pps", "nginx", 1.25),
        ],
        needs_overload=True,
    ),
    Scenario(
        "overload-both",
        "The same both ways, as games do on a tick",
        "Hosts to clients and clients to hosts, the players of a session at the same moment. Clients' datagrams to one host can "
        "travel together; the floor, coturn and nginx send each alone.",
        ALL, ["capacity_pps", "cpu_ns_per_datagram"],
        load(100, *FLOOD, "--size", "120", "--direction", "both", "--order", "burst", "--together"),
        [
            at_least("capacity both ways ÷ coturn", "capacity_pps", "coturn", 1.45),
            at_least("capacity both ways ÷ nginx", "capacity_pps", "nginx", 1.25),
        ],
        needs_overload=True,
    ),
    Scenario(
        "loss-free",
        "The highest rate without a single loss",
        "Hosts to their clients, in steps of 400 ms, up by a fifth each until one loses something, then four halvings.",
        ALL, ["loss_free_pps"],
        load(100, "--find-loss-free", *OVERLOAD[1:], "--size", "120"),
        most_rounds=6,
    ),
    Scenario(
        "clients-burst",
        "Eight clients send to their host at once",
        "What games do on a tick: all clients of a session at the same moment, four datagrams of 120 bytes each, overload. A relay "
        "that sees that datagrams have one receiver can send them together; the plain floor does not.",
        OWN, ["cpu_ns_per_datagram", "capacity_pps"],
        load(100, *FLOOD, "--size", "120", "--direction", "up", "--order", "burst", "--burst", "4", "--together"),
        [at_most("8 clients → 1 host in bursts, CPU ÷ plain floor", "cpu_ns_per_datagram", "floor", 0.75)],
    ),
    Scenario(
        "clients-burst-paced",
        "The same at 40,000 datagrams a second",
        "A burst of eight every 200 µs, each datagram read and checked.",
        OWN, ["cpu_ns_per_datagram", "p50_us", "p99_us"],
        load(100, "--rate", "50", "--size", "120", "--direction", "up", "--order", "burst", "--spin"),
    ),
    Scenario(
        "host-fragments",
        "Hosts send three full fragments to each client",
        "A large message of a game's transport: three datagrams of 1,200 bytes to one client after the other, overload.",
        OWN, ["cpu_ns_per_datagram", "capacity_pps"],
        load(100, *FLOOD, "--size", "1187", "--direction", "down", "--burst", "3", "--together"),
        [at_most("host → clients, 3 full fragments each, CPU ÷ plain floor", "cpu_ns_per_datagram", "floor", 0.80)],
    ),
    Scenario(
        "host-fragments-paced",
        "The same at 40,000 datagrams a second",
        "Three full datagrams to one client every 75 µs, each read and checked.",
        OWN, ["cpu_ns_per_datagram", "p50_us", "p99_us"],
        load(100, "--rate", "50", "--size", "1187", "--direction", "down", "--burst", "3", "--spin"),
    ),
    user_time(1, 40, 1000),
    user_time(1000, 120, 1000),
    user_time(20000, 220, 6),
]
