"""A plug's name as one level of a topic."""

from __future__ import annotations

import re
import unicodedata

from ownplug.core.identity import Uuid

_LONGEST = 60  # characters
_DIGITS = 6
# What separates levels, what stands for others, and what no topic may hold.
_FORBIDDEN = re.compile(r"[/+#\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def topic_level(name: str, uuid: Uuid) -> str:
    """Return the level for a plug: its name, if that can be one.

    Else what cannot stand there becomes `_`, and the last digits of the uuid come behind: so two names that end up the
    same stay apart, and a plug keeps its topic whatever others are called.
    """
    safe = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip()[:_LONGEST]
    if safe.startswith("$"):
        safe = f"_{safe[1:]}"
    return safe if safe and safe == name else f"{safe or 'plug'}-{uuid.text[-_DIGITS:]}"
