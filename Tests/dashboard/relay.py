"""A daemon of its own with games on it, for those who look at them."""
import json
import os
import random
import re
import select
import socket
import struct
import subprocess
import threading
import time
import urllib.request

PING, DATA = 1, 2


class Daemon:
    """causewayd on free ports. Its development key makes sessions; `keys` maps scopes to keys that may do no more."""

    def __init__(self, executable, scratch):
        self.executable, self.scratch, self.process = executable, scratch, None
        self.dev_key = "key-that-only-this-check-uses-" + os.urandom(8).hex()
        self.keys, entries = {}, []
        for scope in ("read", "sessions"):
            told = subprocess.run(
                [executable, "new-key", scope, "--scopes", scope], capture_output=True, text=True, check=True, timeout=30
            ).stdout
            self.keys[scope] = re.search(r"\b[0-9a-f]{64}\b", told.split("sha256")[0]).group()
            entries.append("    " + re.search(r"- \{.*\}", told).group())
        with open(os.path.join(scratch, "causeway.yaml"), "w", encoding="utf-8") as file:
            file.write("api:\n  keys:\n" + "\n".join(entries) + "\n")
        os.chmod(os.path.join(scratch, "causeway.yaml"), 0o600)
        self.url = None

    def start(self):
        listen = self.url.removeprefix("http://") if self.url else "127.0.0.1:0"
        command = [
            self.executable, "run", "--dev", "--config", os.path.join(self.scratch, "causeway.yaml"),
            "--set", f"api.listen={listen}", "--set", "relay.ports.shared=0/0",
            "--set", f"state.directory={self.scratch}/state",
        ]
        self.log = open(os.path.join(self.scratch, "log"), "ab")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log, env=dict(os.environ, CAUSEWAY_DEV_KEY=self.dev_key)
        )
        said, deadline = b"", time.monotonic() + 30
        while not (address := re.search(rb"API +(http://[0-9.]+:[0-9]+)\n", said)):
            if not select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError("the daemon did not start within 30 s")
            chunk = os.read(self.process.stdout.fileno(), 65536)
            if not chunk:
                raise AssertionError("the daemon did not start: " + said.decode())
            said += chunk
        self.url = address.group(1).decode()

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError("the daemon did not stop within 20 s") from None
            finally:
                self.log.close()
                self.process = None

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.dev_key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def session(self, players):
        return self.call("POST", "/v1/relays/sessions", {"users": [{"ip": "127.0.0.1"}] * players})


class Player:
    """Sends a PING every half second, and DATA at a rate: a host to each of `peers`, others to the host."""

    def __init__(self, session, number, port, rate=20, peers=(), shake=0.0):
        ports = session["relay"]["ports"]
        user = session["session_users"][number - 1]["authorization_token"]
        self.header = struct.pack("<II", user, session["authorization_token"])
        self.peers, self.rate, self.shake, self.is_on = peers, rate, shake, True
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(("127.0.0.1", ports[port]["port"]))
        self.next_ping = time.monotonic() + random.random() / 2
        self.next_data = time.monotonic() + 0.5 + random.random() / 2

    def step(self, now):
        try:
            while self.socket.recv(2048):
                pass
        except OSError:
            pass
        if not self.is_on:
            return
        if now >= self.next_ping:
            self.next_ping = now + 0.5 + random.uniform(-self.shake, self.shake)
            self.send(bytes([PING]))
        if self.rate and now >= self.next_data:
            self.next_data = max(self.next_data + 1 / self.rate, now - 0.1)
            payload = os.urandom(random.randint(40, 200))
            for peer in self.peers:
                self.send(bytes([DATA]) + struct.pack("<i", peer) + payload)
            if not self.peers:
                self.send(bytes([DATA]) + payload)

    def send(self, rest):
        try:
            self.socket.send(self.header + rest)
        except OSError:
            pass


class Games(threading.Thread):
    """All players, one after the other."""

    def __init__(self):
        super().__init__(daemon=True)
        self.players, self.is_over = [], False

    def add(self, *players):
        self.players += players

    def game(self, daemon, count, rate=20, shake=0.01):
        """A session with a host and others who all get through."""
        session = daemon.session(count)
        self.add(Player(session, 1, "server", rate, peers=range(2, count + 1), shake=shake))
        self.add(*(Player(session, number, "client", rate, shake=shake) for number in range(2, count + 1)))
        return session

    def run(self):
        while not self.is_over:
            now = time.monotonic()
            for player in list(self.players):
                player.step(now)
            time.sleep(0.005)

    def end(self):
        self.is_over = True
        self.join(timeout=10)
