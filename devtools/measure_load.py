"""The load generator of `devtools/loadgen`: built when it is needed, run on a core of its own, its words read."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from devtools.measure_servers import GENERATOR_CORE, SERVER_CORE, Server, core_used_s
from devtools.measure_table import Sample

SOURCES = Path(__file__).parent / "loadgen"


class CannotBuild(Exception):
    """There is no compiler, or OpenSSL's headers are missing."""


def build(folder: Path) -> Path:
    """Compile the generator into `folder`.

    Raises:
        CannotBuild: and what to install.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise CannotBuild("No C compiler for the load generator. On Debian: apt-get install gcc libssl-dev")
    program = folder / "loadgen"
    files = map(str, sorted(SOURCES.glob("*.c")))
    command = [compiler, "-std=c11", "-O2", "-o", str(program), *files, "-lssl", "-lcrypto"]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        raise CannotBuild(
            f"The load generator was not built. On Debian: apt-get install libssl-dev\n{built.stderr}"
        )
    return program


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one counting of the generator brought.

    Attributes:
        told: the generator's own figures.
        server_s: processor time of the server meanwhile.
        seconds: how long it took.
        foreign: share of the server's core that others used.
    """

    told: dict[str, Any]
    server_s: float
    seconds: float
    foreign: float

    def sample(self, value: float) -> Sample:
        """`value`, with what tells how far it is to be trusted."""
        return Sample(value=value, busy=self.told["busy"], own=self.told["own"], foreign=self.foreign)

    def a_processor_second(self, what: str) -> Sample:
        """How many of `what` the server gets done in a second of its processor time.

        Where the server is the bottleneck that is what happens in a second; where it is not, what could.
        """
        return self.sample(self.told[what] / self.server_s)


class Generator:
    """A running generator: `count` waits for its next figures."""

    def __init__(self, process: subprocess.Popen[str], server: Server) -> None:
        self._process = process
        self._server = server

    def count(self) -> Run:
        """Wait until it has begun and ended counting.

        Raises:
            RuntimeError: it ended instead, and what it said.
        """
        self._line("begin")
        began, server_s, core_s = perf_counter(), self._server.cpu_s(), core_used_s(SERVER_CORE)
        told = self._line("end")
        seconds, server_s = perf_counter() - began, self._server.cpu_s() - server_s
        foreign = max(0.0, (core_used_s(SERVER_CORE) - core_s - server_s) / seconds)
        return Run(told=told, server_s=server_s, seconds=seconds, foreign=foreign)

    def again(self) -> None:
        """Have all plugs lose their power and come back."""
        if self._process.stdin is None:
            raise AssertionError("it was asked for")
        print(file=self._process.stdin, flush=True)

    def _line(self, event: str) -> dict[str, Any]:
        if self._process.stdout is None or self._process.stderr is None:
            raise AssertionError("they were asked for")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The load generator ended: {self._process.stderr.read().strip()}")
        return read_line(line, event)


def read_line(line: str, event: str) -> dict[str, Any]:
    """Return what one line of the generator says.

    Raises:
        ValueError: it is not the line that was expected.
    """
    told: dict[str, Any] = json.loads(line)
    if told.get("event") != event:
        raise ValueError(f"The load generator said {line!r} where {event!r} was expected.")
    return told


@contextmanager
def generating(program: Path, server: Server, mode: str, *settings: str) -> Iterator[Generator]:
    """Run the generator against `server`; it ends when the context does."""
    pipe = subprocess.PIPE
    command = ["taskset", "-c", str(GENERATOR_CORE), str(program), mode, f"port={server.port}", *settings]
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    try:
        yield Generator(process, server)
    finally:
        process.kill()
        process.communicate()
