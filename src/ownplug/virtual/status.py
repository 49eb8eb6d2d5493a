"""What can be seen of a virtual plug at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.signals import LifeState
from ownplug.virtual.parts.light import Light


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugStatus:
    """One plug, as somebody sees it who stands before it and can look inside."""

    model: str
    """`model@firmware`."""
    uuid: str
    mac: str
    state: LifeState
    """How far it has come on its way home."""
    light: Light
    relays: Mapping[int, bool]
    """By channel, whether it is on."""
    relay_edges: int
    """How often contacts have really moved."""
    voltage_v: float
    current_a: float
    power_w: float
    """What its meter shows; 0 before its clock is set."""
    unix_s: float
    """Its own clock."""
    clock_is_set: bool
    timezone: str
    server: str
    """`host:port` of the server that it uses or looks for; empty without one."""
    messages: int
    """Exchanged with servers since it was put in."""
    failures: int
    """Connections that failed, or ended without its will, since it was put in."""
    is_upgrading: bool
    """Whether it is installing another firmware."""
    faults: str
    """What is wrong with it, as `--fault` takes it; empty: nothing."""

    @classmethod
    def of(cls, device: Device, *, state: LifeState, light: Light, messages: int, failures: int) -> Self:
        """Look at a plug."""
        flow, network = device.measure(), device.network
        return cls(
            model=device.profile.name,
            uuid=device.uuid.text,
            mac=device.mac.text,
            state=state,
            light=light,
            relays={channel: device.relays.is_on(channel) for channel in device.profile.relays},
            relay_edges=device.relays.edges,
            voltage_v=flow.voltage_v,
            current_a=flow.current_a,
            power_w=flow.power_w,
            unix_s=device.unix_s,
            clock_is_set=device.clock.is_set,
            timezone=device.flash.read(items.TIME_ZONE),
            server=f"{network.server}:{network.port}" if network.server else "",
            messages=messages,
            failures=failures,
            is_upgrading=device.is_upgrading,
            faults=str(device.faults),
        )
