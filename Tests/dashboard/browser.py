"""A headless Chromium, driven by its DevTools protocol over a pipe: no driver and no library stands between."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time


class CannotStart(Exception):
    """Chromium is missing, or ends before it says a word."""


class Browser:
    """One page of one browser. Everything that it requests and complains about is kept."""

    def __init__(self):
        executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if not executable:
            raise CannotStart("there is no chromium")
        self.profile = tempfile.mkdtemp(prefix="causeway-browser-")
        from_us, our_end = os.pipe()
        their_end, to_us = os.pipe()
        options = [
            "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--mute-audio", "about:blank",
        ]
        if os.geteuid() == 0:
            options.insert(0, "--no-sandbox")
        # It reads commands from descriptor 3 and answers on descriptor 4.
        command = ["bash", "-c", f'exec "$0" "$@" 3<&{from_us} 4>&{to_us}', executable, *options]
        self.process = subprocess.Popen(
            command, pass_fds=(from_us, to_us), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(from_us)
        os.close(to_us)
        self.input = os.fdopen(our_end, "wb", buffering=0)
        self.output = os.fdopen(their_end, "rb")
        self.answers, self.number, self.page = {}, 0, None
        self.requests, self.complaints = [], []
        self.arrived = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        try:
            target = self.call("Target.createTarget", url="about:blank", limit=30)["targetId"]
            self.page = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        except (OSError, TimeoutError) as error:
            self.close()
            raise CannotStart(f"chromium does not start: {error}") from error
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def read(self):
        pending = b""
        while True:
            chunk = self.output.read1(1 << 20)
            if not chunk:
                return
            *messages, pending = (pending + chunk).split(b"\0")
            for message in messages:
                self.take(json.loads(message))

    def take(self, message):
        with self.arrived:
            if "id" in message:
                self.answers[message["id"]] = message
                self.arrived.notify_all()
        parameters = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(parameters["exceptionDetails"])[:800])
            case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning", "assert"):
                self.complaints.append(json.dumps(parameters["args"])[:800])
            case "Log.entryAdded" if parameters["entry"]["level"] in ("error", "warning"):
                self.complaints.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")

    def call(self, method, limit=20, **parameters):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if self.page:
            message["sessionId"] = self.page
        self.input.write(json.dumps(message).encode() + b"\0")
        with self.arrived:
            if not self.arrived.wait_for(lambda: number in self.answers, timeout=limit):
                raise TimeoutError(f"{method} was not answered within {limit} s")
            answer = self.answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {json.dumps(result['exceptionDetails'])[:400]}")
        return result["result"].get("value")

    def wait(self, expression, what, limit=20):
        """Until the expression is true; its value."""
        end = time.monotonic() + limit
        while True:
            value = self.evaluate(expression)
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"not within {limit} s: {what}. The page says:\n{self.text()}")
            time.sleep(0.1)

    def text(self):
        """What a reader sees."""
        return self.evaluate("document.body.innerText")

    def go(self, url):
        self.call("Page.navigate", url=url)

    def type(self, text):
        """Into what has the focus, and then Enter."""
        self.call("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")

    def look(self, width=1280, height=900, scheme="light"):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path, whole=True):
        time.sleep(0.3)
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def close(self):
        try:
            self.page = None
            self.call("Browser.close", limit=5)
        except (OSError, RuntimeError, TimeoutError):
            pass
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
