"""The `timeRule` of a time zone: how a plug that knows no zones is told about summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from ownplug.core.schedule import TimeRule

# One rule for each slot `dev.tim.Rule.00` to `19`.
# Source: seed.
MAX_RULES = 20

# Below the shortest time between two changes of a zone: a week, in Gaza in October 2040.
_STEP = timedelta(days=3)
_YEAR_STEPS = 366 // 3
_AHEAD_STEPS = 11 * _YEAR_STEPS
_OLDEST = datetime(1901, 1, 1, tzinfo=UTC)


def time_rules(zone: tzinfo, now: datetime, *, count: int = MAX_RULES) -> list[TimeRule]:
    """Return the changes of `zone` as a plug wants them, the one in force first.

    Each rule is (Unix time from which it holds, offset from UTC in seconds, 1 in summer time). A zone without
    changes ahead gives one rule, dated by its last change in history. Summer time is the time that is ahead,
    also in Ireland and Morocco, whose laws call it the normal one; the offset is what a plug counts with.

    Args:
        zone: the owner's zone, for example `zoneinfo.ZoneInfo("Europe/Berlin")`.
        now: an aware time; rules cover ten years from it.
        count: how many slots the plug has.

    Source: captures (protocol notes, 4.6: `[76190400,10800,0]` for Asia/Qatar).
    """
    today = now.astimezone(UTC)
    rules = [_rule_in_force(zone, today)]
    earlier = today
    for _ in range(_AHEAD_STEPS):
        if len(rules) == count:
            break
        later = earlier + _STEP
        if _facts(zone, later) != _facts(zone, earlier):
            rules.append(_rule_at(zone, _change_between(zone, earlier, later)))
        earlier = later
    return rules


def _facts(zone: tzinfo, moment: datetime) -> tuple[int, int]:
    """Offset and daylight saving in seconds; the second is negative where winter time is the exception."""
    local = moment.astimezone(zone)
    offset, saving = local.utcoffset(), local.dst()
    return int(offset.total_seconds()) if offset else 0, int(saving.total_seconds()) if saving else 0


def _rule_at(zone: tzinfo, moment: datetime) -> TimeRule:
    offset_s, saving_s = _facts(zone, moment)
    return int(moment.timestamp()), offset_s, int(saving_s > 0 or _is_ahead_till_pause(zone, moment))


def _is_ahead_till_pause(zone: tzinfo, moment: datetime) -> bool:
    """Whether this is the normal time of a zone that will put its clocks back as an exception.

    Ireland's winter and Morocco's Ramadan are such exceptions by law; plugs, and the programs they were made
    for, know summer time only as the time that is ahead.
    """
    if _facts(zone, moment)[1] != 0:
        return False
    return any(_facts(zone, moment + step * _STEP)[1] < 0 for step in range(1, _YEAR_STEPS))


def _rule_in_force(zone: tzinfo, today: datetime) -> TimeRule:
    facts, later = _facts(zone, today), today
    while later > _OLDEST:
        earlier = later - _STEP
        if _facts(zone, earlier) != facts:
            return _rule_at(zone, _change_between(zone, earlier, later))
        later = earlier
    return 0, facts[0], 0  # a zone that never changed, such as UTC


def _change_between(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """Find the second at which the zone changes, by halving."""
    old = _facts(zone, before)
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _facts(zone, datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
