"""Following a plug home: each step once, as it is seen, and an end in time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from ownplug.core.errors import LinkTimeout, PairingFailed
from ownplug.core.identity import Uuid
from ownplug.core.meross import Header, Message, Method, raw_payload
from ownplug.core.meross import namespaces as ns
from ownplug.pairing import Errand, Phase, Sight, Step, Target, Word
from ownplug.pairing.arrival import follow_home
from ownplug.plug import Link
from ownplug.testing import LoopClock, run_in_loop_time

UUID = Uuid("1811081234567825182734298f1a2b3c")
TARGET = Target(ssid="Home", host="192.168.1.10", port=8883, was_heard=True)
CAME = Sight(address="192.168.1.50")
ASKED = replace(CAME, clock_questions=1)
BOUND = replace(ASKED, binds=1)
METERED = replace(BOUND, has_told_meter=True)


class Plug:
    """A plug at home that says it is online from the given question on, and switches."""

    def __init__(self, online_after: int = 0) -> None:
        self.questions = 0
        self.online_after = online_after
        self.on = True
        self.edges = 0

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        answer: dict[str, Any] = {}
        match namespace:
            case ns.SYSTEM_ALL:
                self.questions += 1
                if self.questions <= self.online_after:
                    raise LinkTimeout("It does not answer yet.")
                hardware = {"type": "mss310", "uuid": UUID.text}
                system = {"hardware": hardware, "firmware": {"version": "2"}, "online": {"status": 1}}
                answer = {"all": {"system": system}}
            case ns.SYSTEM_ABILITY:
                answer = {"ability": {ns.CONTROL_TOGGLE_X: {}}}
            case ns.CONTROL_TOGGLE_X if method == Method.SET:
                on = bool(payload.togglex.onoff)  # type: ignore[attr-defined]
                self.edges += on is not self.on
                self.on = on
            case ns.CONTROL_TOGGLE_X:
                answer = {"togglex": {"channel": 0, "onoff": int(self.on)}}
        header = Header(
            message_id="1", namespace=namespace, method=f"{method}ACK", sender="", timestamp=0, sign=""
        )
        return Message(header=header, payload=raw_payload(answer))

    async def close(self) -> None:
        """Nothing to close."""


class Host:
    """A server that sees what the script says, look by look; the last sight stays."""

    def __init__(self, *sights: Sight, plug: Plug | None = None) -> None:
        self._sights = list(sights)
        self.plug = plug or Plug()

    async def look(self, uuid: Uuid) -> Sight:
        assert uuid == UUID
        return self._sights.pop(0) if len(self._sights) > 1 else self._sights[0]

    @asynccontextmanager
    async def reach(self, uuid: Uuid) -> AsyncIterator[Link]:
        assert uuid == UUID
        yield self.plug


async def nothing() -> Word | None:
    return None


def follow(
    host: Host, ask: Callable[[], Awaitable[Word | None]] = nothing, *, switches: bool = True
) -> tuple[list[Step], float]:
    """All steps, and how many seconds it took."""

    async def work() -> tuple[list[Step], float]:
        clock = LoopClock()
        began_s = clock.monotonic()
        errand = Errand(host=host, server="", ask_plug=ask, clock=clock, switches=switches)
        steps = [step async for step in follow_home(UUID, TARGET, errand)]
        return steps, clock.monotonic() - began_s

    return run_in_loop_time(work())


def test_each_step_is_told_once_as_it_is_seen() -> None:
    host = Host(Sight(), CAME, CAME, ASKED, BOUND, METERED)
    steps, _ = follow(host)
    assert [step.phase for step in steps if step.done] == [
        Phase.CONNECT,
        Phase.CLOCK,
        Phase.BIND,
        Phase.METER,
        Phase.ONLINE,
        Phase.SWITCH,
    ]
    assert (host.plug.on, host.plug.edges) == (True, 2)
    assert steps[-1].found.startswith("off and on again, as it was")


def test_a_relay_that_shall_not_click_does_not() -> None:
    host = Host(METERED)
    steps, _ = follow(host, switches=False)
    assert steps[-1].phase is Phase.ONLINE
    assert host.plug.edges == 0


def test_a_plug_that_is_busy_at_first_is_waited_for() -> None:
    host = Host(METERED, plug=Plug(online_after=3))
    _, took_s = follow(host, switches=False)
    assert host.plug.questions == 4
    assert took_s == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("sights", "word", "code", "within_s"),
    [
        ((Sight(),), None, "unseen", 90.5),
        ((Sight(),), Word(is_pairing=True, hears=True, signal=50), "wifi-password", 3.5),
        ((Sight(),), Word(), "no-time", 19),
        ((Sight(), ASKED, replace(ASKED, clock_questions=5)), None, "clock-unanswered", 1),
        ((replace(BOUND, answers_bind=False),), None, "bind-unanswered", 11.5),
        ((Sight(refused_logins=("another key",)),), None, "login-refused", 0.1),
    ],
)
def test_a_plug_that_does_not_come_is_given_up_as_soon_as_that_is_certain(
    sights: tuple[Sight, ...], word: Word | None, code: str, within_s: float
) -> None:
    async def ask() -> Word | None:
        return word

    async def work() -> float:
        clock = LoopClock()
        began_s = clock.monotonic()
        errand = Errand(host=Host(*sights), server="", ask_plug=ask, clock=clock)
        with pytest.raises(PairingFailed) as caught:
            [step async for step in follow_home(UUID, TARGET, errand)]
        assert caught.value.code == code
        return clock.monotonic() - began_s

    assert run_in_loop_time(work()) < within_s


def test_a_plug_that_was_in_the_network_and_gave_up_did_not_fail_to_join_it() -> None:
    words = [Word(knows_time=True), Word(is_pairing=True, hears=True, signal=80)]

    async def ask() -> Word | None:
        return words.pop(0) if len(words) > 1 else words[0]

    with pytest.raises(PairingFailed) as caught:
        follow(Host(Sight()), ask)
    assert caught.value.code == "port-closed"
