"""Reads what bench/usertime counts: the time that a forwarder spends outside of the kernel."""

from __future__ import annotations

import struct
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
