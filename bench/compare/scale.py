#!/usr/bin/env python3
"""Measures what many sessions cost a relay: memory, restarts, the API's speed. See docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
import time
from dataclasses import asdict
from pathlib import Path

from compare import ROOT, heading, write_results
from daemon import TASKSET, Failure
from forwarders import StartError
from scaleparts import PARTS, Options, Part, say
from table import figure, print_goals


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this one; may be repeated")
    parser.add_argument("--rounds", type=int, default=6, help="rounds of each comparison (6)")
    parser.add_argument("--bin", type=Path, default=ROOT / ".build/release", help="where the programs are")
    parser.add_argument("--out", type=Path, default=ROOT / ".build/bench", help="where scale.json goes")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds is at least 1; figures of fewer than 6 say little")
    if len(os.sched_getaffinity(0)) < 2:
        parser.error("two cores are needed: one for the relay, one for the generator")
    needed = [options.bin / "causewayd", options.bin / "causeway-bench", TASKSET]
    missing = [str(path) for path in needed if not path.exists()]
    if missing:
        parser.error(f"not there: {', '.join(missing)}. `make scale` builds them; taskset is in util-linux.")
    return options


def print_part(part: Part) -> None:
    """One part: its notes, then a line for each figure."""
    print(f"\n{part.title}")
    for note in part.notes:
        print(textwrap.fill(note, 98, initial_indent="  ", subsequent_indent="  "))
    print(f"  {'':<60}{'min':>10}{'median':>10}{'max':>10}")
    for found in part.figures:
        title = f"{found['title']}, {found['unit']}" if found["unit"] else found["title"]
        if found["n"] == 1:
            print(f"  {title:<60}{'':>10}{figure(found['median']):>10}")
        else:
            cells = "".join(f"{figure(found[name]):>10}" for name in ("min", "median", "max"))
            print(f"  {title:<60}{cells}")
    sys.stdout.flush()


def main() -> int:
    """Measures, prints, writes JSON; 1 where a goal was missed, 2 where something did not run."""
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    results = heading() | {"scenarios": []}
    chosen = [name for name in PARTS if not options.part or name in options.part]
    for name in chosen:
        try:
            part = PARTS[name](Options(options.bin.resolve(), options.rounds))
        except (Failure, StartError) as error:
            say("")
            print(f"scale: {name}: {error}", file=sys.stderr)
            return 2
        say("")
        print_part(part)
        results["scenarios"].append(asdict(part))
    target = options.out / "scale.json"
    write_results(target, results)
    met = print_goals(results)
    print(f"\n{round(time.monotonic() - began)} s; figures: {target}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
