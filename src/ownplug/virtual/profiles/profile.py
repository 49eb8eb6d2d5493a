"""What one model with one firmware does differently from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ownplug.core.identity import Firmware, Model
from ownplug.core.meross import Method


class DayOrder(StrEnum):
    """In which order `ConsumptionX` lists the days."""

    SLOTS = "slots"  # by day of the month, the 31st first
    RING = "ring"  # as they were written, from anywhere on


class RelayReply(StrEnum):
    """How `ToggleX` answers whoever asks for no channel, or for an empty list of them."""

    OBJECT = "object"
    LIST = "list"


class DebugStyle(StrEnum):
    """Which `System.Debug` it tells."""

    FIRST = "first"  # of the first generation
    SECOND = "second"  # of the teardown page's
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A model with a firmware.

    `evidence` says for each field where it is from: `seed`, `derived`, `capture:<recording>`, `assumed`, `protocol
    notes <section>`.
    """

    name: str
    """`model@firmware`."""
    about: str
    """What it is, for people."""
    model: Model
    """Of `System.Hardware`."""
    firmware: Firmware
    """Of `System.Firmware`."""
    abilities: Mapping[str, Mapping[str, int]]
    """Namespaces with their parameters, in the plug's order. What is not listed is not answered."""
    mains_v: float
    """Nominal voltage of its market."""
    relays: tuple[int, ...]
    """Channels that switch. Of several, channel 0 is the master and switches all."""
    clamps: tuple[int, ...]
    """Channels that only measure, of a meter without relays; what is plugged in is at the first."""
    electricity_has_config: bool
    """Whether a reading carries the calibration."""
    firmware_has_encrypt: bool
    """Whether `System.Firmware` has `encrypt`; it says nothing of how bodies are sent."""
    online_has_bind_id: bool
    """Whether `System.Online` has `bindId` and `who`."""
    debug: DebugStyle
    """Which `System.Debug` it tells."""
    has_ping_trace: bool
    """Whether `System.Debug` ends with `pingTrace`."""
    relay_reply: RelayReply
    """How `ToggleX` answers."""
    day_order: DayOrder
    """How `ConsumptionX` lists the days."""
    asks_ntp: bool
    """Whether it wants the time from a server of the internet before it looks for its own server."""
    bind_method: Method
    """PUSH tells the server; SET repeats until it is acknowledged."""
    pushes_meter_config: bool
    """Whether the start-up talk contains `Control.ConsumptionConfig`."""
    bssid_separator: str
    """Between the bytes of a BSSID in `Config.WifiList`."""
    http_request_limit: int
    """Longest body of a request, in bytes; above it the connection is dropped."""
    http_reply_limit: int
    """Longest body of a reply, in bytes; what is above it is cut off."""
    multiple_max_commands: int
    """Commands in one `Control.Multiple` before it drops the connection, whatever `maxCmdNum` says."""
    multiple_max_bytes: int
    """Bytes of the payload of `Control.Multiple` before it does."""
    evidence: Mapping[str, str]
    """Where each of these facts is from."""

    @property
    def inferred(self) -> tuple[str, ...]:
        """The facts that nobody has seen."""
        return tuple(fact for fact, source in self.evidence.items() if source.startswith("assumed"))
