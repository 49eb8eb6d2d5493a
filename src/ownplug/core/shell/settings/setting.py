"""What one item of the plug's settings store is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SettingKind(StrEnum):
    """What the text of a value stands for."""

    NUMBER = "number"
    FLAG = "flag"  # 0 or 1
    TEXT = "text"
    MAC = "mac"
    ADDRESS = "address"  # IPv4
    NUMBERS = "numbers"  # separated by commas
    CHANNELS = "channels"  # runs of `first,count,flags`, each ended by a bar
    MOMENT = "moment"  # seconds since 1970
    RECORD = "record"  # what the firmware alone writes and reads


class OwnValue(StrEnum):
    """What stands in place of a default where each plug has a value of its own."""

    MAC = "mac"
    UUID = "uuid"
    ACCESS_POINT = "access point"  # `Meross_SW_` and the last four digits of the MAC
    LOCALE = "locale"  # the market: us, un, eu


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One item, as `config show` lists it."""

    group: str
    name: str
    default: str = ""
    """The value on the page; empty where `own` says what stands there."""
    kind: SettingKind = SettingKind.NUMBER
    own: OwnValue | None = None
    """A value that differs from plug to plug; the page masks it."""
    secret: bool = False
    meaning: str = ""
    """One sentence; empty where nobody knows."""
    source: str = ""
    """Of the meaning: seed, derived, assumed, or the chip maker's development kit (sdk)."""

    @property
    def key(self) -> str:
        """Group and name as one word: `meross:dev.cfg.Key`."""
        return f"{self.group}:{self.name}"
