"""A time zone as a plug knows it: from which moment on which offset holds, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

TimeRule = tuple[int, int, int]
"""Unix time from which it holds, offset from UTC in seconds, 1 in summer time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S = 86_400
_ALWAYS, _NEVER = -(2**62), 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """The `timeRule` of a plug; without rules its time is UTC."""

    rules: tuple[TimeRule, ...] = ()

    def offset_s(self, unix_s: float) -> int:
        """Local time minus UTC; before the first rule begins, already the first rule's.

        Source: captures (protocol notes, 4.6: the first rule is the one in force when the list was written).
        """
        if not self.rules:
            return 0
        begun = [rule for rule in self.rules if rule[0] <= unix_s]
        return max(begun)[1] if begun else min(self.rules)[1]

    def local(self, unix_s: float) -> datetime:
        """What the plug's clock shows, to the second, as if it were UTC."""
        return _EPOCH + timedelta(seconds=int(unix_s // 1) + self.offset_s(unix_s))

    def day(self, unix_s: float) -> date:
        """The plug's own day."""
        return self.local(unix_s).date()

    def minute(self, unix_s: float) -> int:
        """The minute of the plug's own day."""
        local = self.local(unix_s)
        return local.hour * 60 + local.minute

    def moment(self, day: date, minute: int) -> int:
        """When the clock first shows `minute` of `day`; if it is set forward past it, the moment at which it is."""
        shown_s = (day - _EPOCH.date()).days * _DAY_S + minute * 60
        rules = sorted(self.rules) or [(_ALWAYS, 0, 0)]
        spans = [(_ALWAYS, rules[0][1]), *((rule[0], rule[1]) for rule in rules[1:]), (_NEVER, 0)]
        for (start, offset_s), (end, _) in pairwise(spans):
            if shown_s - offset_s < end:
                return max(shown_s - offset_s, start)
        return _NEVER
