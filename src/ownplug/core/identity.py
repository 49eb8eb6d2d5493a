"""Who a plug is: its uuid, its MAC address, its model and its firmware."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ownplug.core.errors import UsageError

_MAC_TEXT = re.compile(r"[0-9a-f]{12}")
_UUID_TEXT = re.compile(r"[0-9a-z]{20}[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, order=True)
class Mac:
    """A MAC address, lower case with colons, as the plug itself writes it.

    Source: capture:mss310r-hw2.0.0-fw2.1.4 (`hardware.macAddress`).
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> Mac:
        """Read a MAC with colons, hyphens, dots or nothing between its digits.

        Raises:
            UsageError: the text is not twelve hexadecimal digits.
        """
        digits = re.sub(r"[:\-.]", "", text.strip().lower())
        if not _MAC_TEXT.fullmatch(digits):
            raise UsageError(f"{text!r} is not a MAC address.", hint="Write it as 34:29:8f:1a:2b:3c.")
        return cls(":".join(digits[i : i + 2] for i in range(0, 12, 2)))

    @property
    def digits(self) -> str:
        """The twelve hexadecimal digits without colons."""
        return self.text.replace(":", "")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, order=True)
class Uuid:
    """The 32 characters that name a plug; the last twelve are its MAC.

    Not always hexadecimal: real MT7682 plugs carry an `h`. Never read it as a number.

    Source: capture:mss310r-hw2.0.0-fw2.1.4.
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> Uuid:
        """Read a uuid.

        Raises:
            UsageError: not 32 letters and digits ending in a MAC.
        """
        lower = text.strip().lower()
        if not _UUID_TEXT.fullmatch(lower):
            raise UsageError(
                f"{text!r} is not a plug's uuid.",
                hint="It has 32 letters and digits, and the last twelve are the MAC address.",
            )
        return cls(lower)

    @property
    def mac(self) -> Mac:
        """The MAC address that the uuid ends in."""
        return Mac.parse(self.text[-12:])

    @property
    def tail(self) -> str:
        """The last four digits, as in the name of the plug's access point."""
        return self.text[-4:]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a plug is made of, as `Appliance.System.Hardware` tells it."""

    type: str  # "mss310"
    sub_type: str = ""  # the market: "us", "un", "eu"
    hardware: str = ""  # "2.0.0"
    chip: str = ""  # "mt7682"


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """What a plug runs, as `Appliance.System.Firmware` tells it."""

    version: str  # "2.1.7"
    compiled: str = ""  # the build date in whatever form this generation uses
