"""Amounts as bars of text, a line each."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH = 30  # columns of the longest bar
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One line.

    Attributes:
        label: stands before it.
        value: energy in watt-hours.
        note: stands behind it.
    """

    label: str
    value: float
    note: str = ""


def draw_bars(bars: Sequence[Bar]) -> list[str]:
    """Draw amounts of energy, to one scale."""
    most = max((bar.value for bar in bars), default=0.0)
    width = max((len(bar.label) for bar in bars), default=0)
    return [
        f"{bar.label:<{width}}  {_bar(bar.value, most):<{_WIDTH}}  {bar.value / 1000:8.3f} kWh  {bar.note}".rstrip()
        for bar in bars
    ]


def _bar(value: float, most: float) -> str:
    share = value / most if most > 0 else 0.0
    if "utf" not in (sys.stdout.encoding or "").lower():
        return "#" * round(share * _WIDTH)
    whole, part = divmod(round(share * _WIDTH * 8), 8)
    return "█" * whole + (_EIGHTHS[part] if part else "")
