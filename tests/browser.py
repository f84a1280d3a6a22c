"""Drives a headless Chromium through its pipe, to see pages as people see them.

with Browser(tmp_path) as browser:
    page = browser.opened(file, width=360)   # at a width, as on a phone
    page.errors, page.requests               # what went wrong, and what was fetched beside it
    browser.evaluated("document.title")      # of the page that is open
"""

import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
_PATIENCE = 60  # seconds, for one answer
_HEIGHT = 800
_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--hide-scrollbars", "--no-first-run", "--disable-background-networking"),
    "--remote-debugging-pipe",
)


class Page(NamedTuple):
    """What became of a page that was opened."""

    errors: list[str]
    requests: list[str]
    """The addresses beside its own that it asked for."""


class Browser:
    """A Chromium that speaks the DevTools protocol over two pipes, which need no port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._session = ""
        self._left = b""
        self._events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        assert CHROMIUM
        from_us, self._write = os.pipe()
        self._read, to_us = os.pipe()
        # It takes its orders from 3 and answers on 4; what lies there is ours while it starts.
        command = f'exec "$0" "$@" 3<&{from_us} 4>&{to_us}'
        self._process = subprocess.Popen(
            ["bash", "-c", command, CHROMIUM, *_FLAGS, f"--user-data-dir={self._folder}/profile"],
            pass_fds=(from_us, to_us),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(to_us)
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for each in ("Page", "Network", "Runtime", "Log"):
            self._ask(f"{each}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self._session = ""
        with contextlib.suppress(BrokenPipeError, AssertionError):
            self._ask("Browser.close")
        self._process.wait(_PATIENCE)
        os.close(self._write)
        os.close(self._read)

    def opened(self, file: Path, width: int, *, dark: bool = False, is_phone: bool = False) -> Page:
        """Open a file at a width, and return what happened until it was loaded."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        size = {"width": width, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": is_phone}
        self._ask("Emulation.setDeviceMetricsOverride", **size)
        self._events.clear()
        self._ask("Page.navigate", url=file.as_uri())
        self._until("Page.loadEventFired")
        return Page(list(self._errors()), list(self._requests(file.as_uri())))

    def evaluated(self, expression: str) -> Any:
        """Return the value of an expression in the page that is open."""
        found = self._ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def _errors(self) -> Any:
        for each in self._events:
            said = each.get("params", {})
            if each["method"] == "Runtime.exceptionThrown":
                yield str(said["exceptionDetails"])
            elif each["method"] == "Log.entryAdded" and said["entry"]["level"] == "error":
                yield str(said["entry"]["text"])

    def _requests(self, own: str) -> Any:
        for each in self._events:
            if each["method"] == "Network.requestWillBeSent":
                url = each["params"]["request"]["url"]
                if url != own and not url.startswith("data:"):
                    yield url

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; what comes before it is kept."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _until(self, method: str) -> None:
        while not any(each["method"] == method for each in self._events):
            self._next()

    def _next(self) -> dict[str, Any]:
        """Return the next message; what nobody asked for is an event."""
        deadline = time.monotonic() + _PATIENCE
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._read], [], [], deadline - time.monotonic())
            assert ready, "Chromium does not answer"
            piece = os.read(self._read, 2**16)
            assert piece, "Chromium has ended"
            self._left += piece
        text, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "id" not in message:
            self._events.append(message)
        return message
