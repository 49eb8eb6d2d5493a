"""How long energy is remembered, and how finely."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.errors import UsageError

_LONGEST = 3_650


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergySettings:
    """Settings of the energy ledger; the file's section `[energy]`. Hours and days are kept for ever."""

    sample_days: int = 7
    """How many days each sample is kept: power, voltage, current and relay, as the plug told them."""

    minute_days: int = 90
    """How many days the energy of each minute is kept."""

    def __post_init__(self) -> None:
        for name in ("sample_days", "minute_days"):
            if not 1 <= getattr(self, name) <= _LONGEST:
                raise UsageError(f"energy.{name} is between 1 and {_LONGEST:,} days.")
