"""Restarts a loaded relay in every way and tells what its players saw. Runs inside of scripts/systemd-in-namespace."""

import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

PLACE = "/run/causeway-test"
SESSIONS, CLIENTS, RATE = 100, 1, 100  # up and down: 20,000 datagrams a second, one every 10 ms in each flow
PROMISED_GAP_MS = 100
ALLOWED_GAP_MS = float(os.environ.get("CAUSEWAY_RESTART_GAP_MS", PROMISED_GAP_MS))
TIMES = 5
PAUSE_S = 1.2
DATABASE = "/var/lib/private/causeway/causeway.db"


class CaseFailed(Exception):
    """A case that came to no figures; says why."""


def systemctl(*arguments):
    done = subprocess.run(["systemctl", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise CaseFailed(f"systemctl {' '.join(arguments)}: {done.stderr}\n{log_tail()}")
    return done.stdout.strip()


def show(name):
    return systemctl("show", "--value", "-p", name, "causeway.service")


def log_tail():
    try:
        with open(f"{PLACE}/log", encoding="utf-8", errors="replace") as log:
            told = [line for line in log if "session ended" not in line]
            return "the daemon's log ends with:\n" + "".join(told[-25:])
    except OSError as error:
        return f"the daemon has no log: {error}"


def prepare(binaries):
    os.makedirs(PLACE)
    shutil.copy(f"{binaries}/causewayd", PLACE)
    key = secrets.token_urlsafe(32)
    with open(f"{PLACE}/causeway.yaml", "w", encoding="utf-8") as file:
        file.write(
            "relay.address: 127.0.0.1\n"
            "relay.workers: 2\n"
            "limits.api_rate: 0\n"
        )
    # A place where systemd looks for credentials, as /etc/credstore is.
    os.makedirs("/run/credstore", mode=0o700)
    with open("/run/credstore/causeway.keys", "w", encoding="utf-8") as file:
        file.write(f"- {{name: test, sha256: {hashlib.sha256(key.encode()).hexdigest()}, scopes: [admin]}}\n")
    return key


def main_pid():
    return int(show("MainPID"))


def await_new_process(old):
    """Until another process is ready; a restart by RestartSec=0 may be over before anybody looks."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if main_pid() not in (0, old) and show("ActiveState") == "active":
            return
        time.sleep(0.05)
    raise CaseFailed(f"causeway.service did not come back\n{log_tail()}")


def restart():
    old = main_pid()
    systemctl("restart", "causeway.service")
    await_new_process(old)


def kill():
    old = main_pid()
    os.kill(old, signal.SIGKILL)
    await_new_process(old)


def stop_and_start():
    old = main_pid()
    systemctl("stop", "causeway.service")
    time.sleep(0.3)
    systemctl("start", "causeway.service")
    await_new_process(old)


def kill_without_database():
    """The next process cannot read the database for a while; the games go on all the same."""
    old = main_pid()
    os.chmod(DATABASE, 0)
    try:
        os.kill(old, signal.SIGKILL)
        time.sleep(1.5)
        if show("ActiveState") == "active":
            raise CaseFailed(f"the unit is ready without its database\n{log_tail()}")
    finally:
        os.chmod(DATABASE, 0o600)
    await_new_process(old)


class Caller(threading.Thread):
    """Calls the API all the time, a connection a call, and counts those that are refused."""

    def __init__(self):
        super().__init__(daemon=True)
        self.calls, self.refused, self.is_over = 0, 0, False

    def run(self):
        while not self.is_over:
            self.calls += 1
            try:
                with socket.create_connection(("127.0.0.1", 8080), timeout=10) as connection:
                    connection.sendall(b"GET /livez HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n")
                    connection.recv(1)
            except ConnectionRefusedError:
                self.refused += 1
            except OSError:
                pass  # Cut off in the middle by the end of the process.
            time.sleep(0.005)


def measure(binaries, key, action, longest_action_s):
    """Plays, and does the action TIMES times meanwhile; returns what the generator reports."""
    duration = 2 + TIMES * (PAUSE_S + longest_action_s)
    command = [
        f"{binaries}/causeway-bench", "run", "--target", "http://127.0.0.1:8080", "--sessions", str(SESSIONS),
        "--clients", str(CLIENTS), "--rate", str(RATE), "--size", "120", "--duration", f"{int(duration * 1000)}ms",
        "--warmup", "500ms", "--drain", "5s", "--tolerance", "60s", "--json",
    ]  # fmt: skip
    environment = dict(os.environ, CAUSEWAY_KEY=key)
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as bench:
        caller = Caller()
        try:
            await_load(bench)
            caller.start()
            for _ in range(TIMES):
                time.sleep(PAUSE_S)
                action()
            if bench.poll() is not None:
                raise CaseFailed("the load ended before the restarts did: make the run longer")
        except CaseFailed as failure:
            bench.terminate()
            raise CaseFailed(f"{failure}\n{bench.communicate(timeout=60)[1]}") from failure
        finally:
            caller.is_over = True
        output, errors = bench.communicate(timeout=120)
    lines = output.strip().splitlines()
    if not lines or not lines[-1].startswith("{"):
        raise CaseFailed(f"causeway-bench ended with {bench.returncode}: {errors}\n{log_tail()}")
    return json.loads(lines[-1]), caller


def await_load(bench):
    """Until datagrams flow at the full rate."""
    deadline = time.monotonic() + 30
    last = received()
    while time.monotonic() < deadline and bench.poll() is None:
        time.sleep(0.5)
        now = received()
        if now - last > SESSIONS * CLIENTS * RATE * 2 * 0.25:
            return
        last = now
    raise CaseFailed(f"the load did not begin\n{log_tail()}")


def received():
    """Datagrams that this namespace has received, by the kernel's count: nothing of the relay is asked."""
    total = 0
    with open("/proc/net/snmp", encoding="ascii") as file:
        rows = [line.split() for line in file if line.startswith("Udp:")]
    total += int(rows[1][rows[0].index("InDatagrams")])
    with open("/proc/net/snmp6", encoding="ascii") as file:
        total += sum(int(line.split()[1]) for line in file if line.startswith("Udp6InDatagrams"))
    return total


def judge(name, report, caller, promises_gap, is_kill):
    wrong = []
    # What a worker had read and not sent yet dies with it: a batch of 64 at most, for each of the two.
    in_hand = report["lost"] if is_kill and report["lost"] <= TIMES * 2 * 64 else 0
    report = dict(report, lost=report["lost"] - in_hand)
    for figure in ("refused", "lost", "wrong_connection_id", "corrupt", "misrouted", "duplicates", "unexpected"):
        if report[figure]:
            wrong.append(f"{figure} {report[figure]}")
    if caller.refused:
        wrong.append(f"API connections refused {caller.refused} of {caller.calls}")
    gap = report["longest_gap_ms"]
    if promises_gap and gap >= ALLOWED_GAP_MS:
        wrong.append(f"gap {gap} ms")
    if not report["valid"]:
        wrong.append(f"no valid run: {report['invalid_reason']}")
    note = f"longer than promised ({PROMISED_GAP_MS} ms)" if promises_gap and gap >= PROMISED_GAP_MS else ""
    note = f"{note} {in_hand} died in hand".strip() if in_hand else note
    print(
        f"{name:<34} {report['sent']:>8} {report['lost']:>6} {report['refused']:>8} {gap:>8} ms "
        f"{report['wrong_connection_id']:>6}   {'FAILED: ' + ', '.join(wrong) if wrong else 'ok'} {note}".rstrip(),
        flush=True,
    )
    return not wrong


def attempt(binaries, key, name, action, promises_gap, longest_action_s=1.0):
    """One case, and its row; false where it failed, in whatever way."""
    title = f"  {TIMES} x {name}"
    try:
        report, caller = measure(binaries, key, action, longest_action_s)
    except CaseFailed as failure:
        print(f"{title:<34} FAILED: {failure}", flush=True)
        return False
    return judge(title, report, caller, promises_gap, name.startswith("kill"))


def main():
    way, binaries = sys.argv[1:3]
    key = prepare(binaries)
    title = {"socket": "sockets from causeway.socket", "store": "sockets in the descriptor store"}[way]
    print(f"{title:<34} {'sent':>8} {'lost':>6} {'refused':>8} {'longest gap':>11} {'ids':>6}", flush=True)
    try:
        if way == "socket":
            systemctl("start", "causeway.socket")
        systemctl("start", "causeway-api.socket")
        systemctl("start", "causeway.service")
    except CaseFailed as failure:
        print(f"  FAILED: {failure}", flush=True)
        return 1
    good = True
    cases = [("systemctl restart", restart, True), ("kill -9", kill, True)]
    if way == "store":
        cases.append(("kill -9, database locked away", kill_without_database, True, 4.0))
    if way == "socket":
        # While it is stopped nobody forwards: the gap is the operator's.
        cases.append(("systemctl stop, systemctl start", stop_and_start, False))
    for case in cases:
        good = attempt(binaries, key, *case) and good
    # The check before a reload sees the key, which is in a credential.
    systemctl("reload", "causeway.service")
    if not good:
        print(log_tail(), file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
