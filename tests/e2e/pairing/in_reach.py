"""One address at which whichever plug is in reach answers, as 10.10.10.1 is that of every plug's own network."""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any


class Reach:
    """Passes each connection on to the plug that `current()` names by its address; None: nobody is in reach.

    Attributes:
        port: where to connect.
        told: how often each plug was told of a network.
    """

    def __init__(self, current: Callable[[], str | None]) -> None:
        self._current = current
        self.told: Counter[str] = Counter()
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.port = self._ear.getsockname()[1]
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def close(self) -> None:
        self._ear.shutdown(socket.SHUT_RDWR)
        self._ear.close()
        self._listening.join(10)

    def _listen(self) -> None:
        with suppress(OSError):  # closed
            while True:
                caller, _ = self._ear.accept()
                threading.Thread(target=self._pass_on, args=(caller,), daemon=True).start()

    def _pass_on(self, caller: socket.socket) -> None:
        with caller, suppress(OSError):
            plug = self._current()
            if plug is None:
                return
            host, _, port = plug.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=30) as called:
                back = threading.Thread(target=pump, args=(called, caller), daemon=True)
                back.start()
                while data := caller.recv(65_536):
                    if b'"Appliance.Config.Wifi' in data and b'"SET"' in data:
                        self.told[plug] += 1
                    called.sendall(data)
                called.shutdown(socket.SHUT_WR)
                back.join(30)


def pump(source: socket.socket, target: socket.socket) -> None:
    """Copy what comes until it ends."""
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def reach(current: Callable[[], str | None]) -> Iterator[Reach]:
    made = Reach(current)
    try:
        yield made
    finally:
        made.close()


def plugs_of(url: str, home: Path) -> list[dict[str, Any]]:
    """What the hub at `url` knows, without starting a program for it."""
    token = (home / "token").read_text().strip()
    asked = urllib.request.Request(f"{url}/api/v1/plugs", headers={"Authorization": f"Bearer {token}"})
    with closing(urllib.request.urlopen(asked, timeout=20)) as answer:
        plugs: list[dict[str, Any]] = json.loads(answer.read())["plugs"]
        return plugs
