"""A relay for scale.py: started with settings of its own, asked for its memory and metrics, and loaded."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forwarders import CAUSEWAY_API, Causeway, Running

TASKSET = Path("/usr/bin/taskset")
ALL_CORES = ",".join(str(core) for core in sorted(os.sched_getaffinity(0)))
# A run that the generator spoilt is tried again so often.
TRIES = 3

Figures = dict[str, Any]


class Failure(Exception):
    """Something did not run at all; says what it printed."""


@dataclass
class Daemon(Causeway):
    """causewayd on the cores that are named: what starts a forwarder pins it to one, taskset lets it have others."""

    daemon: Path = Path("causewayd")
    cores: str = ALL_CORES
    settings: list[str] = field(default_factory=list)

    def command(self, folder: Path) -> list[str]:
        own = [word for setting in self.settings for word in ("--set", setting)]
        return ["-c", self.cores, str(self.daemon), *super().command(folder), *own]


def daemon(folder: Path, *settings: str, cores: str = ALL_CORES) -> Daemon:
    """A relay that is not started yet."""
    return Daemon(
        "causeway", "Causeway", min(os.sched_getaffinity(0)), TASKSET,
        daemon=folder / "causewayd", cores=cores, settings=list(settings),
    )


def metrics() -> dict[str, list[float]]:
    """What the running relay counts: the values of each metric, one for each worker where it has workers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{CAUSEWAY_API}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    found: dict[str, list[float]] = {}
    for line in text.splitlines():
        match = re.fullmatch(r"([a-z0-9_]+)(?:\{.*\})? (\S+)", line)
        if match:
            found.setdefault(match[1], []).append(float(match[2]))
    return found


def table_bytes() -> float:
    """The tables of all workers."""
    return sum(metrics()["causeway_worker_table_bytes"])


def resident(running: Running) -> int:
    """The bytes of memory that a process really has (VmRSS)."""
    status = Path(f"/proc/{running.pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) * 1024


def stop(running: Running) -> float:
    """Ends a relay and returns the seconds that took; fails where it had to be killed."""
    began = time.monotonic()
    running.stop()
    if running.process.returncode != 0:
        raise Failure(f"causewayd did not stop cleanly: status {running.process.returncode}")
    return time.monotonic() - began


def pin(core: int | None) -> None:
    """Runs in a child: pins it."""
    if core is not None:
        os.sched_setaffinity(0, {core})


def begin(folder: Path, running: Running, core: int | None, *arguments: str) -> subprocess.Popen[str]:
    """Starts causeway-bench; its key goes through the environment."""
    return subprocess.Popen(
        [str(folder / "causeway-bench"), *arguments, "--json"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | running.environment,
        preexec_fn=lambda: pin(core),
    )


def finish(process: subprocess.Popen[str], seconds: float = 300) -> Figures:
    """Waits for causeway-bench and reads its figures."""
    try:
        output, said = process.communicate(timeout=seconds)
    except BaseException:
        process.kill()
        process.wait()
        raise
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise Failure(f"causeway-bench did not run: {said.strip()[-500:] or 'it said nothing'}")
    found: Figures = json.loads(lines[-1])
    return found


def create(folder: Path, running: Running, *arguments: str, core: int | None = None) -> Figures:
    """Creates sessions; fails where one could not be."""
    target = f"http://127.0.0.1:{CAUSEWAY_API}"
    found = finish(begin(folder, running, core, "create", "--target", target, *arguments))
    if found["failed"]:
        raise Failure(f"{found['failed']} sessions could not be created: {found['first_error']}")
    return found


def forward(folder: Path, running: Running, *arguments: str, core: int | None = None) -> Figures:
    """Plays sessions through the relay, again where the generator spoilt the run; the last try counts as it is."""
    found: Figures = {}
    for _ in range(TRIES):
        found = finish(begin(folder, running, core, "run", *running.arguments, *arguments))
        if found["valid"]:
            break
    return found


def forward_while(
    folder: Path, running: Running, arguments: list[str], creating: list[str]
) -> tuple[Figures, Figures]:
    """Plays sessions and creates others meanwhile; the figures of both."""
    process = begin(folder, running, None, "run", "--progress", *running.arguments, *arguments)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("sending"):
                break
        created = create(folder, running, *creating)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return finish(process), created
