"""`$SYS`: what the server tells of itself, to those whose rights name it.

The names are those of mosquitto where it has the same figure, so that programs which know them find them. Figures
are made when somebody asks for them or listens, at each interval; nothing is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version

PREFIX = "$SYS/broker/"

MINUTES = (1, 5, 15)
"""Over how long the load is averaged."""


@dataclass(slots=True)
class Traffic:
    """What has passed since the start; counted where it passes."""

    received: int = 0  # messages that clients had the right to publish
    sent: int = 0  # messages handed on, one for each subscriber, the hub included
    dropped: int = 0  # messages that slow or absent clients have lost
    bytes_received: int = 0  # of MQTT, without TLS
    bytes_sent: int = 0
    accepted: int = 0  # clients that were let in


@dataclass(slots=True)
class Load:
    """Averages by the minute of one counter, each falling off by its own time."""

    rates: dict[int, float] = field(default_factory=lambda: dict.fromkeys(MINUTES, 0.0))
    _last: int = 0

    def update(self, total: int, passed_s: float) -> None:
        """Take in what the counter says, so many seconds after the last time."""
        if passed_s <= 0:
            return
        rate, self._last = (total - self._last) * 60 / passed_s, total
        for minutes, old in self.rates.items():
            weight = math.exp(-passed_s / (60 * minutes))
            self.rates[minutes] = rate + (old - rate) * weight


class SystemTopics:
    """The figures of one server.

    Args:
        traffic: the counters.
        gauges: what else there is, by name: read at the moment of asking.
    """

    def __init__(self, traffic: Traffic, gauges: dict[str, Callable[[], int]]) -> None:
        self._traffic = traffic
        self._gauges = gauges
        self._version = f"ownplug {version('ownplug')}"
        self._load = {"messages/received": Load(), "messages/sent": Load(), "connections": Load()}

    def update(self, passed_s: float) -> None:
        """Bring the averages up to date."""
        traffic = self._traffic
        self._load["messages/received"].update(traffic.received, passed_s)
        self._load["messages/sent"].update(traffic.sent, passed_s)
        self._load["connections"].update(traffic.accepted, passed_s)

    def figures(self) -> dict[str, int]:
        """Every counter and gauge, by its name below `$SYS/broker/`."""
        traffic = self._traffic
        return {
            "messages/received": traffic.received,
            "messages/sent": traffic.sent,
            "publish/messages/dropped": traffic.dropped,
            "bytes/received": traffic.bytes_received,
            "bytes/sent": traffic.bytes_sent,
            **{name: read() for name, read in self._gauges.items()},
        }

    def values(self, uptime_s: float) -> dict[str, bytes]:
        """Every topic and its text."""
        texts = {
            "version": self._version,
            "uptime": f"{uptime_s:.0f} seconds",
            **{name: str(figure) for name, figure in self.figures().items()},
        }
        for name, load in self._load.items():
            texts |= {f"load/{name}/{minutes}min": f"{rate:.2f}" for minutes, rate in load.rates.items()}
        return {PREFIX + name: text.encode() for name, text in texts.items()}
