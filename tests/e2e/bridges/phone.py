"""A phone of an Apple home, as tests use it: `aiohomekit` in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("homekit_program.py")
APPLE = "-0000-1000-8000-0026BB765291"
EVE = "-079E-48FF-8F27-9C2605A29F52"
INFORMATION, OUTLET = f"0000003E{APPLE}", f"00000047{APPLE}"
ON, IN_USE = f"00000025{APPLE}", f"00000026{APPLE}"
NAME, SERIAL, MODEL, FIRMWARE = (f"000000{each}{APPLE}" for each in ("23", "30", "21", "52"))
WATT, KWH, VOLT, AMPERE = (f"E863F1{each}{EVE}" for each in ("0D", "0C", "0A", "26"))


class Phone:
    """The program, which goes on until it is ended."""

    def __init__(self, home: Path) -> None:
        kept = json.loads((home / "homekit.json").read_text("utf-8"))
        self._process = subprocess.Popen(
            [sys.executable, PROGRAM, "127.0.0.1", kept["device_id"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert self._line() == "ready\n"

    def __call__(self, *order: Any) -> Any:
        """Have it do something, and return the outcome."""
        answer = self.try_to(*order)
        assert "failed" not in answer, answer
        return answer["done"]

    def try_to(self, *order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        return dict(json.loads(self._line()))

    def plugs(self) -> dict[str, Plug]:
        """What the bridge shows, by name."""
        found = [Plug(self, each) for each in self("accessories") if each["aid"] != 1]
        return {plug.name: plug for plug in found}

    def close(self) -> None:
        self._process.communicate(timeout=20)  # which ends its orders

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class Plug:
    """One accessory, as the phone has read it."""

    def __init__(self, phone: Phone, accessory: dict[str, Any]) -> None:
        self._phone = phone
        self.aid = int(accessory["aid"])
        self._services: dict[str, list[dict[str, Any]]] = {}
        for service in accessory["services"]:
            found = {each["type"]: each for each in service["characteristics"]}
            self._services.setdefault(service["type"], []).append(found)
        information = self._services[INFORMATION][0]
        self.name, self.serial, self.model, self.firmware = (
            information[each]["value"] for each in (NAME, SERIAL, MODEL, FIRMWARE)
        )
        self.outlets = self._services[OUTLET]

    def place(self, kind: str, outlet: int = 0) -> list[int]:
        return [self.aid, int(self.outlets[outlet][kind]["iid"])]

    def read(self, kind: str, outlet: int = 0) -> Any:
        [[_, _, found]] = self._phone("read", self.place(kind, outlet))
        return found.get("value", found.get("status"))

    def switch(self, *, on: bool, outlet: int = 0) -> list[int]:
        """Return the status where it did not work."""
        return [what["status"] for _, _, what in self._phone("write", [*self.place(ON, outlet), on])]
