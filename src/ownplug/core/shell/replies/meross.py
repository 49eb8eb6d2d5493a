"""Replies of `meross …`: what the plug is and how it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ownplug.core.identity import Mac, Uuid
from ownplug.core.shell.layout import Reply
from ownplug.core.shell.words import TaskStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware(Reply):
    """`meross hw`. Source: seed."""

    model: str | None
    locale: str | None
    """The market. The plug writes `local`."""
    version: str | None
    chip: str | None
    uuid: Uuid | str | None
    mac: Mac | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareInfo(Reply):
    """`meross fw`. Source: seed."""

    version: str | None
    built: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network(Reply):
    """`meross net`. Source: seed."""

    address: str | None
    """Empty without a network."""
    router_mac: Mac | str | None
    """The plug's own without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task."""

    name: str | None
    status: TaskStatus | str | None
    priority: int | None
    stack: int | None
    """Words of the stack that were never used. Source: assumed (FreeRTOS)."""
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks(Reply):
    """`meross task`. Source: seed."""

    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(Reply):
    """`meross mem`: the heap, in bytes. Source: seed."""

    total_bytes: int | None
    free_bytes: int | None
    low_bytes: int | None
    """The least that was ever free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeInfo(Reply):
    """`meross time`. Source: seed."""

    local_time: str | None
    """As C writes it: `Thu Jan  1 00:08:57 1970`."""
    offset_s: int | None
    """Local time minus UTC. Source: assumed (the unit)."""
    unix_s: int | None
    uptime_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun(Reply):
    """`meross sun`. Source: seed."""

    latitude: Decimal | None
    longitude: Decimal | None
    offset_s: int | None
    """Local time minus UTC; the plug shows it as a fraction of hours, `0/3600.0`."""
    sunrise_min: int | None
    """Minute of the local day."""
    sunset_min: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Reply):
    """`meross e2p uuid` or `mac`: one of the two, read or written. Source: assumed (the page shows only the usage)."""

    uuid: Uuid | str | None = None
    mac: Mac | str | None = None
    written: bool | None = None
    """After a write: whether it worked. None after a read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPoint:
    """One network in the air."""

    channel: int | None
    ssid: str | None
    bssid: Mac | str | None
    auth: int | None
    """As in the setting `AuthMode`: 0 open, 4 WPA-PSK, 7 WPA2-PSK, 9 both. Source: assumed (the development kit)."""
    cipher: int | None
    """As in the setting `EncrypType`: 1 none, 4 TKIP, 6 AES, 8 both. Source: assumed (the development kit)."""
    rssi_dbm: int | None
    wps: int | None
    cm: int | None
    dpid: int | None
    sr: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Reply):
    """`meross scan`; the prompt comes after `Scan Done!`. Source: seed."""

    access_points: tuple[AccessPoint, ...]
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched(Reply):
    """`meross switch`: silent when it worked. Source: assumed (the page does not show it)."""

    refusal: str | None = None
    """Why not: `uuid`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash(Reply):
    """`meross crash`, before the plug is gone. Source: seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactoryMode(Reply):
    """`meross fac`, also after a change. Source: seed (NO), assumed (YES, and that a change shows it)."""

    on: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryDay:
    """The energy of one day. Source: assumed (the page shows `no data`)."""

    index: int | None
    day: str | None
    """2018-11-08."""
    energy_wh: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTime:
    """One of the times of day at which the plug reports its energy. Source: seed; assumed (the meaning)."""

    index: int | None
    minute: int | None
    """Of the local day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power(Reply):
    """`meross power`. Source: seed (the lines), assumed (units, as in the plug's messages)."""

    energy_current: int | None
    energy_last: int | None
    energy_now: int | None
    power_mw: int | None
    voltage_dv: int | None
    voltage_ratio: int | None
    current_ma: int | None
    current_ratio: int | None
    pulse_unit: int | None
    max_current_ma: int | None
    report_status: str | None
    """`todo` on the page."""
    report_times: tuple[ReportTime, ...]
    history: tuple[HistoryDay, ...]
