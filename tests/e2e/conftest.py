"""Whole programs: started, waited for, and ended by their pid."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from devtools.program import READY_S, Program
from tests.e2e.disks import Disk, LimitedDisk, SmallDisk, mount_small_disk
from tests.e2e.hosts import Hosts


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


@pytest.fixture
def hosts(require_program: Callable[[str, str], str]) -> Iterator[Hosts]:
    """Machines of a home, where root may make network namespaces."""
    ip = require_program("ip", "apt-get install iproute2")
    hosts = Hosts(ip, str(os.getpid() % 100_000))
    try:
        try:
            hosts.open()
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here, for which one must be root: {error.stderr!r}")
        yield hosts
    finally:
        hosts.close()
