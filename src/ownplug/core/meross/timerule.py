"""The `timeRule` of a time zone: how a plug that knows no zones is told about summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

# One rule for each slot `dev.tim.Rule.00` to `19`.
# Source: seed.
MAX_RULES = 20

# No zone has ever gone back on a change within a week (Morocco's pause for Ramadan is the shortest, a month).
_STEP = timedelta(weeks=1)
_AHEAD_STEPS = 52 * 11
_OLDEST = datetime(1901, 1, 1, tzinfo=UTC)

Rule = tuple[int, int, int]


def time_rules(zone: tzinfo, now: datetime, *, count: int = MAX_RULES) -> list[Rule]:
    """Return the changes of `zone` as a plug wants them, the one in force first.

    Each rule is (Unix time from which it holds, offset from UTC in seconds, 1 in summer time). A zone without
    changes ahead gives one rule, dated by its last change in history.

    Args:
        zone: the owner's zone, for example `zoneinfo.ZoneInfo("Europe/Berlin")`.
        now: an aware time; rules cover ten years from it.
        count: how many slots the plug has.

    Source: captures (`meross-protocol.md`, 4.6: `[76190400,10800,0]` for Asia/Qatar).
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
    local = moment.astimezone(zone)
    offset, summer = local.utcoffset(), local.dst()
    return int(offset.total_seconds()) if offset else 0, 1 if summer else 0


def _rule_at(zone: tzinfo, moment: datetime) -> Rule:
    offset_s, summer = _facts(zone, moment)
    return int(moment.timestamp()), offset_s, summer


def _rule_in_force(zone: tzinfo, today: datetime) -> Rule:
    facts, later = _facts(zone, today), today
    while later > _OLDEST:
        earlier = later - _STEP
        if _facts(zone, earlier) != facts:
            return _rule_at(zone, _change_between(zone, earlier, later))
        later = earlier
    return (0, *facts)  # a zone that never changed, such as UTC


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
