"""What the parts and settings of one plug are at this moment: the ground on which the handlers stand.

Handlers read and change the device; what must happen beyond it (a push to the server, a restart) they leave here
as pushes and orders, and the firmware sees to it when they are done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from typing import Any

import msgspec

from ownplug.core.errors import UsageError
from ownplug.core.identity import Firmware as FirmwareVersion
from ownplug.core.identity import Mac, Uuid
from ownplug.core.meross.payloads.rules import TimerEntry, TriggerEntry
from ownplug.core.meter import Flow
from ownplug.core.schedule import AutoOff, Place, Timer, TimeRule, Zone
from ownplug.core.secret import Secret
from ownplug.core.shell import OwnValue
from ownplug.virtual.air import AccessPoint, Air
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.fields import DAY_S, UNIX_LIMIT
from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.firmware.logs import MESSAGE, Origin
from ownplug.virtual.firmware.metering import Metering
from ownplug.virtual.firmware.relays import MASTER, Relays
from ownplug.virtual.firmware.rules import RuleSlots, auto_off_slots, timer_slots
from ownplug.virtual.parts.clock import DeviceClock
from ownplug.virtual.parts.hlw8032 import Hlw8032, Pace
from ownplug.virtual.parts.light import Light
from ownplug.virtual.parts.outlet import Load, Outlet
from ownplug.virtual.parts.relay import Relay
from ownplug.virtual.profiles.profile import Profile

_START_MS = 198  # of the last line of a start. Source: seed
_DRIVER_CALLS_AT_START = 5  # the first that follows a start has this number. Source: seed

PLACE_ITEMS = (*items.TIME_RULES, items.LATITUDE, items.LONGITUDE)
"""What `Device.place` is made of."""

_MICRO = 1_000_000
_FAULTLESS = Faults()
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

_COUNT_EVERY_S = {Pace.CHIP: 10, Pace.NEWS: 60}
"""How often the firmware hears the meter at least; midnight and the ends of its steps are such moments."""
_SHORTEST_WAIT_S = 1e-3


def _same_but_newer(profile: Profile, firmware: FirmwareVersion) -> Profile:
    return replace(profile, firmware=firmware)


Upgraded = Callable[[Profile, FirmwareVersion], Profile]
"""From a plug and another firmware for it to how it behaves then."""

Below = Callable[[int], int]
"""Chance: a number from 0 to below the argument, each as likely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOrder:
    """Somebody wants another firmware installed; without an MD5 any image will do."""

    url: str
    md5: str = ""


class Order(Enum):
    """What a handler wants done after its answer."""

    REBOOT = "start again"
    FACTORY_RESET = "forget the owner and start again"
    UNBIND = "tell the server goodbye, forget the owner and start again"
    CRASH = "hang until the watchdog bites"
    RECONNECT = "connect again, with the servers and the key as they are now"
    ASK_TIME = "ask the server for the time"
    TIME_HEARD = "stop asking for the time"


@dataclass(slots=True, kw_only=True)
class NetworkFacts:
    """What the plug knows of its network in this life."""

    access_point: AccessPoint | None = None
    address: str = ""
    server: str = ""  # the one in use or being tried
    port: int = 0
    is_connected: bool = False  # to the server
    was_connected: bool = False
    is_at_home: bool = False  # connected, and its start-up talk is over
    connected_since_s: float = 0.0
    online_s: float = 0.0  # of earlier connections
    disconnects: int = 0


@dataclass(slots=True, kw_only=True)
class Traffic:
    """What has crossed the network in this life."""

    messages_sent: int = 0
    messages_received: int = 0
    pings_sent: int = 0
    pings_answered: int = 0


@dataclass(slots=True, kw_only=True)
class Device:
    """One plug from the inside.

    Attributes:
        now_s: the world's steady clock, in seconds; set at each update.
        outlet: what is behind the relay.
        meter: the chip that measures it.
        metering: what the firmware has heard of the chip since its start.
        mac: its MAC address, which the console can make another than the uuid's.
        is_in_factory_mode: since its start, or since the console led it there.
        shows_messages: whether messages are shown on the console.
        faults: what is wrong with it.
        is_upgrading: from the order until the new firmware is written, or something went wrong.
        image_order: what was ordered and not begun.
        light_by_hand: what the console makes the light do, until the firmware has something else to show.
        pushes: (namespace, payload) of changes that nobody has been told of yet.
        orders: what handlers want done.
        printed: lines for the console, of other tasks than the shell.
    """

    profile: Profile
    uuid: Uuid
    flash: Flash
    outlet: Outlet
    meter: Hlw8032
    air: Air
    address: str
    below: Below
    now_s: float
    upgraded: Upgraded = _same_but_newer
    mac: Mac = field(init=False)
    is_in_factory_mode: bool = False
    shows_messages: bool = False
    faults: Faults = _FAULTLESS
    is_upgrading: bool = False
    image_order: ImageOrder | None = None
    light_by_hand: Light | None = None
    relays: Relays = field(init=False)
    clock: DeviceClock = field(init=False)
    timers: RuleSlots[TimerEntry, Timer] = field(init=False)
    auto_offs: RuleSlots[TriggerEntry, AutoOff] = field(init=False)
    metering: Metering = field(init=False)
    network: NetworkFacts = field(default_factory=NetworkFacts)
    traffic: Traffic = field(default_factory=Traffic)
    pushes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    _driver_calls: int = 0

    def __post_init__(self) -> None:
        self.mac = self.uuid.mac
        self._learn_identity()
        self.relays = Relays(self.profile, self.flash)
        self.clock = DeviceClock(self.now_s)
        channels = self.profile.relays
        self.timers = timer_slots(self.flash, channels)
        self.auto_offs = auto_off_slots(self.flash, channels)
        self.metering = Metering(self.flash)
        self.power_up()

    def power_up(self) -> None:
        """The mains have come: to the meter's chip, and through the relay to whatever is plugged in."""
        self.outlet.switch(on=self.relay.is_on, now_s=self.now_s)
        self.meter.power_up(self.now_s)

    def go_dark(self) -> None:
        """The firmware ends: what it has metered is saved (assumed)."""
        self.count_energy()
        self.metering.save()

    def boot(self, firmware: FirmwareVersion | None = None) -> None:
        """Begin a new life, with `firmware` if there is another.

        The time is forgotten, the relay goes where the settings say.
        """
        if firmware is not None and firmware != self.profile.firmware:
            self.profile = self.upgraded(self.profile, firmware)
        self._learn_identity()
        self.is_in_factory_mode = self.flash.number(items.FACTORY_MODE) == 1
        self.shows_messages = False
        self.light_by_hand = None
        self._driver_calls = _DRIVER_CALLS_AT_START
        self.clock = DeviceClock(self.now_s)
        self.metering = Metering(self.flash)
        self.network = NetworkFacts()
        self.traffic = Traffic()
        self.pushes.clear()
        self.orders.clear()
        self.printed.clear()
        with self._metered():
            self.relays.restore(self.now_s)
        self.timers.load(self.now_s)
        self.auto_offs.load(self.now_s)

    @property
    def unix_s(self) -> float:
        """Seconds since 1970 by the plug's own clock."""
        return self.clock.read(self.now_s)

    @property
    def uptime_ms(self) -> int:
        """Milliseconds since its start, as its log counts them: the start itself takes the first."""
        return _START_MS + int(self.clock.uptime(self.now_s) * 1000)

    @property
    def key(self) -> Secret:
        """The key of its home; empty before pairing."""
        return Secret(self.flash.read(items.KEY))

    @property
    def is_paired(self) -> bool:
        """Whether it has been given a network: from then on it checks signatures."""
        return self.flash.number(items.STATE) == 1

    @property
    def is_bound(self) -> bool:
        """Whether it has been home once: from then on it never gives up looking."""
        return self.flash.number(items.BIND) == 1

    @property
    def time_rules(self) -> list[TimeRule]:
        """The `timeRule` it was given."""
        return [rule for item in items.TIME_RULES if (rule := _parse_rule(self.flash.read(item)))]

    @property
    def zone(self) -> Zone:
        """Its local time."""
        return Zone(rules=tuple(self.time_rules))

    @property
    def place(self) -> Place:
        """Its zone, and where on earth it is."""
        return Place(
            zone=self.zone,
            latitude=self._degrees(items.LATITUDE, 90),
            longitude=self._degrees(items.LONGITUDE, 180),
        )

    @property
    def offset_s(self) -> int:
        """Local time minus UTC now."""
        return self.zone.offset_s(self.unix_s)

    def hex_id(self) -> str:
        """A new message id."""
        return f"{self.below(1 << 128):032x}"

    def text_id(self) -> str:
        """16 letters and digits, as in a client id and a bind id."""
        return "".join(_LETTERS[self.below(len(_LETTERS))] for _ in range(16))

    def log(self, origin: Origin, message: str) -> None:
        """Print a line of the firmware's log on the console."""
        self.printed.append(origin.render(self.uptime_ms, message))

    def note_sent(self, message: bytes) -> None:
        """A message goes out."""
        self.traffic.messages_sent += 1
        self._dump("send", message)

    def note_received(self, message: bytes) -> None:
        """A message has come in."""
        self.traffic.messages_received += 1
        self._dump("recv", message)

    def call_driver(self, command: int) -> str:
        """Ask the Wi-Fi driver for something; return the line that it prints of it.

        Source: seed (`meross net`, `meross iot dbg`, `meross scan`).
        """
        number = self._driver_calls
        self._driver_calls = (number + 1) % 256
        return f"cmd id {command:#x} -- 0x0 seq {number:#x}"

    @property
    def relay(self) -> Relay:
        """The relay between mains and meter."""
        return self.relays.first

    def switch(self, *, on: bool, channel: int = MASTER, touch: bool = False) -> None:
        """Move a relay; whoever did it, a change is kept and pushed. `touch` renews its date without one.

        A channel without a relay is nobody's: nothing happens.
        """
        if channel not in self.profile.relays:
            return
        with self._metered():
            is_news = self.relays.put(channel, on=on, touch=touch, now_s=self.now_s, unix_s=self.unix_s)
        if is_news:
            self.pushes.append(self.relays.news(channel))

    def plug_in(self, load: Load) -> None:
        """Somebody plugs something else into it."""
        self.count_energy()
        self.outlet.change(load, self.now_s)

    def click(self) -> None:
        """Move the relay to its other side to test it: not kept, and nobody is told (assumed)."""
        with self._metered():
            self.relay.move(on=not self.relay.is_on)

    def measure(self) -> Flow:
        """What the meter shows; nothing before the clock is set.

        Source: protocol notes, 9.3; assumed (that the voltage reads 0, too).
        """
        self.count_energy()
        return self.metering.flow if self.clock.is_set else Flow()

    def count_energy(self) -> None:
        """Count the energy up to now: hear what the meter has sent."""
        zone = self.zone
        for sent in self.meter.read(self.now_s):
            self.metering.hear(sent, self.clock, zone)
        if self.clock.is_set:
            self.metering.open_day(zone.day(self.unix_s), unix_s=self.unix_s)

    def next_count_s(self) -> float:
        """When the meter wants to be heard again: at a full minute of local time, or more often."""
        every_s = _COUNT_EVERY_S[self.meter.pace]
        wait_s = every_s - (self.unix_s + self.offset_s) % every_s
        return self.now_s + (wait_s if wait_s > _SHORTEST_WAIT_S else wait_s + every_s)

    @contextmanager
    def _metered(self) -> Iterator[None]:
        """Look after the meter while the relay may move: what has flowed until now is counted first."""
        self.count_energy()
        was_on = self.relay.is_on
        yield
        if self.relay.is_on != was_on:
            self.outlet.switch(on=self.relay.is_on, now_s=self.now_s)
            self.metering.relay_moved()

    def _degrees(self, item: str, limit: int) -> float:
        """A position from the settings; 0, as where nobody set it, for what is none (assumed)."""
        degrees = self.flash.number(item) / _MICRO
        return degrees if abs(degrees) <= limit else 0.0

    def _dump(self, direction: str, message: bytes) -> None:
        """Show a message on the console, where somebody asked for that. Source: assumed (how it looks)."""
        if self.shows_messages:
            text = message.decode("utf-8", "backslashreplace")
            self.log(MESSAGE, f"{direction}:{''.join(c if c.isprintable() else '.' for c in text)}")

    def _learn_identity(self) -> None:
        """Read from the settings who it is; where they do not say (assumed), it stays who it was."""
        with suppress(UsageError):
            self.uuid = Uuid.parse(self.flash.read(items.FACTORY_UUID))
        with suppress(UsageError):
            self.mac = Mac.parse(self.flash.read(items.FACTORY_MAC))
        self.flash.adopt(
            {
                OwnValue.UUID: self.uuid.text,
                OwnValue.MAC: self.mac.text,
                OwnValue.LOCALE: self.profile.model.sub_type,
                OwnValue.ACCESS_POINT: f"Meross_SW_{self.mac.digits[-4:]}",  # Source: seed; assumed (small)
            }
        )


@lru_cache(maxsize=256)  # they are read each time the meter is heard, and hardly ever change
def _parse_rule(text: str) -> TimeRule | None:
    """Read a rule from the settings store; None if it is empty or damaged."""
    try:
        rule = msgspec.json.decode(text, type=tuple[int, int, int]) if text else None
    except msgspec.MsgspecError:
        return None
    return rule if rule and 0 <= rule[0] <= UNIX_LIMIT and abs(rule[1]) <= DAY_S else None
