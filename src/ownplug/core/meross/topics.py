"""The MQTT topics of plugs and apps.

Source: captures of real devices (protocol notes, 4.1 to 4.4).
"""

from __future__ import annotations

import re

_UUID = re.compile(r"[0-9a-z]{32}")
_BEFORE, _INBOX_END, _OUTBOX_END = "/appliance/", "/subscribe", "/publish"

DEVICE_OUTBOXES = "/appliance/+/publish"


def device_inbox(uuid: str) -> str:
    """Where a plug listens."""
    return f"/appliance/{uuid}/subscribe"


def device_outbox(uuid: str) -> str:
    """Where a plug speaks when nobody in particular asked."""
    return f"/appliance/{uuid}/publish"


def inbox_owner(topic: str) -> str | None:
    """The uuid of the plug that listens at `topic`, or None if no plug does."""
    return _owner(topic, _INBOX_END)


def outbox_owner(topic: str) -> str | None:
    """The uuid of the plug that speaks at `topic`, or None if no plug does."""
    return _owner(topic, _OUTBOX_END)


def _owner(topic: str, end: str) -> str | None:
    # No pattern for the whole: every message on the server is asked, and most end otherwise.
    if not (topic.endswith(end) and topic.startswith(_BEFORE)):
        return None
    uuid = topic[len(_BEFORE) : -len(end)]
    return uuid if _UUID.fullmatch(uuid) else None


def app_inbox(user_id: str) -> str:
    """Where all apps of a home hear what its plugs push."""
    return f"/app/{user_id}/subscribe"


def app_reply_inbox(user_id: str, app_id: str) -> str:
    """Where one app hears the replies to its own requests."""
    return f"/app/{user_id}-{app_id}/subscribe"


def is_app_topic_of(topic: str, user_id: str) -> bool:
    """Whether a topic or filter stays inside `/app/<user_id>…` of that one home."""
    levels = topic.split("/")
    return (
        len(levels) >= 3
        and levels[:2] == ["", "app"]
        and (levels[2] == user_id or levels[2].startswith(f"{user_id}-"))
    )
