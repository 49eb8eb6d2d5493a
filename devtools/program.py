"""A program of ours in a process of its own: started, waited for, and ended by its pid."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

READY_S = 60.0  # a machine that does ten things at a time may take half of that
STOP_S = 15.0


class Program:
    """A program of ours in a process of its own, and what it prints."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        self.command = " ".join(arguments)
        self.log = log
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ownplug", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def line(self, within_s: float = READY_S) -> str:
        """The next line on its stdout."""
        try:
            line = self._lines.get(timeout=within_s)
        except queue.Empty:
            line = None
        if line is None:
            raise AssertionError(f"no further line from {self.command!r}; its log:\n{self.log.read_text()}")
        return line

    def ready(self) -> dict[str, Any]:
        """The next line, as the JSON object that it must be."""
        told: dict[str, Any] = json.loads(self.line())
        return told

    def rest(self) -> list[str]:
        """What it printed and nobody has read, after its end."""
        lines = []
        while (line := self._lines.get()) is not None:
            lines.append(line)
        return lines

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self._ended()

    def stop(self) -> int:
        """End it politely; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def _ended(self) -> int:
        """Wait for its end and give back what it took; may be repeated."""
        try:
            return self.process.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(
                f"{self.command!r} did not end within {STOP_S} s:\n{self.log.read_text()}"
            ) from None
        finally:
            self._reader.join(timeout=STOP_S)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self._log.close()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._lines.put(line.decode())
        self._lines.put(None)
