"""What can be counted and measured of a hub at one moment: a snapshot that may be read in another thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.core.state import PlugState


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A hub at that moment.

    Attributes:
        uptime_s: seconds since it started.
        plugs: those of the home, each with what is known about it, in the order in which they came.
        refusals: attempts to connect that failed since the start, by step.
        events_missed: events that listeners lost because they were too slow.
        database_writes_failed: how often something could not be written.
        energy_j: joules that plugs have used since they came, of those that have a meter.
        mqtt: counters and gauges of the MQTT server by their names in `$SYS`; empty without one.
    """

    uptime_s: float
    plugs: tuple[tuple[PlugRecord, PlugState], ...]
    refusals: Mapping[str, int]
    events_missed: int
    database_writes_failed: int
    mqtt: Mapping[str, int]
    energy_j: Mapping[Uuid, int] = field(default_factory=dict)
