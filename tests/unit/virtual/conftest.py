"""A plug on the bench: its firmware without sockets, with time and chance in the test's hands."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret
from ownplug.virtual.air import Air
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.firmware.httpd import Request
from ownplug.virtual.firmware.machine import Firmware
from ownplug.virtual.firmware.shell import Shell
from ownplug.virtual.firmware.signals import (
    BrokerReady,
    ConnectBroker,
    ConsolePrinted,
    ConsoleTyped,
    Delivered,
    Effect,
    HttpAnswer,
    HttpAsked,
    Input,
    PowerCycled,
    PublishMessage,
)
from ownplug.virtual.firmware.timing import Timing
from ownplug.virtual.identity import make_uuid
from ownplug.virtual.parts.hlw8032 import Hlw8032, Pace
from ownplug.virtual.parts.outlet import Load, Outlet, no_noise
from ownplug.virtual.profiles import DEFAULT, Profile, upgraded

KEY = "0123456789abcdef0123456789abcdef"
NOW = 1_700_000_000  # 2023-11-14 22:13:20 UTC
REPLY_TOPIC = "/app/10001-test/subscribe"


class Bench:
    """One plug's firmware and what it did."""

    def __init__(
        self,
        profile: Profile = DEFAULT,
        *,
        saved: dict[str, str] | None = None,
        air: Air | None = None,
        timing: Timing | None = None,
        load: Load | None = None,
        pace: Pace = Pace.NEWS,
        console: bool = False,
        faults: Faults | None = None,
    ) -> None:
        self.now_s = 100.0
        self.flash = Flash(saved)
        self.timing = timing or Timing()
        self._drawn = 0
        outlet = Outlet(load=load or Load.resistive(60), mains_v=profile.mains_v, noise=no_noise)
        self.device = Device(
            profile=profile,
            uuid=make_uuid(1),
            flash=self.flash,
            outlet=outlet,
            meter=Hlw8032(outlet, pace=pace, now_s=self.now_s),
            air=air or Air(),
            address="127.0.0.1",
            below=self._draw,
            now_s=self.now_s,
            upgraded=upgraded,
        )
        chance = random.Random(1).randrange
        shell = Shell(self.device, self.timing, faults=faults or Faults(), below=chance) if console else None
        self.firmware = Firmware(self.device, self.timing, shell)
        self._printed = b""
        self.effects: list[Effect] = []
        self.next_s = self.now_s
        self._asked = 0
        self._messages = 0
        self.tell(PowerCycled())

    def _draw(self, below: int) -> int:
        self._drawn = self._drawn * 1103515245 + 12345 & 0x7FFFFFFF
        return (self._drawn >> 8) % below

    @property
    def state(self) -> str:
        return self.firmware.state.value

    @property
    def key(self) -> str:
        return self.flash.read(items.KEY)

    def owned(self) -> dict[str, str]:
        """What the settings hold beyond what the factory left in them."""
        return {item: value for item, value in self.flash.saved().items() if not item.startswith("factory:")}

    def tell(self, *inputs: Input) -> None:
        outcome = self.firmware.update(self.now_s, inputs)
        assert outcome.next_s > self.now_s, "the firmware would be called again and again"
        self._printed += b"".join(e.data for e in outcome.effects if isinstance(e, ConsolePrinted))
        self.effects.extend(e for e in outcome.effects if not isinstance(e, ConsolePrinted))
        self.next_s = outcome.next_s

    def pass_time(self, seconds: float) -> None:
        """Let time pass, waking the firmware exactly when it asked for it."""
        end_s = self.now_s + seconds
        while self.next_s <= end_s:
            self.now_s = self.next_s
            self.tell()
        self.now_s = end_s
        self.tell()

    def message(
        self,
        method: str,
        namespace: str,
        payload: object = None,
        *,
        key: str | None = None,
        sender: str = REPLY_TOPIC,
    ) -> bytes:
        self._messages += 1
        maker = MessageMaker(
            key=Secret(self.key if key is None else key),
            sender=sender,
            new_id=lambda: f"{self._messages:032x}",
        )
        return encode_message(maker.make(Method(method), namespace, payload or {}, now_s=NOW))

    def post(self, body: bytes) -> bytes:
        """The bytes that answer a POST to /config; empty for a dropped connection."""
        self._asked += 1
        request = Request(method="POST", path="/config", body=body)
        self.tell(HttpAsked(number=self._asked, request=request))
        while not (
            found := [e for e in self.effects if isinstance(e, HttpAnswer) and e.number == self._asked]
        ):
            self.now_s = self.next_s
            self.tell()
        return found[0].data

    def ask(self, method: str, namespace: str, payload: object = None, *, key: str | None = None) -> Any:
        """Method and payload of the answer by HTTP; None for a dropped connection."""
        data = self.post(self.message(method, namespace, payload, key=key))
        if not data:
            return None
        reply = json.loads(data.partition(b"\r\n\r\n")[2])
        return reply["header"]["method"], reply["payload"]

    def get(self, namespace: str, payload: object = None) -> Any:
        """The payload of a GETACK."""
        answered = self.ask("GET", namespace, payload)
        assert answered is not None, f"{namespace} was not answered"
        assert answered[0] == "GETACK", answered
        return answered[1]

    def set(self, namespace: str, payload: object) -> None:
        assert self.ask("SET", namespace, payload) == ("SETACK", {})

    def deliver(self, method: str, namespace: str, payload: object = None, **more: Any) -> None:
        """A message by MQTT."""
        self.tell(Delivered(payload=self.message(method, namespace, payload, **more)))

    def take(self) -> list[Effect]:
        """The effects since last time."""
        taken, self.effects = self.effects, []
        return taken

    def spoken(self) -> list[tuple[str, dict[str, Any]]]:
        """Topic and message of what was published since last time."""
        return [(e.topic, json.loads(e.payload)) for e in self.take() if isinstance(e, PublishMessage)]

    def said(self) -> list[str]:
        """Method and namespace of what was published since last time."""
        return [f"{m['header']['method']} {m['header']['namespace']}" for _, m in self.spoken()]

    def printed(self) -> bytes:
        """What was printed on the console since last time."""
        printed, self._printed = self._printed, b""
        return printed

    def type(self, typed: str | bytes) -> bytes:
        """Type on the console; return what was printed since last time."""
        self.tell(ConsoleTyped(data=typed.encode() if isinstance(typed, str) else typed))
        return self.printed()

    def run(self, line: str) -> list[str]:
        """Type a command and return the lines of its reply: what stands between its echo and the next prompt."""
        self.printed()
        printed = self.type(f"{line}\r")
        for _ in range(100):
            if b"\r\n$ " in printed:
                break
            self.now_s = self.next_s
            self.tell()
            printed += self.printed()
        reply, prompt, self._printed = printed.partition(b"\r\n$ ")
        assert prompt, printed
        echo, *lines = reply.decode("utf-8", "surrogateescape").split("\r\n")
        assert echo == line
        return lines

    def pair(self, *, second: bool = True) -> ConnectBroker:
        """Pair by HTTP and wait until the plug wants to connect."""
        gateway: dict[str, Any] = {"host": "hub.example", "port": 8883, "redirect": 1}
        if second:
            gateway |= {"secondHost": "spare.example", "secondPort": 8884}
        self.set(ns.CONFIG_KEY, {"key": {"userId": "10001", "key": KEY, "gateway": gateway}})
        self.set(ns.CONFIG_WIFI, {"wifi": {"ssid": "SG9tZQ==", "password": "c2VjcmV0MTIz"}})
        self.pass_time(self.timing.farewell_s + self.timing.reboot_s + self.timing.join_s)
        return self.connection()

    def connection(self) -> ConnectBroker:
        """The newest connection that the plug asked for."""
        return [effect for effect in self.effects if isinstance(effect, ConnectBroker)][-1]

    def tell_time(self, unix_s: int = NOW) -> None:
        self.deliver("PUSH", ns.SYSTEM_CLOCK, {"clock": {"timestamp": unix_s}})

    def come_home(self) -> None:
        """Pair, connect and finish the start-up talk."""
        self.pair()
        self.tell(BrokerReady())
        self.tell_time()
        self.deliver("SETACK", ns.CONTROL_BIND)
        assert self.state == "online"
        self.take()


@pytest.fixture(scope="session")
def make_bench() -> Callable[..., Bench]:
    return Bench


@pytest.fixture
def bench() -> Bench:
    """A plug at factory default, waiting to be paired."""
    return Bench()


@pytest.fixture
def console() -> Bench:
    """A plug at factory default with a terminal on its console, after its start."""
    bench = Bench(console=True)
    bench.printed()
    return bench


@pytest.fixture
def home_console() -> Bench:
    """A plug at home with a terminal on its console."""
    bench = Bench(console=True)
    bench.come_home()
    bench.printed()
    return bench


@pytest.fixture
def home_bench() -> Bench:
    """A plug at home."""
    bench = Bench()
    bench.come_home()
    return bench
