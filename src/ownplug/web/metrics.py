"""Figures for Prometheus, in its text format.

The library's own registry of the process is not used: each scrape has one of its own, filled from a snapshot, so it
may be rendered in a thread. With thousands of plugs that takes long enough to be felt by the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import cast

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from ownplug import __version__
from ownplug.core.state import Availability, PlugState
from ownplug.hub import Figures

CONTENT_TYPE = CONTENT_TYPE_LATEST

Labelled = tuple[tuple[str, ...], float]  # the values of the labels, and the figure

_PLUG = ("uuid", "name")


class Kind(Enum):
    """What may become of a figure."""

    COUNTER = "counter"  # it grows
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric: what it is called, what it means, and where its samples come from."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    read: Callable[[Figures], Iterable[Labelled]]


def render_metrics(figures: Figures) -> bytes:
    """Write figures as Prometheus reads them; takes long with many plugs, and no loop is needed."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(figures))
    return generate_latest(registry)


class _Snapshot(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Family]:
        """Yield each metric with its samples."""
        for metric in METRICS:
            yield _Family(metric, self._figures)


class _Family(Family):
    """A metric whose samples are made when they are written.

    All at once they are so many objects that Python's garbage collector holds up every thread for a tenth of a second.
    """

    def __init__(self, metric: Metric, figures: Figures) -> None:
        super().__init__(metric.name.removesuffix("_total"), metric.meaning, metric.kind.value)
        self.samples = cast("list[Sample]", _Samples(metric, figures))


class _Samples:
    def __init__(self, metric: Metric, figures: Figures) -> None:
        self._metric = metric
        self._figures = figures

    def __iter__(self) -> Iterator[Sample]:
        name, labels = self._metric.name, self._metric.labels
        for values, figure in self._metric.read(self._figures):
            yield Sample(name, dict(zip(labels, values, strict=True)), figure)


def _of_plugs(read: Callable[[PlugState], float | None]) -> Callable[[Figures], Iterator[Labelled]]:
    """Read one figure of each plug that has it."""

    def samples(figures: Figures) -> Iterator[Labelled]:
        for plug, state in figures.plugs:
            figure = read(state)
            if figure is not None:
                yield (plug.uuid.text, plug.name), figure

    return samples


def _relays(figures: Figures) -> Iterator[Labelled]:
    for plug, state in figures.plugs:
        for relay in state.relays:
            yield (plug.uuid.text, plug.name, str(relay.channel)), float(relay.on)


def _of_meter(read: Callable[[PlugState], float | None]) -> Callable[[Figures], Iterator[Labelled]]:
    """Read one figure of each plug that is there and measures: what an absent one measured last is not what flows."""
    return _of_plugs(lambda state: read(state) if state.availability is Availability.ONLINE else None)


def _energy(figures: Figures) -> Iterator[Labelled]:
    for plug, _ in figures.plugs:
        if plug.uuid in figures.energy_j:
            yield (plug.uuid.text, plug.name), figures.energy_j[plug.uuid]


def _hub(read: Callable[[Figures], float]) -> Callable[[Figures], list[Labelled]]:
    return lambda figures: [((), read(figures))]


def _mqtt(name: str) -> Callable[[Figures], list[Labelled]]:
    return lambda figures: [((), figures.mqtt[name])] if name in figures.mqtt else []


_MQTT: tuple[tuple[str, str, Kind, str], ...] = (
    # as the server calls it, as Prometheus does
    ("connections", "connections", Kind.GAUGE, "Connections now, let in or not."),
    ("clients/connected", "clients_connected", Kind.GAUGE, "Clients that are let in now."),
    (
        "clients/total",
        "clients",
        Kind.GAUGE,
        "Clients that are let in now, and kept sessions of those who are away.",
    ),
    ("subscriptions/count", "subscriptions", Kind.GAUGE, "Topic filters that somebody listens to."),
    ("retained messages/count", "retained_messages", Kind.GAUGE, "Retained messages."),
    ("retained messages/bytes", "retained_bytes", Kind.GAUGE, "What they take."),
    ("logins/accepted", "logins_accepted", Kind.COUNTER, "Clients that were let in."),
    (
        "messages/received",
        "messages_received",
        Kind.COUNTER,
        "Messages that clients had the right to publish.",
    ),
    ("messages/sent", "messages_sent", Kind.COUNTER, "Messages handed on, one for each subscriber."),
    (
        "publish/messages/dropped",
        "messages_dropped",
        Kind.COUNTER,
        "Messages that slow or absent clients lost.",
    ),
    ("bytes/received", "received_bytes", Kind.COUNTER, "Bytes of MQTT, without TLS, that came."),
    ("bytes/sent", "sent_bytes", Kind.COUNTER, "Bytes of MQTT, without TLS, that went."),
)

MQTT_FIGURES = frozenset(figure for figure, *_ in _MQTT)
"""The figures of the MQTT server that have a metric, by the server's names."""

METRICS: tuple[Metric, ...] = (
    Metric(
        name="ownplug_plug_online",
        kind=Kind.GAUGE,
        meaning="Whether the plug can be reached through the hub: 1 or 0.",
        labels=_PLUG,
        read=_of_plugs(lambda state: float(state.availability is Availability.ONLINE)),
    ),
    Metric(
        name="ownplug_plug_relay_on",
        kind=Kind.GAUGE,
        meaning="Whether the relay is on, as the plug told it last: 1 or 0.",
        labels=(*_PLUG, "channel"),
        read=_relays,
    ),
    Metric(
        name="ownplug_plug_power_watts",
        kind=Kind.GAUGE,
        meaning="Power of the last reading; only while the plug is online.",
        labels=_PLUG,
        read=_of_meter(lambda state: state.reading.power_w if state.reading else None),
    ),
    Metric(
        name="ownplug_plug_voltage_volts",
        kind=Kind.GAUGE,
        meaning="Voltage of the last reading; only while the plug is online.",
        labels=_PLUG,
        read=_of_meter(lambda state: state.reading.voltage_v if state.reading else None),
    ),
    Metric(
        name="ownplug_plug_current_amperes",
        kind=Kind.GAUGE,
        meaning="Current of the last reading; only while the plug is online.",
        labels=_PLUG,
        read=_of_meter(lambda state: state.reading.current_a if state.reading else None),
    ),
    Metric(
        name="ownplug_plug_energy_joules_total",
        kind=Kind.COUNTER,
        meaning="Energy that the plug has let through since it came; a watt-hour is 3,600 joules.",
        labels=_PLUG,
        read=_energy,
    ),
    Metric(
        name="ownplug_plug_reading_timestamp_seconds",
        kind=Kind.GAUGE,
        meaning="When the meter was last read, in seconds since 1970.",
        labels=_PLUG,
        read=_of_plugs(lambda state: state.reading.at.timestamp() if state.reading else None),
    ),
    Metric(
        name="ownplug_plug_signal_percent",
        kind=Kind.GAUGE,
        meaning="How well the plug hears its access point, 0 to 100, as it told when it came.",
        labels=_PLUG,
        read=_of_plugs(lambda state: state.signal),
    ),
    Metric(
        name="ownplug_info",
        kind=Kind.GAUGE,
        meaning="Always 1; the version is in the label.",
        labels=("version",),
        read=lambda _: [((__version__,), 1.0)],
    ),
    Metric(
        name="ownplug_uptime_seconds",
        kind=Kind.GAUGE,
        meaning="How long the hub has been running.",
        read=_hub(lambda figures: figures.uptime_s),
    ),
    Metric(
        name="ownplug_plugs",
        kind=Kind.GAUGE,
        meaning="Plugs of the home.",
        read=_hub(lambda figures: len(figures.plugs)),
    ),
    Metric(
        name="ownplug_refusals_total",
        kind=Kind.COUNTER,
        meaning="Attempts of plugs to connect that failed, by step: tls or login.",
        labels=("cause",),
        read=lambda figures: [((cause,), count) for cause, count in figures.refusals.items()],
    ),
    Metric(
        name="ownplug_events_missed_total",
        kind=Kind.COUNTER,
        meaning="Events that listeners lost because they were too slow.",
        read=_hub(lambda figures: figures.events_missed),
    ),
    Metric(
        name="ownplug_database_writes_failed_total",
        kind=Kind.COUNTER,
        meaning="How often something could not be written.",
        read=_hub(lambda figures: figures.database_writes_failed),
    ),
    *(
        Metric(
            name=f"ownplug_mqtt_{name}{'_total' if kind is Kind.COUNTER else ''}",
            kind=kind,
            meaning=meaning,
            read=_mqtt(figure),
        )
        for figure, name, kind, meaning in _MQTT
    ),
)
