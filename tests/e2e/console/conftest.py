"""A virtual plug on a tty, in a process of its own."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def tty(tmp_path: Path) -> str:
    """Where its console is."""
    return str(tmp_path / "tty")


@pytest.fixture
def plug(launch: Callable[..., Any], tty: str) -> Any:
    """The program; `told` is what it said when it was ready."""
    program = launch("virtual", "run", "--seed", "1", "--tty", tty)
    program.told = program.ready()
    return program


@pytest.fixture
def foreign() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a foreign program; it is ended with the test."""
    with contextlib.ExitStack() as stack:

        def start(*command: str, **more: Any) -> subprocess.Popen[bytes]:
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            process = stack.enter_context(subprocess.Popen(command, **{**quiet, **more}))
            stack.callback(process.terminate)
            return process

        yield start
