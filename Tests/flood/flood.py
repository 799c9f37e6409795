"""Floods a relay beside live games, and tells what the games kept and what became of the flood. See run."""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time

from relay import WORKERS, Players, Relay, total

# Name, kinds, sources. The flood aims at worker 0 by the session tokens that it uses; too short for a token goes there too.
BAD = "random,wrong-user,short,oversize,bad-type,bad-length"
LONG = [
    ("random tokens", "random", 1), ("random tokens, 4,000 sources", "random", 4000),
    ("wrong user", "wrong-user", 1), ("wrong user, 4,000 sources", "wrong-user", 4000),
    ("short", "short", 1), ("oversize", "oversize", 1), ("unknown type", "bad-type", 1),
    ("all of these", BAD, 1), ("all of these, 4,000 sources", BAD, 4000),
    ("replayed, 4,000 sources", "replayed", 4000),
]  # fmt: skip
SHORT = [("all kinds", BAD, 1), ("all kinds, 500 sources", BAD, 500)]
FILTERED, OVERFLOWS = "causeway_filtered_datagrams_total", "causeway_queue_overflows_total"
NONE, CONTROL = "no flood", "control: a flood elsewhere"


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("binaries")
    parser.add_argument("scratch")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--pps", type=int, help="of the flood (100,000; the short run: 30,000)")
    parser.add_argument("--seconds", type=float, help="of each measurement (5; the short run: 2)")
    parser.add_argument("--rounds", type=int, help="of all measurements (3; the short run: 1)")
    parser.add_argument("--sessions", type=int, default=40, help="with a host and a client each")
    parser.add_argument("--rate", type=int, default=50, help="datagrams a second of each player")
    parser.add_argument("--only", help="measure only floods whose name has this in it")
    parser.add_argument("--set", action="append", default=[], help="KEY=VALUE of the relay's configuration")
    options = parser.parse_args()
    options.pps = options.pps or (100_000 if options.long else 30_000)
    options.seconds = options.seconds or (5 if options.long else 2)
    options.rounds = options.rounds or (3 if options.long else 1)
    return options


class Bench:
    def __init__(self, options):
        self.options = options
        self.relay = Relay(options.binaries, options.scratch, options.set)
        self.sessions = [self.relay.create_session() for _ in range(options.sessions)]
        self.tokens = f"{options.scratch}/tokens"
        with open(os.open(self.tokens, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            for session, _, client in self.sessions:
                if self.relay.worker(session) == 0:
                    file.write(f"{session} {client}\n")
        self.players = Players(f"{options.scratch}/players", self.relay, self.sessions, options.rate)
        self.flooded = 0
        self.net = 0

    def close(self):
        self.players.quit()
        self.relay.stop()

    def flood(self, kinds, sources, ports):
        # Strangers whom the relay has counted no guesses of yet, each time.
        self.net = self.net % 250 + 1
        targets = [word for port in ports for word in ("--to", f"127.0.0.1:{port}")]
        done = subprocess.run(
            [f"{self.options.scratch}/flood", *targets, "--pps", str(self.options.pps), "--seconds", str(self.options.seconds),
             "--kinds", kinds, "--sources", str(sources), "--net", str(self.net), "--tokens", self.tokens, "--steer", f"0/{WORKERS}"],
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode != 0:
            raise SystemExit(f"The flood failed: {done.stderr}")
        return json.loads(done.stdout)

    def beside(self, name, kinds, sources):
        """What happens during one flood, or none, or one that is not the relay's to deal with."""
        if name == NONE:
            time.sleep(self.options.seconds)
            return {"sent": 0}
        if name != CONTROL:
            sent = self.flood(kinds, sources, self.relay.ports)
            self.flooded += sent["sent"]
            return sent
        # Who reads it is kept on worker 0's processor, as worker 0 would.
        processor = min(os.sched_getaffinity(0))
        port = self.relay.ports[1] % 60_000 + 1_500
        with subprocess.Popen(
            ["taskset", "-c", str(processor), f"{self.options.scratch}/flood", "--sink", f"127.0.0.1:{port}"],
            stdout=subprocess.PIPE, text=True,
        ) as sink:  # fmt: skip
            time.sleep(0.2)
            sent = self.flood(kinds, sources, [port])
            sink.send_signal(signal.SIGTERM)
            sink.communicate(timeout=30)
        return sent

    def measure(self, name, kinds="", sources=1):
        self.players.next_epoch()
        time.sleep(0.1)
        before, kernel, processor = self.relay.metrics(), self.relay.kernel_drops(), self.relay.processor_seconds()
        self.players.next_epoch()
        began = time.monotonic()
        sent = self.beside(name, kinds, sources)
        seconds = time.monotonic() - began
        epoch = self.players.next_epoch()
        processor = self.relay.processor_seconds() - processor
        time.sleep(0.7)
        after = self.relay.metrics()
        sessions, all_players = self.players.report(epoch)
        reasons = {
            key.split('"')[1]: int(value - before.get(key, 0))
            for key, value in after.items()
            if key.startswith("causeway_dropped_datagrams_total{") and value > before.get(key, 0)
        }
        return {
            "name": name, "flood": sent["sent"], "rate": sent["sent"] / seconds,
            "workers": [self.delivered(sessions, worker) for worker in range(WORKERS)],
            "reasons": reasons, "kernel": self.relay.kernel_drops() - kernel,
            "filtered": int(total(after, FILTERED) - total(before, FILTERED)),
            "processor": processor / seconds, "lost_here": all_players["lost_here"], "strange": all_players["strange"],
        }  # fmt: skip

    def delivered(self, sessions, worker):
        """Percent of a worker's players' datagrams, the poorest session's percent, and the 99th percentile of the delay."""
        own = [entry for index, entry in enumerate(sessions) if self.players.workers[index] == worker]
        sent, got = sum(sum(entry["sent"]) for entry in own), sum(sum(entry["got"]) for entry in own)
        poorest = min(100 * sum(entry["got"]) / max(sum(entry["sent"]), 1) for entry in own)
        delays = [sum(column) for column in zip(*(entry["delays"] for entry in own))]
        left, bucket = 0.99 * sum(delays), 0
        while bucket < len(delays) - 1 and (left := left - delays[bucket]) > 0:
            bucket += 1
        return {"sent": sent, "percent": 100 * got / max(sent, 1), "poorest": poorest, "p99_ms": 2 ** (bucket + 1) / 1000}


def show(results):
    """One line for each scenario, of all its rounds."""
    print(f"{'':<30} {'flood/s':>8} {'worker 0, %':>20} {'worker 1, %':>20} {'p99 ms, 0 / 1':>14} {'CPU':>5} {'filtered':>9} {'queue':>7} {'dropped':>9}  by reason")
    for name in dict.fromkeys(result["name"] for result in results):
        own = [result for result in results if result["name"] == name]
        row = f"{name:<30} {statistics.median(result['rate'] for result in own):>8,.0f}"
        for worker in range(WORKERS):
            values = [result["workers"][worker]["percent"] for result in own]
            row += f" {statistics.median(values):>6.2f} ({min(values):>6.2f}…{max(values):>6.2f})"
        delays = [statistics.median(result["workers"][worker]["p99_ms"] for result in own) for worker in range(WORKERS)]
        row += f" {delays[0]:>6.1f} /{delays[1]:>6.1f} {statistics.median(result['processor'] for result in own):>5.2f}"
        reasons = {}
        for result in own:
            for reason, number in result["reasons"].items():
                reasons[reason] = reasons.get(reason, 0) + number
        told = ", ".join(f"{reason} {number:,}" for reason, number in sorted(reasons.items(), key=lambda item: -item[1]))
        filtered, kernel = sum(result["filtered"] for result in own), sum(result["kernel"] for result in own)
        print(f"{row} {filtered:>9,} {kernel - filtered:>7,} {sum(reasons.values()):>9,}  {told}", flush=True)


class Verdict:
    def __init__(self):
        self.failures = 0

    def expect(self, holds, words):
        print(f"{'ok    ' if holds else 'FAILED'} {words}")
        self.failures += not holds


def check_books(bench, verdict):
    """Every datagram that was sent is one that the relay has an account of, or one that the kernel threw away."""
    bench.players.stop()
    seen = None
    for _ in range(100):
        now = total(bench.relay.metrics(), "causeway_received_datagrams_total"), bench.relay.kernel_drops()
        if now == seen:
            break
        seen = now
        time.sleep(0.3)
    received, kernel = seen
    played = 0
    for epoch in range(bench.players.epoch + 1):
        sessions, players = bench.players.report(epoch)
        played += sum(sum(entry["sent"]) for entry in sessions) + players["pings"]
    sent = played + bench.flooded
    verdict.expect(sent == received + kernel, f"sent {sent:,} (flood {bench.flooded:,}) = received {received:,.0f} + thrown away by the kernel {kernel:,}")
    after = bench.relay.metrics()
    filtered, overflows = total(after, FILTERED), total(after, OVERFLOWS)
    verdict.expect(kernel == filtered + overflows, f"thrown away by the kernel {kernel:,} = filtered {filtered:,.0f} + full queues {overflows:,.0f}, says the relay")
    forwarded = total(after, "causeway_forwarded_datagrams_total")
    answered = total(after, "causeway_answered_pings_total")
    dropped = total(after, "causeway_dropped_datagrams_total") - total(after, "causeway_dropped_datagrams_total", '"send_error"')
    held = total(after, "causeway_held_datagrams")
    verdict.expect(
        received == forwarded + answered + dropped + held,
        f"received {received:,.0f} = forwarded {forwarded:,.0f} + answered {answered:,.0f} + dropped {dropped:,.0f} + held {held:,.0f}",
    )


def check(bench, results, first, memory):
    """What holds on every machine, however slow and however busy."""
    verdict = Verdict()
    control = next(result for result in results if result["name"] == CONTROL)
    for result in results:
        if result["name"] in (NONE, CONTROL):
            continue
        for worker, share in ((0, 0.25), (1, 0.5)):
            percent, beside = result["workers"][worker]["percent"], control["workers"][worker]["percent"]
            verdict.expect(percent >= share * beside, f"{result['name']}: worker {worker}'s players got {percent:.1f} %, {beside:.1f} % in the control")
            verdict.expect(result["workers"][worker]["poorest"] > 0, f"{result['name']}: every session of worker {worker} went on")
        accounted = sum(result["reasons"].values()) + result["kernel"]
        verdict.expect(accounted > 0, f"{result['name']}: {accounted:,} of {result['flood']:,} have a reason, or the kernel threw them away")
    last = results[-1]
    for worker in range(WORKERS):
        verdict.expect(last["workers"][worker]["poorest"] > 0, f"afterwards every session of worker {worker} goes on, the poorest at {last['workers'][worker]['poorest']:.1f} %")
    verdict.expect(all(result["strange"] == 0 for result in results), "nobody got a datagram that was not for him")
    after = bench.relay.metrics()
    for name in ("causeway_worker_sessions", "causeway_worker_users", "causeway_worker_table_bytes"):
        # A page of the tables more or less is no growth.
        verdict.expect(total(after, name) <= total(first, name) + (65_536 if "bytes" in name else 0), f"{name} is {total(after, name):,.0f}, and was {total(first, name):,.0f}")
    grown = bench.relay.resident_bytes() - memory
    verdict.expect(grown < 32 << 20, f"the process has grown by {grown / (1 << 20):.1f} MiB")
    check_books(bench, verdict)
    return verdict.failures


def main():
    options = parse()
    bench = Bench(options)
    try:
        time.sleep(1)
        first, memory = bench.relay.metrics(), bench.relay.resident_bytes()
        floods = [flood for flood in (LONG if options.long else SHORT) if not options.only or options.only in flood[0]]
        results = []
        for _ in range(options.rounds):
            results.append(bench.measure(NONE))
            results.append(bench.measure(CONTROL, BAD, 1))
            results.extend(bench.measure(*flood) for flood in floods)
        results.append(bench.measure(NONE))
        show(results)
        failures = check(bench, results, first, memory)
    finally:
        bench.close()
    if failures:
        print(bench.relay.text()[-4000:], file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
