"""What one model with one firmware does differently from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ownplug.core.identity import Firmware, Model
from ownplug.core.meross import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A model with a firmware.

    `evidence` says for each field where it is from: `seed`, `derived`, `capture:<recording>`, `assumed`.
    """

    name: str
    """`model@firmware`."""
    model: Model
    """Of `System.Hardware`."""
    firmware: Firmware
    """Of `System.Firmware`."""
    abilities: Mapping[str, Mapping[str, int]]
    """Namespaces with their parameters, in the plug's order. What is not listed is not answered."""
    mains_v: float
    """Nominal voltage of its market."""
    electricity_has_config: bool
    """Whether a reading carries the calibration."""
    has_ping_trace: bool
    """Whether `System.Debug` ends with `pingTrace`."""
    bind_method: Method
    """PUSH tells the server; SET repeats until it is acknowledged."""
    pushes_meter_config: bool
    """Whether the start-up talk contains `Control.ConsumptionConfig`."""
    bssid_separator: str
    """Between the bytes of a BSSID in `Config.WifiList`."""
    http_request_limit: int
    """Longest body of a request, in bytes; above it the connection is dropped."""
    http_reply_limit: int
    """Longest body of a reply, in bytes; what is above it is cut off."""
    multiple_max_commands: int
    """Commands in one `Control.Multiple` before it drops the connection, whatever `maxCmdNum` says."""
    multiple_max_bytes: int
    """Bytes of the payload of `Control.Multiple` before it does."""
    evidence: Mapping[str, str]
    """Where each of these facts is from."""
