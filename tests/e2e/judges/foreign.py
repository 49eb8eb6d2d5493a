"""Foreign programs that are installed for the tests, and addresses for those that have a port built in."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

_REPOSITORY = Path(__file__).parents[3]
_JUDGES = _REPOSITORY / ".venv" / "judges"
NODE_MODULES = _JUDGES / "node" / "node_modules"
_TRIES = 50


def own_address(*ports: int) -> str:
    """Return a loopback address at which nobody listens at these ports; skip the test where nobody may."""
    chance = random.Random(os.urandom(8))
    for _ in range(_TRIES):
        address = f"127.{chance.randrange(64, 128)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
        if all(_is_free(address, port) for port in ports):
            return address
    pytest.skip(f"no loopback address but 127.0.0.1 here, or none that is free at the ports {ports}")


def require_older_meross_iot() -> str:
    """Return the Python that has meross-iot 0.4.6.2, which wants an older paho-mqtt; skip where it is missing.

    From 0.4.7 on the library sends a plug that wants no encryption only the message id instead of the message by LAN,
    and falls back to MQTT; this is the last one whose LAN mode speaks to such plugs.
    """
    python = _JUDGES / "meross-iot-0.4.6.2" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"meross-iot 0.4.6.2 is not installed: make {python.relative_to(_REPOSITORY)}")
    return str(python)


def require_meross_cloud(require_program: Callable[[str, str], str]) -> str:
    """Return the node that has npm's meross-cloud; skip where it is missing."""
    node = require_program("node", "apt-get install nodejs npm, then: make test")
    if not (NODE_MODULES / "meross-cloud").is_dir():
        pytest.skip("npm's meross-cloud is not installed: make test does it where npm is there")
    return node


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError:
            pytest.skip(
                f"may not listen at port {port}, which a program has built in: run as root, or by sysctl"
            )
        except OSError:
            return False
        return True
