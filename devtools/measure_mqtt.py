"""Our MQTT server beside mosquitto, in turns: connects, messages, processor time, memory, request and reply."""

from __future__ import annotations

import importlib.util
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from devtools.measure_load import Generator, build, generating
from devtools.measure_servers import (
    SERVER_CORE,
    Home,
    Server,
    logins,
    mosquitto,
    mosquitto_version,
    our_server,
)
from devtools.measure_table import Aim, Row, Sample

PEER = "mosquitto"
FAST, PLAIN = "ours, uvloop", "ours, asyncio"

FULL = Aim(what="full TLS 1.2 connects, RSA-2048", unit="a processor second", ratio=0.75)
RESUMED = Aim(what="resumed TLS connects", unit="a processor second", ratio=0.45)
MESSAGES = Aim(what="QoS 1 messages over TLS to a subscriber", unit="a processor second", ratio=1.0)
PROCESSOR = Aim(
    what="processor at 5,000 messages/s from 2,000 plugs",
    unit="share of a core",
    ratio=1.5,
    more_is_better=False,
)
MEMORY = Aim(what="memory of a TLS connection", unit="KiB", ratio=1.5, more_is_better=False)
RELAYED = Aim(
    what="hub inside, ready-made request: request, plug, reply, p50",
    unit="ms",
    ratio=0.6,
    more_is_better=False,
)
ASKED = Aim(
    what="hub inside, request signed and reply checked, p50", unit="ms", ratio=0.6, more_is_better=False
)
DELAY = Aim(what="the loop's delay while all plugs reconnect, p99", unit="ms")
RETURN = Aim(what="all plugs back after a power cut", unit="s")

_SPARE_DESCRIPTORS = 200

# Connects a second: well below what either side can do, for a busy generator says nothing about a server, and what
# is counted is the server's processor time.
_FULL_RATE, _RESUMED_RATE = 350, 900


@dataclass(slots=True, kw_only=True)
class Comparison:
    """Everything that the rounds have brought."""

    rows: dict[str, Row] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)

    def add(self, aim: Aim, candidate: str, sample: Sample) -> None:
        """Note one measurement."""
        self.rows.setdefault(aim.what, Row(aim=aim)).add(candidate, sample)


class Rounds:
    """The measurements themselves.

    Args:
        program: the load generator.
        home: certificate and logins.
        seconds: how long each counting takes.
        found: where the figures go.
    """

    def __init__(self, program: Path, home: Home, seconds: float, found: Comparison) -> None:
        self._program = program
        self._logins = logins(home)
        self._seconds = f"seconds={seconds}"
        self._found = found

    def work(self, name: str, server: Server) -> None:
        """Connects, messages, and processor time."""
        for aim, resumed, rate in ((FULL, 0, _FULL_RATE), (RESUMED, 1, _RESUMED_RATE)):
            settings = ("plugs=48", f"resumed={resumed}", f"rate={rate}")
            with self._generating(server, "connect", *settings) as generator:
                run = generator.count()
            self._found.add(aim, name, run.a_processor_second("connects"))
        with self._generating(server, "flow", "plugs=50", "window=20") as generator:
            run = generator.count()
        self._found.add(MESSAGES, name, run.a_processor_second("delivered"))
        with self._generating(server, "steady", "plugs=2000", "rate=5000") as generator:
            run = generator.count()
        self._found.add(PROCESSOR, name, run.sample(run.server_s / run.seconds))

    def ask_inside(self, name: str, server: Server, count: int) -> None:
        """The hub in our own process asks a plug."""
        with self._generating(server, "hold", "plugs=1") as generator:
            generator.count()
            relayed, asked = server.ask(f"relay {count}"), server.ask(f"ask {count}")
        self._found.add(RELAYED, name, Sample(value=relayed["p50_ms"]))
        self._found.add(ASKED, name, Sample(value=asked["p50_ms"]))

    def ask_outside(self, name: str, server: Server, count: int) -> None:
        """A hub that is a client asks a plug."""
        with self._generating(server, "ask", f"count={count}") as generator:
            run = generator.count()
        for aim in (RELAYED, ASKED):  # it makes no request and checks no reply, so it is the same for both
            self._found.add(aim, name, run.sample(run.told["p50_ms"]))

    def crowd(self, name: str, server: Server, plugs: int) -> None:
        """Memory of many connections; then all lose their power at once."""
        before_kib = server.memory_kib()
        with self._generating(server, "hold", f"plugs={plugs}", "in-flight=200") as generator:
            run = generator.count()
            self._found.add(MEMORY, name, Sample(value=(server.memory_kib() - before_kib) / plugs))
            if name != PEER:
                server.ask("watch")
            generator.again()
            run = generator.count()
            self._found.add(RETURN, name, run.sample(run.told["seconds"]))
            if name != PEER:
                self._found.add(DELAY, name, run.sample(server.ask("delay")["p99_ms"]))

    def _generating(self, server: Server, mode: str, *settings: str) -> AbstractContextManager[Generator]:
        return generating(self._program, server, mode, *settings, self._seconds, *self._logins)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured: rounds, seconds of each counting, questions of each round, plugs in the crowd."""

    rounds: int = 3
    seconds: float = 2.0
    questions: int = 200
    crowd: int = 10_000


def compare(effort: Effort) -> Comparison:
    """Measure everything, in turns.

    Raises:
        CannotBuild: there is no load generator.
    """
    found = Comparison()
    with tempfile.TemporaryDirectory(prefix="ownplug-measure-") as name:
        folder = Path(name)
        program = build(folder)
        loops = _loops(folder, found)
        with our_server(folder / "home", "asyncio") as (_, home):
            pass
        rounds = Rounds(program, home, effort.seconds, found)
        for turn in range(effort.rounds):
            _say(f"round {turn + 1} of {effort.rounds}")
            _one_round(rounds, found, home, loops, effort)
        plugs = _affordable(effort.crowd, found)
        _say(f"{plugs} plugs")
        _all_at_once(rounds, found, home, loops, plugs)
    found.notes.append(_signatures())
    return found


def _one_round(
    rounds: Rounds, found: Comparison, home: Home, loops: dict[str, tuple[str, str]], effort: Effort
) -> None:
    for name, (loop, path) in loops.items():
        with our_server(home.folder, loop, path=path) as (server, _):
            rounds.work(name, server)
        with our_server(home.folder, loop, path=path, with_hub=True) as (server, _):
            rounds.ask_inside(name, server, effort.questions)
    if PEER in found.candidates:
        with mosquitto(home) as server:
            rounds.work(PEER, server)
            rounds.ask_outside(PEER, server, effort.questions)


def _all_at_once(
    rounds: Rounds, found: Comparison, home: Home, loops: dict[str, tuple[str, str]], plugs: int
) -> None:
    for name, (loop, path) in loops.items():
        with our_server(home.folder, loop, path=path) as (server, _):
            rounds.crowd(name, server, plugs)
    if PEER in found.candidates:
        with mosquitto(home) as server:
            rounds.crowd(PEER, server, plugs)


def _loops(folder: Path, found: Comparison) -> dict[str, tuple[str, str]]:
    """Which loops there are, and where each lies; notes what is missing."""
    loops: dict[str, tuple[str, str]] = {}
    path = installed("uvloop", folder / "speed")
    if path is None:
        found.notes.append("uvloop could not be installed: measured without the extra `speed`")
    else:
        loops[FAST] = ("uvloop", path)
    loops[PLAIN] = ("asyncio", "")
    found.candidates.extend(loops)
    if version := mosquitto_version():
        found.candidates.append(PEER)
        found.notes.append(f"mosquitto {version}")
    else:
        found.notes.append("no mosquitto to compare with (on Debian: apt-get install mosquitto)")
    return loops


def installed(package: str, folder: Path) -> str | None:
    """Where a package lies: here (empty), or just installed into `folder`; None where neither goes."""
    if importlib.util.find_spec(package) is not None:
        return ""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), package]
    done = subprocess.run(command, capture_output=True, check=False)
    return str(folder) if done.returncode == 0 else None


def _affordable(plugs: int, found: Comparison) -> int:
    """As many plugs as the system's limit of descriptors allows, after raising ours as far as we may."""
    needed = plugs + _SPARE_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        limit = hard if hard == resource.RLIM_INFINITY else max(hard, needed if os.geteuid() == 0 else hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(needed, limit), limit))
        soft = min(needed, limit)
    if soft < needed:
        found.notes.append(f"{soft} descriptors at most (raise `ulimit -n`): fewer plugs than {plugs:,}")
    return min(plugs, soft - _SPARE_DESCRIPTORS)


def _signatures() -> str:
    """The wall for full handshakes on this machine."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return "no openssl to tell how many RSA-2048 signatures a core makes"
    command = ["taskset", "-c", str(SERVER_CORE), openssl, "speed", "-seconds", "2", "rsa2048"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"^rsa 2048 bits\s+\S+\s+\S+\s+([\d.]+)", told, re.MULTILINE)
    return f"`openssl speed rsa2048`: {float(found[1]):,.0f} signatures a second" if found else ""


def _say(what: str) -> None:
    print(f"measuring the MQTT servers: {what} ...", file=sys.stderr, flush=True)
