"""How one value is written inside a line, and read back.

Reading may refuse with None. Where a text does not fit the type that is meant (a masked MAC), it stays text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from ownplug.core.errors import UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.secret import Secret
from ownplug.core.shell.words import ResetReason, TaskStatus

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """One kind of value.

    Attributes:
        pattern: what its text looks like; patterns must not make a search take long.
        read: text to value.
        write: value to text.
    """

    pattern: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


_INT = r"(?:0|-?[1-9]\d{0,17})"


def _uuid(text: str) -> Uuid | str:
    return _exact(Uuid.parse, text)


def _mac(text: str) -> Mac | str:
    return _exact(Mac.parse, text)


def _exact(parse: Callable[[str], T], text: str) -> T | str:
    """The value that is written exactly so; else the text."""
    try:
        value = parse(text)
    except UsageError:
        return text
    return value if str(value) == text else text


def _duration(text: str) -> int:
    hours, minutes, seconds = (int(part) for part in text[:-1].replace("h", ":").replace("m", ":").split(":"))
    return (hours * 60 + minutes) * 60 + seconds


def _write_duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}h{minutes % 60}m{rest}s"


def _write_clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def words(meaning: Mapping[str, Any]) -> Codec:
    """One of a few words, each with its value."""
    text_of = {value: word for word, value in meaning.items()}
    return Codec(pattern="|".join(meaning), read=meaning.__getitem__, write=text_of.__getitem__)


def known(kind: type[StrEnum]) -> Codec:
    """One of the words of `kind`, or any other word as text."""
    meaning = {member.value: member for member in kind}
    return Codec(pattern=r"\S*", read=lambda text: meaning.get(text, text))


CODECS: Mapping[str, Codec] = {
    "text": Codec(pattern=".*?", read=str),
    "name": Codec(pattern=r"[\w.]*", read=str),
    "secret": Codec(pattern=".*?", read=Secret, write=Secret.reveal),
    "int": Codec(pattern=_INT, read=int),
    "index": Codec(pattern=r"\d{2}", read=int, write="{:02}".format),
    "decimal": Codec(pattern=r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,18})?", read=Decimal, write="{:f}".format),
    "uuid": Codec(pattern=".*?", read=_uuid),
    "mac": Codec(pattern=".*?", read=_mac),
    "bssid": Codec(pattern=r"\S{17}", read=_mac),
    "duration": Codec(pattern=r"\d{1,9}h\d{1,2}m\d{1,2}s", read=_duration, write=_write_duration),
    "clock": Codec(
        pattern=r"\d\d:\d\d", read=lambda text: int(text[:2]) * 60 + int(text[3:]), write=_write_clock
    ),
    "status": known(TaskStatus),
    "reset": known(ResetReason),
    "yes": words({"YES": True, "NO": False}),
    "ok": words({"ok": True, "error": False}),
}
