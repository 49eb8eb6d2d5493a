"""What the owner wants of a plug, as decisions: what may be switched, when a limit is broken, whether a plug restarted.

Pure: messages, readings and moments in, verdicts out. `ownplug.hub.keeper` acts on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ownplug.core.errors import UsageError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.records import AfterPowerLoss, PlugRecord, PowerLimit, Safeguards
from ownplug.core.state import Reading

_MOST_W = 10_000.0  # more than any plug lets through
_LONGEST_S = 3600.0

_ON, _OFF = frozenset({True}), frozenset({False})
_NEITHER: frozenset[bool] = frozenset()
_BOTH = _ON | _OFF

# How much less than expected a plug may say without having restarted: an answer takes a while, and clocks run unevenly.
_SLACK_S = 10.0
_DRIFT = 0.001


def check_safeguards(wanted: Safeguards) -> None:
    """Accept safeguards that can all hold at once.

    Raises:
        UsageError: they cannot, or a limit is out of bounds.
    """
    limit = wanted.limit
    if limit is not None and not (0 < limit.power_w <= _MOST_W and 0 <= limit.for_s <= _LONGEST_S):
        raise UsageError(
            f"A limit is between 0 and {_MOST_W:g} watts, for at most {_LONGEST_S:g} seconds.",
            hint="For example 2000 W for 10 seconds.",
        )
    if wanted.never_off and (limit is not None or wanted.after_power_loss is AfterPowerLoss.OFF):
        raise UsageError(
            "A plug that is never switched off can have no limit, and cannot be off after a power loss.",
            hint="Choose one of them.",
        )


def refusal(plug: PlugRecord, sides: frozenset[bool]) -> str:
    """Say why a plug may not be switched to these sides; empty if it may."""
    if False in sides and plug.safeguards.never_off:
        return f"{plug.name} is locked: nothing may switch it off"
    if True in sides and plug.trip is not None:
        return f"{plug.name} was switched off by its limit, at {plug.trip.power_w:.0f} W, and is not allowed again yet"
    return ""


def sides_of(method: str, namespace: str, payload: Mapping[str, Any]) -> frozenset[bool]:
    """Return to which sides a message to a plug would switch a relay, now or by a rule that the plug keeps.

    What cannot be read there might do either.
    """
    reader = _READERS.get(namespace)
    if reader is None or method in {Method.GET, Method.DELETE}:
        return _NEITHER
    name, sides = reader
    return _NEITHER.union(*map(sides, _listed(payload.get(name))))


class LimitWatch:
    """Since when one plug has been above its limit."""

    def __init__(self) -> None:
        self._above_since: datetime | None = None

    def is_broken(self, limit: PowerLimit, reading: Reading | None) -> bool:
        """Take one more reading (None: the relay was switched), and say whether the limit is broken with it."""
        if reading is None or reading.power_w <= limit.power_w:
            self._above_since = None
            return False
        self._above_since = self._above_since or reading.at
        return (reading.at - self._above_since).total_seconds() >= limit.for_s


def has_restarted(uptime_s: float, *, expected_s: float) -> bool:
    """Whether a plug that has been up for `uptime_s` has restarted since it would have been up for `expected_s` now.

    Never by the time of the day: that jumps when this machine's clock is set, and no plug shall be switched for it.
    """
    return uptime_s + _SLACK_S + expected_s * _DRIFT < expected_s


def _listed(value: object) -> list[object]:
    if value is None or value in ([], {}):
        return []
    return value if isinstance(value, list) else [value]


def _relay_sides(relay: object) -> frozenset[bool]:
    if not isinstance(relay, Mapping):
        return _BOTH
    # Other values than 0 and 1 are said to lock the first generation's relay: they might do either.
    return _SIDES.get(str(relay["onoff"]), _BOTH) if "onoff" in relay else _NEITHER


def _timer_sides(timer: object) -> frozenset[bool]:
    if not isinstance(timer, Mapping):
        return _BOTH
    extend = timer.get("extend", {})
    return _relay_sides(extend.get("toggle", {})) if isinstance(extend, Mapping) else _BOTH


def _auto_off_sides(_: object) -> frozenset[bool]:
    return _OFF


def _part_sides(part: object) -> frozenset[bool]:
    """Of one message within `Control.Multiple`; plugs do not nest those, and nobody else needs to."""
    if not isinstance(part, Mapping):
        return _BOTH
    header, payload = part.get("header"), part.get("payload")
    if not isinstance(header, Mapping) or not isinstance(payload, Mapping):
        return _BOTH
    namespace = str(header.get("namespace"))
    return (
        _BOTH if namespace == ns.CONTROL_MULTIPLE else sides_of(str(header.get("method")), namespace, payload)
    )


_SIDES = {"0": _OFF, "1": _ON}
_READERS: dict[str, tuple[str, Callable[[object], frozenset[bool]]]] = {
    ns.CONTROL_TOGGLE: ("toggle", _relay_sides),
    ns.CONTROL_TOGGLE_X: ("togglex", _relay_sides),
    ns.CONTROL_TIMER: ("timer", _timer_sides),
    ns.CONTROL_TIMER_X: ("timerx", _timer_sides),
    ns.CONTROL_TRIGGER: ("trigger", _auto_off_sides),
    ns.CONTROL_TRIGGER_X: ("triggerx", _auto_off_sides),
    ns.CONTROL_MULTIPLE: ("multiple", _part_sides),
}
