"""What a plug's console told, as the API shows it; what is secret is `***` unless asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ownplug.console import Difference, Left, RestorePlan, Store, setting_of, setting_value
from ownplug.core.secret import Secret
from ownplug.core.shell import LIGHTS, BootReport
from ownplug.web import RestorePlanView, SettingDifference, StartView, StoredSetting


def readable(value: Any) -> Any:
    """Make of anything that JSON can hold what it can hold well: bytes that are no text become U+FFFD."""
    match value:
        case str():
            return value.encode(errors="surrogateescape").decode(errors="replace")
        case dict():
            return {readable(name): readable(inner) for name, inner in value.items()}
        case list():
            return [readable(inner) for inner in value]
        case _:
            return value


def stored_settings(store: Store, *, show_secrets: bool) -> list[StoredSetting]:
    """Make views of all settings, in the order of the plug."""
    return [_stored(key, value, show_secrets=show_secrets) for key, value in store.items()]


def difference_views(found: Iterable[Difference], *, show_secrets: bool) -> list[SettingDifference]:
    """Make views of differences; `one` is the plug."""
    return [_compared(each.key, each.one, each.other, show_secrets=show_secrets) for each in found]


def plan_view(plan: RestorePlan, *, word: str, show_secrets: bool) -> RestorePlanView:
    """Make the view of a plan, which needs `word` to be done."""
    return RestorePlanView(
        resets=list(plan.resets),
        changes=[_compared(each.key, each.old, each.new, show_secrets=show_secrets) for each in plan.changes],
        left=[
            _compared(each.key, each.old, each.new, left=each, show_secrets=show_secrets)
            for each in plan.left
        ],
        is_whole=not plan.impossible,
        word=word,
    )


def start_view(at: datetime, told: BootReport) -> StartView:
    """Make the view of a start that was over at `at`."""
    return StartView(at=at, **_start(told))


def start_document(told: BootReport | None) -> dict[str, Any] | None:
    """Make JSON of a start, for the result of a job."""
    return None if told is None else _start(told)


def _start(told: BootReport) -> dict[str, Any]:
    found: dict[str, Any] = readable(
        {
            "phases": [phase.value for phase in told.phases],
            "reset_reason": None if told.reset_reason is None else str(told.reset_reason),
            "platform": told.platform,
            "mac": None if told.mac is None else str(told.mac),
            "own_network": None if told.port is None else told.access_point is not None,
            "timers": told.timers,
            "auto_offs": told.autooffs,
            "stage": told.stage.value if told.stage else None,
            "light": LIGHTS[told.stage] if told.stage else None,
            "logs": told.logs,
            "damaged": told.damaged,
            "unexplained": list(told.unexplained),
        }
    )
    return found


def _stored(key: str, value: Secret, *, show_secrets: bool) -> StoredSetting:
    setting = setting_of(key)
    return StoredSetting(
        key=readable(key),
        value=readable(setting_value(setting, value, show_secrets=show_secrets)),
        meaning=setting.meaning if setting else "",
        is_secret=setting is None or setting.secret,
    )


def _compared(
    key: str, plug: Secret | None, file: Secret | None, *, show_secrets: bool, left: Left | None = None
) -> SettingDifference:
    setting = setting_of(key)
    return SettingDifference(
        key=readable(key),
        plug=readable(setting_value(setting, plug, show_secrets=show_secrets)),
        file=readable(setting_value(setting, file, show_secrets=show_secrets)),
        meaning=setting.meaning if setting else "",
        why_left=left.why.value if left else "",
        loses=left.loses if left else "",
    )
