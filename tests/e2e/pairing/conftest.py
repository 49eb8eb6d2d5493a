"""Debian's mosquitto as a foreign server, well and badly set up; and a NetworkManager that is played."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

READY_S = 20.0

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
HOW_TO_GET_IT = "apt-get install network-manager dbus python3-dbusmock"


class StartMosquitto:
    """Starts one with these lines of configuration; returns its port."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def __call__(self, *lines: str, key: str = "rsa", tls: bool = True, port: int | None = None) -> int:
        folder = self._folder / f"mosquitto-{len(self._running)}"
        folder.mkdir()
        port = port or free_port()
        config = [f"user {os.environ.get('USER', 'root')}", f"listener {port} 127.0.0.1", *lines]
        if tls:
            make_certificate(folder, key)
            config += [f"certfile {folder / 'cert.pem'}", f"keyfile {folder / 'key.pem'}"]
        (folder / "mosquitto.conf").write_text("\n".join(config) + "\n")
        with (folder / "log").open("wb") as log:
            command = [self._program, "-c", str(folder / "mosquitto.conf")]
            self._running.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT))
        _wait_for(port, folder / "log")
        return port

    def version(self) -> str:
        """Which one it is."""
        said = subprocess.run(
            [self._program, "-h"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
        return said.split()[2]

    def stop(self) -> None:
        """End all that run."""
        for process in self._running:
            process.terminate()
            process.wait(timeout=READY_S)


@pytest.fixture
def mosquitto(require_program: Callable[[str, str], str], tmp_path: Path) -> Iterator[StartMosquitto]:
    """Start mosquitto with these lines of configuration; all are ended afterwards."""
    start = StartMosquitto(require_program("mosquitto", "apt-get install mosquitto"), tmp_path)
    yield start
    start.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def make_certificate(folder: Path, kind: str) -> None:
    """A self-signed certificate with its key, `rsa` or `ecdsa`."""
    key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if kind == "rsa"
        else ec.generate_private_key(ec.SECP256R1())
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    began = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + dt.timedelta(days=10_000))
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _wait_for(port: int, log: Path) -> None:
    for _ in range(int(READY_S * 10)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.1)
    pytest.fail(f"mosquitto did not start:\n{log.read_text()}")


class PlayedNetwork:
    """A NetworkManager that nmcli talks to, and what it was made to do."""

    def __init__(self, *ssids: str) -> None:
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(HERE / "played_network.py"), *ssids],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.bus = self._line()

    def state(self) -> dict[str, Any]:
        """Which connections there are, and which is active."""
        assert self._process.stdin is not None
        self._process.stdin.write("?\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._line())
        return told

    def stop(self) -> None:
        self._process.communicate(timeout=20)

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def play(
    require_program: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., PlayedNetwork]]:
    for program in ("nmcli", "dbus-daemon"):
        require_program(program, HOW_TO_GET_IT)
    has_library = subprocess.run([SYSTEM_PYTHON, "-c", "import dbusmock"], capture_output=True, check=False)
    if has_library.returncode:
        pytest.skip(f"python-dbusmock is not installed: {HOW_TO_GET_IT}")
    running: list[PlayedNetwork] = []

    def start(*ssids: str) -> PlayedNetwork:
        network = PlayedNetwork(*ssids)
        running.append(network)
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", network.bus)
        return network

    yield start
    for network in running:
        network.stop()
