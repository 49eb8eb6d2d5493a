"""A thousand virtual plugs in one process, with Debian's mosquitto as their server and paho as their hub."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

PLUGS = 1000
SECONDS = 30.0
KEY, USER_ID = "0123456789abcdef0123456789abcdef", "10001"
SETTLED = re.compile(r"1,000 plugs: 1,000 connected, 1,000 bound, 0 failed, [\d,]+ messages/s")


def resident_kib(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])


def uuids_of(heard: list[tuple[str, dict[str, Any]]], namespace: str) -> list[str]:
    names = {"namespace": f"Appliance.{namespace}"}
    return [
        message["header"]["from"].split("/")[2]
        for _, message in heard
        if names.items() <= message["header"].items() and message["header"]["from"].endswith("/publish")
    ]


class Answered:
    """Who has answered how many rounds of questions."""

    def __init__(self, heard: list[tuple[str, dict[str, Any]]]) -> None:
        self._heard = heard
        self.rounds = 0

    def by(self) -> set[str]:
        return set(uuids_of(self._heard, "Control.Electricity"))

    def by_all(self) -> bool:
        return len(uuids_of(self._heard, "Control.Electricity")) == self.rounds * PLUGS


def test_a_thousand_plugs_come_to_mosquitto_and_all_answer(
    make_mosquitto: Callable[..., Any],
    make_answerer: Callable[..., Any],
    launch: Callable[..., Any],
    eventually: Callable[..., Any],
    tell: Callable[[str], None],
) -> None:
    mosquitto = make_mosquitto()
    mosquitto.start()
    try:
        home = make_answerer(mosquitto)
        began_s = time.monotonic()  # noqa: TID251 - foreign programs take real time
        server = ("--mqtt", f"mqtts://127.0.0.1:{mosquitto.port}", "--key", KEY, "--user-id", USER_ID)
        fleet = launch("virtual", "run", "--count", str(PLUGS), "--start-rate", "200", *server)
        told = [fleet.ready()]
        alone_kib = resident_kib(fleet.process.pid)
        told += [fleet.ready() for _ in range(PLUGS - 1)]
        assert {(line["http"], line["tty"]) for line in told} == {("", "")}
        uuids = {line["uuid"] for line in told}
        assert len(uuids) == PLUGS
        eventually(lambda: set(uuids_of(home.heard, "System.Report")) == uuids, within_s=60)
        answered = Answered(home.heard)
        while answered.rounds < 2 or time.monotonic() - began_s < SECONDS:  # noqa: TID251 - as above
            answered.rounds += 1
            for uuid in sorted(uuids):
                home.send(uuid, "GET", "Control.Electricity", {})
            eventually(answered.by_all, within_s=60)
        assert answered.by() == uuids
        line = eventually(lambda: SETTLED.search(fleet.log.read_text()))
        each_kib = (resident_kib(fleet.process.pid) - alone_kib) / (PLUGS - 1)
        tell(f"{line[0]}; {answered.rounds} questions to each; {each_kib:.0f} KiB a plug")
        assert fleet.stop() == 0
    finally:
        mosquitto.stop()
