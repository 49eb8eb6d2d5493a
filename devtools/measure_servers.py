"""The servers that are compared, each a process of its own on the first core: ours and mosquitto."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.measure_served import LISTENER

SERVER_CORE, GENERATOR_CORE = 0, 1
PATIENCE_S = 20.0

_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") / 1024

_MOSQUITTO = """\
listener {port} 127.0.0.1
certfile {certificate}
keyfile {key_file}
allow_anonymous true
set_tcp_nodelay true
max_queued_messages 0
connection_messages false
log_dest none
{user}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One home for all rounds: certificate and logins are the same for every server."""

    folder: Path
    certificate: str
    key_file: str
    user_id: str
    key: str


class Server:
    """A running server: where it listens, and what it has used."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.port = port
        self._process = process

    def at(self, port: int) -> Server:
        """The same server, by one of its ports."""
        return Server(self._process, port)

    def cpu_s(self) -> float:
        """Processor time of all its threads, to the nanosecond."""
        tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def memory_kib(self) -> float:
        """Resident memory."""
        return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * _PAGE_KIB

    def ask(self, line: str) -> dict[str, Any]:
        """Tell our own server something and return what it answers."""
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("ours alone is asked")
        print(line, file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def core_used_s(core: int) -> float:
    """Time that programs have used of a core since the machine began; the network's own work is left out."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            return sum(int(ticks[i]) for i in range(3)) / _CLOCK_TICKS
    return 0.0


@contextmanager
def our_server(
    folder: Path, loop: str, *, with_hub: bool = False, path: str = ""
) -> Iterator[tuple[Server, Home]]:
    """Run our server on `loop`; `path` is where uvloop lies if it is not installed here."""
    command = [sys.executable, "-m", "devtools.measure_served", str(folder), "--loop", loop]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [path, *sys.path]))}
    with running([*command, *(["--hub"] if with_hub else [])], environment) as process:
        if process.stdout is None:
            raise AssertionError("it was asked for")
        told = json.loads(process.stdout.readline())
        home = Home(
            folder=folder, **{name: told[name] for name in ("certificate", "key_file", "user_id", "key")}
        )
        yield Server(process, told["port"]), home


@contextmanager
def mosquitto(home: Home) -> Iterator[Server]:
    """Run mosquitto with our certificate; it lets everybody in and asks for no rights, which is in its favour."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="ownplug-measure-") as folder:
        settings = Path(folder) / "mosquitto.conf"
        user = "user root" if os.geteuid() == 0 else ""
        settings.write_text(
            _MOSQUITTO.format(port=port, certificate=home.certificate, key_file=home.key_file, user=user)
        )
        with running([_mosquitto_program() or "mosquitto", "-c", str(settings)], None) as process:
            _wait_for(port)
            yield Server(process, port)


def mosquitto_version() -> str:
    """Its version; empty if there is none."""
    program = _mosquitto_program()
    if program is None:
        return ""
    told = subprocess.run([program, "-h"], capture_output=True, text=True, check=False).stdout
    return told.split("\n", maxsplit=1)[0].removeprefix("mosquitto version").strip()


def logins(home: Home) -> list[str]:
    """What the load generator needs to sign in."""
    name, password = LISTENER
    return [f"user-id={home.user_id}", f"key={home.key}", f"name={name}", f"password={password}"]


@contextmanager
def running(command: list[str], environment: dict[str, str] | None) -> Iterator[subprocess.Popen[str]]:
    """Run a server on its core; it ends with the context."""
    pipe = subprocess.PIPE
    pinned = ["taskset", "-c", str(SERVER_CORE), *command]
    process = subprocess.Popen(
        pinned, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def _mosquitto_program() -> str | None:
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(int(PATIENCE_S / 0.05)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"Nobody listens at port {port}.")
