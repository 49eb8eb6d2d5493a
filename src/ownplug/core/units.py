"""Between the integers that a plug sends and SI units.

Source: capture:mss310r-hw2.0.0-fw2.1.4 (`Appliance.Control.Electricity`: mA, 0.1 V, mW).
"""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.errors import UsageError

_MICRODEGREES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place on earth, for the sun.

    Attributes:
        latitude: degrees, north positive.
        longitude: degrees, east positive.

    Raises:
        UsageError: there is no such place.
    """

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise UsageError(
                f"{self} is no place on earth.", hint="Write latitude and longitude: 52.52,13.40."
            )

    @classmethod
    def parse(cls, text: str) -> Position:
        """Read `LATITUDE,LONGITUDE` in degrees.

        Raises:
            UsageError: it is something else.
        """
        latitude, comma, longitude = text.partition(",")
        try:
            return cls(latitude=float(latitude), longitude=float(longitude if comma else "none"))
        except ValueError as error:
            raise UsageError(
                f"{text[:80]!r} is no position.", hint="Write latitude and longitude: 52.52,13.40."
            ) from error

    @classmethod
    def from_microdegrees(cls, latitude: int, longitude: int) -> Position:
        """Read it as a plug writes it.

        Raises:
            UsageError: there is no such place.
        """
        return cls(latitude=latitude / _MICRODEGREES, longitude=longitude / _MICRODEGREES)

    @property
    def microdegrees(self) -> tuple[int, int]:
        """Latitude and longitude as the plug writes them. Source: protocol notes, 5.8 (degrees times a million)."""
        return round(self.latitude * _MICRODEGREES), round(self.longitude * _MICRODEGREES)

    def __str__(self) -> str:
        return f"{self.latitude:g},{self.longitude:g}"


def volts(decivolts: int) -> float:
    """Voltage in volts from the plug's tenths of a volt."""
    return decivolts / 10


def amperes(milliamperes: int) -> float:
    """Current in amperes from the plug's milliamperes."""
    return milliamperes / 1000


def watts(milliwatts: int) -> float:
    """Power in watts from the plug's milliwatts."""
    return milliwatts / 1000


def decivolts(voltage_v: float) -> int:
    """Volts as the plug's tenths of a volt."""
    return round(voltage_v * 10)


def milliamperes(current_a: float) -> int:
    """Amperes as the plug's milliamperes."""
    return round(current_a * 1000)


def milliwatts(power_w: float) -> int:
    """Watts as the plug's milliwatts."""
    return round(power_w * 1000)
