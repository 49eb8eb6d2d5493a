"""What a plug is and how it is: everything that it tells of itself.

Source: capture:mss310r-hw2.0.0-fw2.1.4, capture:mss210-hw1-fw1.1.12, capture:em06-fw2.3.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ownplug.core.identity import Firmware, Model
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.facts import firmware_of, model_of, moment_of, relay_state_of
from ownplug.core.meross.payloads import All, AllPayload, FirmwareInfo, RuntimePayload
from ownplug.core.state import RelayState
from ownplug.plug.abilities import Abilities
from ownplug.plug.link import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugInfo:
    """A plug in its own words."""

    uuid: str
    mac: str
    model: Model
    firmware: Firmware
    abilities: frozenset[str]
    relays: tuple[RelayState, ...]
    address: str  # its IP address on the home's network
    server: str  # HOST:PORT of the MQTT server that it uses; empty: none
    clock: datetime | None  # what time the plug believes it is; None: it does not know
    timezone: str  # empty: it was never told one, and its days are UTC days


class About:
    """What one plug tells of itself."""

    def __init__(self, link: Link, abilities: Abilities) -> None:
        self._link = link
        self._abilities = abilities

    async def read(self) -> PlugInfo:
        """Ask the plug what it is and how it is."""
        reply = await self._link.request(Method.GET, ns.SYSTEM_ALL, {})
        return _info_of(reply.read(AllPayload).all, await self._abilities.all())

    async def signal(self) -> int:
        """Ask how well the plug hears its access point: 0 to 100."""
        reply = await self._link.request(Method.GET, ns.SYSTEM_RUNTIME, {})
        return reply.read(RuntimePayload).runtime.signal


def _info_of(told: All, abilities: frozenset[str]) -> PlugInfo:
    hardware, firmware, time = told.system.hardware, told.system.firmware, told.system.time
    return PlugInfo(
        uuid=hardware.uuid,
        mac=hardware.mac_address,
        model=model_of(hardware),
        firmware=firmware_of(firmware),
        abilities=abilities,
        relays=tuple(relay_state_of(relay) for relay in told.relays),
        address=firmware.inner_ip,
        server=_server_of(firmware),
        clock=moment_of(time.timestamp) if time else None,
        timezone=time.zone if time else "",
    )


def _server_of(firmware: FirmwareInfo) -> str:
    if not firmware.server:
        return ""
    return f"{firmware.server}:{firmware.port}" if firmware.port else firmware.server
