"""Reads what bench/usertime counts: the time that a forwarder spends outside of the kernel."""

from __future__ import annotations

import struct
import threading
from dataclasses import dataclass
from pathlib import Path

LINE, THREADS = 64, 63


@dataclass
class Count:
    """Sums over all threads, from the start of the process."""

    ticks_per_ns: float
    ticks: int
    datagrams: int

    def since(self, before: Count) -> float:
        """Nanoseconds outside of the kernel for each datagram received since an earlier reading."""
        datagrams = self.datagrams - before.datagrams
        if datagrams <= 0 or self.ticks_per_ns <= 0:
            raise ValueError("no datagram was counted: is bench/usertime preloaded?")
        return (self.ticks - before.ticks) / self.ticks_per_ns / datagrams


def read(path: Path) -> Count:
    """Reads the counts as they are now."""
    page = path.read_bytes()
    if len(page) != LINE * (THREADS + 1):
        raise ValueError(f"{path} is no page of bench/usertime: {len(page)} bytes")
    (ticks_per_ns,) = struct.unpack_from("d", page)
    lines = [struct.unpack_from("2Q", page, LINE * (number + 1)) for number in range(THREADS)]
    return Count(ticks_per_ns, sum(line[0] for line in lines), sum(line[1] for line in lines))


class Sampler(threading.Thread):
    """Reads a page every tenth of a second until it is stopped, to tell the time under load from that of the joining."""

    INTERVAL = 0.1

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.counts = [read(path)]
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(self.INTERVAL):
            self.counts.append(read(self.path))

    def stop(self) -> float:
        """Ends it; nanoseconds outside of the kernel for each datagram in the busiest second."""
        self.stopped.set()
        self.join()
        return busiest(self.counts)


def busiest(counts: list[Count], samples: int = 10) -> float:
    """Nanoseconds outside of the kernel for each datagram, between the two readings so far apart with the most datagrams."""
    if len(counts) <= samples:
        return counts[-1].since(counts[0])
    first = max(
        range(len(counts) - samples), key=lambda place: counts[place + samples].datagrams - counts[place].datagrams
    )
    return counts[first + samples].since(counts[first])
