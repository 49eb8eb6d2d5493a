"""A plug with its firmware, parts and chip beside what really flows through it; no sockets and no waiting.

Its home is answered for by hand. The truth is a second outlet with the same load and the same noise: the test tells it
of power and relay itself, takes local midnights from the system's zones, and asks it for nothing but integrals, which
unit tests compare with sums of what it shows. A plug without a clock meters nothing, so what flows then does not count.
"""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ownplug.core.identity import Uuid
from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.timerule import time_rules
from ownplug.core.secret import Secret
from ownplug.virtual import Air, Faults, Load, Pace, Segment, Timing, washer
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.device import Device, Order
from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.firmware.httpd import Request
from ownplug.virtual.firmware.machine import Firmware
from ownplug.virtual.firmware.signals import (
    BrokerLost,
    BrokerReady,
    ButtonPressed,
    ConnectBroker,
    Delivered,
    Effect,
    HttpAnswer,
    HttpAsked,
    Input,
    PowerCycled,
    PowerLost,
    PublishMessage,
)
from ownplug.virtual.identity import make_uuid
from ownplug.virtual.parts.hlw8032 import Hlw8032
from ownplug.virtual.parts.outlet import Outlet
from ownplug.virtual.profiles import DEFAULT

SEED = int(os.environ.get("OWNPLUG_SOAK_SEED", "1"))
ZONE = ZoneInfo("Europe/Berlin")
FIRST = date(2024, 3, 10)  # summer time comes three weeks later
KEY = Secret("0123456789abcdef" * 2)
PAIRED = {items.STATE: "1", items.BIND: "1", items.KEY: KEY.reveal(), items.SERVER: "hub", items.PORT: "8883"}
PULSE_WH = 9.5974 / 3600  # by hand: 5,105,000 x 1.88 / 1,000,000 joules

LOADS = {
    "washer": washer(),
    "heater": Load.resistive(2000),
    "fridge": Load(
        segments=(
            Segment(lasts_s=840, constant_w=78, power_factor=0.7, surge=6),
            Segment(lasts_s=1980, constant_w=1.2, power_factor=0.4),
        ),
        repeats=True,
        flicker=0.02,
    ),
    "standby": Load.standby(0.4),
}


def noise(slot: int) -> tuple[float, float]:
    mixed = (slot * 0x9E3779B97F4A7C15 + SEED * 0xBF58476D1CE4E5B9) % 2**64
    return (mixed >> 40) / 2**23 - 1, (mixed >> 16 & 0xFFFFFF) / 2**23 - 1


def outlet_with(load: Load) -> Outlet:
    return Outlet(load=load, mains_v=230, noise=noise)


def unix_at(day: date, hour: float = 0) -> float:
    """When it is so many hours after local midnight."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC).timestamp() + hour * 3600


class Truth:
    """What was really used while the plug could meter it."""

    def __init__(self, load: Load) -> None:
        self.day_wh: defaultdict[date, float] = defaultdict(float)
        self.life_wh = 0.0
        self._outlet = outlet_with(load)
        self._relay_on = True
        self._since_s: float | None = None

    def power_up(self, at_s: float) -> None:
        self._outlet.switch(on=self._relay_on, now_s=at_s)

    def press(self, at_s: float) -> None:
        since_s = self._since_s
        self.stop(at_s)
        self._relay_on = not self._relay_on
        self.power_up(at_s)
        self._since_s = since_s and at_s

    def start(self, at_s: float) -> None:
        """The plug knows the time from now on."""
        self._since_s = self._since_s or at_s

    def stop(self, at_s: float) -> None:
        """Book what was used until now, on the days on which it was."""
        from_s, self._since_s = self._since_s or at_s, None
        while from_s < at_s:
            day = datetime.fromtimestamp(from_s, ZONE).date()
            until_s = min(at_s, unix_at(day + timedelta(days=1)))
            used_wh = self._outlet.energy_j(from_s, until_s) / 3600
            self.day_wh[day] += used_wh
            self.life_wh += used_wh
            from_s = until_s


class MeteredPlug:
    """A plug and what happens to it. Its steady clock shows Unix time.

    Args:
        load: what is plugged in.
        index: its number among others.
        faults: what is wrong with it.
        heard: is given what it publishes to a hub that is there.

    Attributes:
        has_home: its hub is there.
        lives: pulses counted, and energy used, of each.
    """

    def __init__(
        self,
        load: Load,
        *,
        index: int = 0,
        faults: Faults | None = None,
        heard: Callable[[bytes], None] | None = None,
    ) -> None:
        self.now_s = self._due_s = unix_at(FIRST)
        outlet = outlet_with(load)
        self.device = Device(
            profile=DEFAULT,
            uuid=make_uuid(SEED, index),
            flash=Flash(PAIRED),
            outlet=outlet,
            meter=Hlw8032(outlet, pace=Pace.NEWS, now_s=self.now_s),
            air=Air(),
            address="127.0.0.1",
            below=random.Random(SEED + index).randrange,
            now_s=self.now_s,
            faults=faults or Faults(),
        )
        self.firmware = Firmware(self.device, Timing(retry_s=60))
        self.truth = Truth(load)
        self.counts: Counter[str] = Counter()
        self.lives: list[tuple[int, float]] = []
        self.has_power, self.has_home = False, True
        self._answers: list[tuple[float, Input]] = []
        self._reply = b""
        self._heard = heard

    def pass_time(self, until_s: float) -> None:
        """Let the plug do what is due, each at its moment, and its home answer."""
        while (next_s := min([self._due_s, *(at_s for at_s, _ in self._answers)])) <= until_s:
            self.now_s = next_s
            due = [answer for at_s, answer in self._answers if at_s <= next_s]
            self._answers = [(at_s, answer) for at_s, answer in self._answers if at_s > next_s]
            if self.has_home and any(isinstance(answer, Delivered) for answer in due):
                self.truth.start(next_s)
            self._update(*due)
        self.now_s = until_s

    def press(self) -> None:
        if self.has_power:
            self.truth.press(self.now_s)
            self._update(ButtonPressed(held_s=0.2))

    def restart(self) -> None:
        """By itself: chip and load go on."""
        if self.has_power:
            self.end_life()
            self.device.orders.append(Order.REBOOT)
            self._update()

    def blink(self) -> None:
        """The mains fail for a moment."""
        if self.has_power:
            self.end_life()
            self.power_up()

    def mains_fail(self) -> None:
        self.end_life()
        self.has_power = False
        self._update(PowerLost())

    def power_up(self) -> None:
        self.has_power = True
        self.truth.power_up(self.now_s)
        self._update(PowerCycled())

    def hub_goes(self) -> None:
        self.has_home = False
        self._answers.clear()
        self._update(BrokerLost())

    def hub_comes(self) -> None:
        self.has_home = True

    def ask_by_http(self, namespace: str) -> bytes:
        """Return what the plug says there; nothing without power."""
        body = self._message(Method.GET, namespace, {})
        self._reply = b""
        self._update(HttpAsked(number=1, request=Request(method="POST", path="/config", body=body)))
        return self._reply.partition(b"\r\n\r\n")[2]

    def deliver(self, data: bytes) -> None:
        """Let the plug hear a message of its hub now; what it says to that is heard before this returns."""
        self._update(Delivered(payload=data))

    @property
    def uuid(self) -> Uuid:
        return self.device.uuid

    @property
    def is_connected(self) -> bool:
        """Whether its hub can speak to it."""
        return self.has_home and self.has_power and self.device.network.is_connected

    def end_life(self) -> None:
        """Book what was used and counted until now."""
        self._answers.clear()
        self._update()
        self.device.count_energy()
        self.truth.stop(self.now_s)
        self.lives.append((self.device.metering.pulses, self.truth.life_wh))
        self.truth.life_wh = 0.0

    def _update(self, *inputs: Input) -> None:
        self.counts["updates"] += 1
        outcome = self.firmware.update(self.now_s, inputs)
        self._due_s = outcome.next_s
        for effect in outcome.effects:
            self._take(effect)

    def _take(self, effect: Effect) -> None:
        match effect:
            case HttpAnswer():
                self._reply = effect.data
            case ConnectBroker():
                self._answers.append((self.now_s + 0.2, BrokerReady() if self.has_home else BrokerLost()))
            case PublishMessage() if self.has_home:
                if b"Appliance.System.Clock" in effect.payload:
                    self._tell_time(int(self.now_s) + 1)
                if self._heard is not None:
                    self._heard(effect.payload)
            case _:
                pass

    def _tell_time(self, at_s: int) -> None:
        """As a hub does: the time, then the zone with the changes that are to come."""
        rules = time_rules(ZONE, datetime.fromtimestamp(at_s, UTC))
        for method, namespace, payload in (
            (Method.PUSH, ns.SYSTEM_CLOCK, {"clock": {"timestamp": at_s}}),
            (Method.SET, ns.SYSTEM_TIME, {"time": {"timezone": ZONE.key, "timeRule": rules}}),
        ):
            self._answers.append((at_s, Delivered(payload=self._message(method, namespace, payload))))

    def _message(self, method: Method, namespace: str, payload: dict[str, Any]) -> bytes:
        maker = MessageMaker(key=KEY, sender="/app/1/subscribe", new_id=lambda: "0" * 32)
        return encode_message(maker.make(method, namespace, payload, now_s=self.now_s))
