"""A real Home Assistant in a process of its own, as a test asks it: `home_assistant_program.py` is the other end."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

VERSION = "2025.4.4"
FOLDER = Path(__file__).parents[3] / ".venv" / "judges" / f"homeassistant-{VERSION}"
INSTALLED = FOLDER / ".installed"
HOW_TO_GET_IT = (
    f"Home Assistant {VERSION} is not installed: make {INSTALLED.relative_to(INSTALLED.parents[3])}"
    " (it needs Python 3.13, as python3.13)"
)
ANSWER_S = 60.0  # its first device makes it import a platform for each kind of entity
_PROGRAM = Path(__file__).with_name("home_assistant_program.py")


class HomeAssistant:
    """One that runs; its configuration stays in the folder, so that a second start finds what the first had."""

    def __init__(self, config: Path) -> None:
        self._log = (config / "home-assistant.log").open("ab")
        self._process = subprocess.Popen(
            [str(FOLDER / "bin" / "python"), str(_PROGRAM), str(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.complaints: list[str] = []
        self.version = self._line()["version"]

    def ask(self, do: str, **data: Any) -> Any:
        """Have it do something and return the answer; what it complained of meanwhile is kept.

        Raises:
            RuntimeError: it could not.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **data}).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._line()
        self.complaints += answer["complaints"]
        if "problem" in answer:
            raise RuntimeError(answer["problem"])
        return answer["answer"]

    def call(self, domain: str, service: str, **data: Any) -> None:
        """Do what a person's tap on its dashboard does."""
        self.ask("call", domain=domain, service=service, **data)

    def device(self, identifier: str) -> dict[str, Any] | None:
        """What it shows of a device; None where it knows none."""
        devices: dict[str, Any] = self.ask("look")
        return devices.get(identifier)

    def stop(self) -> None:
        """End it politely; may be repeated."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=ANSWER_S)
        finally:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._log.close()

    def _line(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._lines.get(timeout=ANSWER_S))
        return answer

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
