"""The programs that are compared: how each is started on loopback, pinned to one core, and ended by its process id."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

# Below net.ipv4.ip_local_port_range, so that no player's socket takes one of them.
FLOOR_PORTS = (31000, 31001)
CAUSEWAY_API, CAUSEWAY_PORTS = 31080, (31002, 31003)
COTURN_PORT = 31478
NGINX_PORT, NGINX_HOST_PORT, NGINX_SESSIONS = 31500, 31700, 100

START_SECONDS = 15.0


class StartError(Exception):
    """A forwarder did not start; says what it printed."""


@dataclass
class Running:
    """A started forwarder: whom to watch, how the generator reaches it, and how to end it."""

    process: subprocess.Popen[bytes]
    pid: int
    arguments: list[str]
    environment: dict[str, str]
    folder: Path
    usertime: Path | None = None

    def stop(self) -> None:
        """Ends the process it started, and no other."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Forwarder:
    """Something that forwards datagrams between a host and its clients."""

    name: str
    title: str
    core: int
    binary: Path
    version: str = ""
    extra: list[str] = field(default_factory=list)

    @property
    def configuration(self) -> str:
        """What it is started with, for the report."""
        return " ".join([self.binary.name, *self.command(Path("DIR"))])

    def command(self, folder: Path) -> list[str]:
        """The arguments; may write files to the folder."""
        raise NotImplementedError

    def arguments(self) -> list[str]:
        """What the generator is told."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """What it and the generator find in their environment."""
        return {}

    def is_ready(self, process: subprocess.Popen[bytes], folder: Path) -> bool:
        """Whether datagrams can be sent to it."""
        raise NotImplementedError

    def watched(self, process: subprocess.Popen[bytes]) -> int:
        """The process that forwards."""
        return process.pid

    def start(self, preload: Path | None = None) -> Running:
        """Starts it on its core and waits until it is ready."""
        folder = Path(tempfile.mkdtemp(prefix="causeway-bench-"))
        environment = self.environment()
        added = dict(environment)
        usertime = None
        if preload is not None:
            usertime = folder / "usertime"
            added |= {"LD_PRELOAD": str(preload), "USERTIME_FILE": str(usertime)}
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(self.binary), *self.command(folder), *self.extra],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=os.environ | added, cwd=folder, preexec_fn=lambda: os.sched_setaffinity(0, {self.core}),
            )
        running = Running(process, process.pid, self.arguments(), environment, folder, usertime)
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if self.is_ready(process, folder):
                running.pid = self.watched(process)
                return running
            time.sleep(0.02)
        said = log.read_text(errors="replace").strip()[-2000:]
        running.stop()
        raise StartError(f"{self.name} did not start: {said or 'it said nothing'}")


def is_bound(port: int) -> bool:
    """Whether some IPv4 socket of this machine has the UDP port."""
    wanted = f":{port:04X}"
    lines = Path("/proc/net/udp").read_text().splitlines()[1:]
    return any(line.split()[1].endswith(wanted) for line in lines)


class Floor(Forwarder):
    """The barest forwarder: bench/floor."""

    def command(self, folder: Path) -> list[str]:
        return ["--server-port", str(FLOOR_PORTS[0]), "--client-port", str(FLOOR_PORTS[1])]

    def arguments(self) -> list[str]:
        return ["--wire", "relay", "--forwarder", f"127.0.0.1:{FLOOR_PORTS[0]},{FLOOR_PORTS[1]}"]

    def is_ready(self, process: subprocess.Popen[bytes], folder: Path) -> bool:
        return is_bound(FLOOR_PORTS[1])


LIMITS = ["user_datagrams", "user_bytes", "session_datagrams", "session_bytes"]


class Causeway(Forwarder):
    """The relay as it is shipped, every check switched on; its state lies in a temporary directory.

    Only its limits are raised: they are looked at as ever, but one session may use all that the machine can carry.
    """

    @cached_property
    def key(self) -> str:
        """A key for this comparison; it goes through the environment, so that no process list shows it."""
        return secrets.token_hex(16)

    def command(self, folder: Path) -> list[str]:
        return [
            "run", "--dev", "--set", f"api.listen=127.0.0.1:{CAUSEWAY_API}",
            "--set", f"relay.ports.shared={CAUSEWAY_PORTS[0]}/{CAUSEWAY_PORTS[1]}",
            *[word for key in LIMITS for word in ("--set", f"limits.{key}=4000000000")],
        ]

    def arguments(self) -> list[str]:
        return ["--wire", "relay", "--target", f"http://127.0.0.1:{CAUSEWAY_API}"]

    def environment(self) -> dict[str, str]:
        return {"CAUSEWAY_DEV_KEY": self.key, "CAUSEWAY_KEY": self.key}

    def is_ready(self, process: subprocess.Popen[bytes], folder: Path) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{CAUSEWAY_API}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


class Coturn(Forwarder):
    """A TURN server; clients speak ChannelData, hosts plain UDP."""

    def command(self, folder: Path) -> list[str]:
        return [
            "-n", "--no-auth", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp",
            "--allow-loopback-peers", "-L", "127.0.0.1", "-E", "127.0.0.1",
            "-p", str(COTURN_PORT), "--relay-threads", "1", "--realm", "bench",
            "--min-port", "10000", "--max-port", "29999",
            "--userdb", f"{folder}/turndb", "--pidfile", f"{folder}/pid", "--log-file", f"{folder}/turnlog",
            "--simple-log", "--no-stdout-log",
        ]

    def arguments(self) -> list[str]:
        return ["--wire", "turn", "--forwarder", f"127.0.0.1:{COTURN_PORT}"]

    def is_ready(self, process: subprocess.Popen[bytes], folder: Path) -> bool:
        return is_bound(COTURN_PORT)


class Nginx(Forwarder):
    """nginx's stream module: one UDP port a session, a socket to the host for each client."""

    def command(self, folder: Path) -> list[str]:
        if folder.is_dir():
            (folder / "nginx.conf").write_text(self.text(folder))
        return ["-p", str(folder), "-e", f"{folder}/errors", "-c", f"{folder}/nginx.conf"]

    def text(self, folder: Path) -> str:
        """The configuration file."""
        servers = "\n".join(
            f"  server {{ listen 127.0.0.1:{NGINX_PORT + k} udp rcvbuf=4m sndbuf=4m; proxy_pass 127.0.0.1:{NGINX_HOST_PORT + k}; }}"
            for k in range(NGINX_SESSIONS)
        )
        return "\n".join([
            "load_module /usr/lib/nginx/modules/ngx_stream_module.so;",
            "daemon off;", "worker_processes 1;", "worker_rlimit_nofile 20000;",
            f"pid {folder}/pid;", f"error_log {folder}/errors crit;",
            "events { worker_connections 16384; }",
            "stream {", "  access_log off;", "  proxy_timeout 120s;", servers, "}", "",
        ])

    @property
    def configuration(self) -> str:
        text = self.text(Path("DIR"))
        lines = text.splitlines()
        first = next(k for k, line in enumerate(lines) if "listen" in line)
        return "\n".join([*lines[: first + 1], f"  … one server for each of {NGINX_SESSIONS} sessions", "}"])

    def arguments(self) -> list[str]:
        return ["--wire", "plain", "--forwarder", f"127.0.0.1:{NGINX_PORT},{NGINX_HOST_PORT}"]

    def is_ready(self, process: subprocess.Popen[bytes], folder: Path) -> bool:
        return is_bound(NGINX_PORT + NGINX_SESSIONS - 1) and bool(self.children(process.pid))

    def watched(self, process: subprocess.Popen[bytes]) -> int:
        return self.children(process.pid)[0]

    @staticmethod
    def children(pid: int) -> list[int]:
        """The processes that a process has started."""
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(word) for word in text.split()]


def version(command: list[str], word: int = -1) -> str:
    """One word of what a program says of its version; empty where it says nothing."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return ""
    words = (result.stdout + result.stderr).split()
    return words[word].strip() if words else ""
