"""Whole programs: started, waited for, and ended by their pid."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.disks import Disk, LimitedDisk, SmallDisk, mount_small_disk

READY_S = 30.0
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
            pytest.fail(f"no further line from {self.command!r}; its log:\n{self.log.read_text()}")
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
            pytest.fail(f"{self.command!r} did not end within {STOP_S} s:\n{self.log.read_text()}")
        finally:
            self._reader.join(timeout=STOP_S)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self._log.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.decode())
        self._lines.put(None)


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Start `ownplug …` in the background; whatever still runs at the end is ended."""
    programs: list[Program] = []

    def start(*arguments: str) -> Program:
        program = Program(list(arguments), tmp_path / f"program-{len(programs)}.log")
        programs.append(program)
        return program

    yield start
    for program in programs:
        program.stop()


@pytest.fixture
def ownplug(tmp_path: Path) -> Callable[..., Any]:
    """Run one `ownplug` command in the test's home and return its result; with `--json` unless told otherwise."""

    def run(*arguments: str, status: int = 0, home: Path | None = None) -> Any:
        command = [
            sys.executable,
            "-m",
            "ownplug",
            *arguments,
            "--json",
            "--home",
            str(home or tmp_path / "home"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    return run


@pytest.fixture(scope="session")
def eventually() -> Callable[..., Any]:
    """Wait until `look()` is true and return what it gave; fail after `within_s`."""

    def wait(look: Callable[[], Any], within_s: float = READY_S) -> Any:
        deadline = time.monotonic() + within_s  # noqa: TID251 - real programs take real time
        while not (seen := look()):
            assert time.monotonic() < deadline, f"did not happen within {within_s} s; last seen: {seen!r}"  # noqa: TID251
            threading.Event().wait(0.1)
        return seen

    return wait


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk of its own for the home, where root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount_small_disk(folder):
        pytest.skip("only root may mount a small disk; the same is tested with a limit for the files")
    yield SmallDisk(folder / "home")
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(params=["limit", "small disk"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    """Each way to fill a disk."""
    if not sys.platform.startswith("linux"):
        pytest.skip("neither way to fill a disk works here")
    if request.param == "limit":
        return LimitedDisk(tmp_path / "home")
    found: SmallDisk = request.getfixturevalue("small_disk")
    return found
