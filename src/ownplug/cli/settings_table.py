"""Settings of a plug side by side: as rows for programs, as a table for people; secrets are `***`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ownplug.cli.output import render_table
from ownplug.console import setting_of, setting_value
from ownplug.core.secret import Secret

Row = dict[str, Any]


def compared(key: str, one: Secret | None, other: Secret | None, *, show_secrets: bool) -> Row:
    """One setting with two values; None where there is none."""
    setting = setting_of(key)
    return {
        "setting": key,
        "one": setting_value(setting, one, show_secrets=show_secrets),
        "other": setting_value(setting, other, show_secrets=show_secrets),
        "meaning": setting.meaning if setting else "",
    }


def settings_table(rows: Sequence[Row], one: str, other: str) -> str:
    """Write rows for people; a row may tell a `reason` besides."""
    reasons = ["why it stays"] if any("reason" in row for row in rows) else []
    cells = [
        [row["setting"], _cell(row["one"]), _cell(row["other"]), *([row["reason"]] if reasons else [])]
        for row in rows
    ]
    return render_table(["setting", one, other, *reasons], cells)


def counted(number: int) -> str:
    """How many settings, in words."""
    return f"{number} setting{'' if number == 1 else 's'}"


def _cell(value: str | None) -> str:
    return "(none)" if value is None else value or '""'
