"""A relay of its own for flood.py, the players at it, and what the kernel and the relay say of them."""

import json
import os
import re
import secrets
import subprocess
import time
import urllib.request

WORKERS = 2


class Relay:
    """causewayd with two workers on free ports of the loopback interface."""

    def __init__(self, binaries, scratch, settings):
        self.key = secrets.token_urlsafe(32)
        self.log = f"{scratch}/log"
        own = ["api.listen=127.0.0.1:0", "relay.ports.shared=0/0", f"relay.workers={WORKERS}", "relay.bind=127.0.0.1",
               "relay.address=127.0.0.1", "limits.api_rate=0", "log.level=warning", *settings]  # fmt: skip
        words = [word for setting in own for word in ("--set", setting)]
        environment = dict(os.environ, CAUSEWAY_DEV_KEY=self.key)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [f"{binaries}/causewayd", "run", "--dev", *words],
                env=environment, cwd=scratch, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.api = self._await_api()
        self.ports = None

    def _await_api(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"http://127\.0\.0\.1:\d+", self.text())
            if found:
                try:
                    urllib.request.urlopen(f"{found[0]}/readyz", timeout=5).close()
                    return found[0]
                except OSError:
                    pass
            time.sleep(0.05)
        raise SystemExit(f"The relay did not start:\n{self.text()}")

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)

    def create_session(self):
        """Tokens of a session, its host and its client."""
        request = urllib.request.Request(
            f"{self.api}/v1/relays/sessions", method="POST",
            data=json.dumps({"users": [{"ip": "127.0.0.1"}] * 2}).encode(),
            headers={"Authorization": f"token {self.key}", "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:
            session = json.load(answer)
        ports = session["relay"]["ports"]
        self.ports = ports["server"]["port"], ports["client"]["port"]
        return session["authorization_token"], *(user["authorization_token"] for user in session["session_users"])

    def metrics(self):
        """Every sample: its name with its labels, and its value."""
        with urllib.request.urlopen(f"{self.api}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}

    def worker(self, token):
        """Who serves a session: the kernel reads the token's bytes as a big-endian number."""
        return int.from_bytes(token.to_bytes(4, "little"), "big") % WORKERS

    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return 1024 * int(next(line.split()[1] for line in file if line.startswith("VmRSS:")))

    def kernel_drops(self):
        """What the kernel threw away at the relay's ports: full queues and what a filter turned away."""
        total = 0
        for table in ("udp", "udp6"):
            try:
                with open(f"/proc/net/{table}", encoding="ascii") as file:
                    for line in list(file)[1:]:
                        words = line.split()
                        if int(words[1].rsplit(":", 1)[1], 16) in self.ports:
                            total += int(words[-1])
            except FileNotFoundError:
                pass
        return total


def total(metrics, name, label=""):
    """The sum of a metric's samples whose labels contain `label`."""
    return sum(value for key, value in metrics.items() if key.split("{")[0] == name and label in key)


class Players:
    """Games in all sessions, until stopped."""

    def __init__(self, program, relay, sessions, rate):
        server, client = relay.ports
        self.workers = [relay.worker(session[0]) for session in sessions]
        self.epoch = 0
        self.process = subprocess.Popen(
            [program, "--server", f"127.0.0.1:{server}", "--client", f"127.0.0.1:{client}", "--rate", str(rate)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        for session in sessions:
            self.say(" ".join(map(str, session)))
        self.say("play")

    def say(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def next_epoch(self):
        """Returns the number of the one that ends."""
        self.say("next")
        self.epoch += 1
        return self.epoch - 1

    def report(self, epoch):
        """What became of an epoch's datagrams: a list with an entry for each session, and what concerns all."""
        self.say(f"report {epoch}")
        sessions = []
        for line in self.process.stdout:
            entry = json.loads(line)
            if "total" in entry:
                return sessions, entry
            sessions.append(entry)
        raise SystemExit("The players ended.")

    def stop(self):
        self.say("stop")

    def quit(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
