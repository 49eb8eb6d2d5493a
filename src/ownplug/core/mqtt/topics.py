"""Topic names and topic filters: what is one, and which filter matches what.

A level is what stands between two `/`; it may be empty. `+` stands for one level, `#` at the end for any
number of them, none included. Neither matches a first level that begins with `$`.
"""

from __future__ import annotations

from ownplug.core.errors import Malformed

MAX_LEVELS = 32
"""Filters with more levels are refused by our server: they cost memory, and with wildcards time for each message.
The standard sets no limit; homes use eight at most."""


def check_topic(name: str) -> None:
    """Let a topic name pass that a PUBLISH or a will may carry.

    Raises:
        Malformed: empty, too long, or it holds a wildcard or U+0000.
    """
    if "+" in name or "#" in name:
        raise Malformed("A topic name must hold no wildcard (MQTT-3.3.2-2).")
    _check_text(name)


def check_filter(topic_filter: str) -> None:
    """Let a topic filter pass that a SUBSCRIBE may carry.

    Raises:
        Malformed: empty, too long, with U+0000, or with a wildcard that does not fill its level.
    """
    _check_text(topic_filter)
    if "+" not in topic_filter and "#" not in topic_filter:
        return
    levels = topic_filter.split("/")
    if any("#" in level for level in levels[:-1]) or ("#" in levels[-1] and levels[-1] != "#"):
        raise Malformed("`#` must be the last level, alone (MQTT-4.7.1-2).")
    if any("+" in level and level != "+" for level in levels):
        raise Malformed("`+` must fill a whole level (MQTT-4.7.1-3).")


def _check_text(text: str) -> None:
    if not text:
        raise Malformed("A topic must have at least one character (MQTT-4.7.3-1).")
    if "\0" in text:
        raise Malformed("A topic must not hold U+0000 (MQTT-4.7.3-2).")
    if len(text) > 0xFFFF or (len(text) > 0x3FFF and len(text.encode()) > 0xFFFF):
        raise Malformed("A topic must not be longer than 65,535 bytes (MQTT-4.7.3-3).")


def is_wild(topic_filter: str) -> bool:
    """Whether a valid filter can match more than one topic."""
    return "+" in topic_filter or topic_filter.endswith("#")


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a subscriber of `topic_filter` asked for messages on `topic`. Both must be valid."""
    if topic_filter == topic:
        return True
    if topic[0] == "$" and topic_filter[0] in "+#":  # MQTT-4.7.2-1
        return False
    wanted = topic_filter.split("/")
    levels = topic.split("/")
    if wanted[-1] == "#":  # MQTT-4.7.1-2: the parent level too
        del wanted[-1]
        if len(levels) < len(wanted):
            return False
    elif len(levels) != len(wanted):
        return False
    return all(want in ("+", level) for want, level in zip(wanted, levels, strict=False))


def covers(granted_filter: str, requested_filter: str) -> bool:
    """Whether `granted_filter` matches every topic that `requested_filter` matches. Both must be valid."""
    if requested_filter[0] == "$" and granted_filter[0] in "+#":  # MQTT-4.7.2-1
        return False
    granted = _without_plus_hash(granted_filter).split("/")
    requested = _without_plus_hash(requested_filter).split("/")
    if granted[-1] == "#":
        del granted[-1]
        if len(requested) < len(granted):
            return False
    elif len(requested) != len(granted):
        return False
    return all(_level_covers(give, want) for give, want in zip(granted, requested, strict=False))


def _level_covers(granted: str, requested: str) -> bool:
    return requested != "#" and granted in ("+", requested)


def _without_plus_hash(topic_filter: str) -> str:
    """`+/#` matches what `#` matches, for every topic has a first level; so with `/` before, as none is empty."""
    return {"+/#": "#", "/+/#": "/#"}.get(topic_filter, topic_filter)
