"""The hub that is attacked: a process of its own, so that its memory is its alone."""

from __future__ import annotations

import http.client
import json
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

from devtools.program import Program

from ownplug.core.secret import Secret

PATIENCE_S = 30.0
"""How long anything may take on a busy machine; nothing here measures speed."""


class HubProcess:
    """`ownplug hub run` in a home of its own, with all MQTT listeners on loopback.

    Attributes:
        tls_port, legacy_port, tcp_port: where its MQTT server listens.
        ca: its CA's certificate.
        user_id, key: of the home, as its plugs know them.
    """

    def __init__(self, folder: Path, *, settings: str = "", mqtts_port: int = 0) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        if settings:
            (self.home / "ownplug.toml").write_text(settings)
        self.log = folder / "hub.log"
        self.program = Program(
            [
                *("hub", "run", "--home", str(self.home), "--advertise", "127.0.0.1"),
                *("--mqtts", f"127.0.0.1:{mqtts_port}", "--mqtts-legacy", "127.0.0.1:0"),
                *("--mqtt", "127.0.0.1:0", "--web", "127.0.0.1:0"),
            ],
            self.log,
        )
        ready = self.program.ready()
        self.tls_port = int(ready["mqtts"].rpartition(":")[2])
        self.legacy_port = int(ready["mqtts_legacy"].rpartition(":")[2])
        self.tcp_port = int(ready["mqtt"].rpartition(":")[2])
        self.ca = Path(ready["ca"])
        self.user_id = str(ready["user_id"])
        self._web = ready["web"].removeprefix("http://").rstrip("/")
        self.key = Secret(self.ask("GET", "/api/v1/home?show_secrets=true")["key"])

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One call of its API, which must succeed."""
        connection = http.client.HTTPConnection(self._web, timeout=PATIENCE_S)
        try:
            token = (self.home / "token").read_text().strip()
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            told = answer.read()
            assert answer.status < 300, (answer.status, told)
            return json.loads(told) if told else None
        finally:
            connection.close()

    def add_user(self, name: str, password: str, *, read: list[str], write: list[str]) -> None:
        self.ask("POST", "/api/v1/users", {"name": name, "password": password, "read": read, "write": write})

    def memory_kb(self) -> int:
        """What it holds now."""
        return self._status("VmRSS")

    def forget_peak(self) -> None:
        """Let `peak_kb` begin anew (Linux)."""
        Path(f"/proc/{self.program.process.pid}/clear_refs").write_text("5")

    def peak_kb(self) -> int:
        """The most that it has held since `forget_peak`."""
        return self._status("VmHWM")

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text(errors="replace")

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self.program.process.pid}/status").read_text()
        return int(status.partition(f"{name}:")[2].split()[0])


class HonestProcess:
    """`honest.py` beside a hub; see there."""

    def __init__(self, hub: HubProcess) -> None:
        self._log = (hub.log.parent / "honest.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("honest.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        told = {"port": hub.tls_port, "ca": str(hub.ca), "user_id": hub.user_id, "key": hub.key.reveal()}
        self._say(json.dumps(told))
        assert self._hear() == "ready"

    def begin(self) -> None:
        self._say("begin")

    def end(self) -> dict[str, Any]:
        """What has happened since `begin`."""
        self._say("end")
        told: dict[str, Any] = json.loads(self._hear())
        return told

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], PATIENCE_S)
        line = self._process.stdout.readline() if readable else b""
        self._log.seek(0)
        assert line, f"the honest plugs gave up:\n{self._log.read()}"
        return line.decode().strip()
