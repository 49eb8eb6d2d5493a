"""Between the integers that a plug sends and SI units.

Source: capture:mss310r-hw2.0.0-fw2.1.4 (`Appliance.Control.Electricity`: mA, 0.1 V, mW).
"""

from __future__ import annotations


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
