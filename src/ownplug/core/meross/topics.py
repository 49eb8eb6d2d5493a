"""The MQTT topics of plugs and apps.

Source: captures of real devices (protocol notes, 4.1 to 4.4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_DEVICE = re.compile(r"/appliance/([0-9a-z]{32})/(subscribe|publish)")

DEVICE_OUTBOXES = "/appliance/+/publish"


class Box(Enum):
    """The two topics that belong to a plug, seen from the plug."""

    INBOX = "subscribe"
    OUTBOX = "publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTopic:
    """A topic that belongs to one plug."""

    uuid: str
    box: Box


def device_inbox(uuid: str) -> str:
    """Where a plug listens."""
    return f"/appliance/{uuid}/subscribe"


def device_outbox(uuid: str) -> str:
    """Where a plug speaks when nobody in particular asked."""
    return f"/appliance/{uuid}/publish"


def parse_device_topic(topic: str) -> DeviceTopic | None:
    """Whose topic this is, or None if it belongs to no plug."""
    found = _DEVICE.fullmatch(topic)
    return DeviceTopic(uuid=found[1], box=Box(found[2])) if found else None


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
