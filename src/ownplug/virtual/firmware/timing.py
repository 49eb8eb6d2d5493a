"""How long the firmware waits for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """All waits of a plug, in seconds of its own time."""

    farewell_s: float = 0.2
    """Between an answer that leads to a restart and the restart, so that the answer gets out. Source: assumed."""
    reboot_s: float = 0.5
    """From the end of one life to the first sign of the next. Source: seed (`system up` to `Meross IOT
    running` takes 12 ms); assumed (the rest)."""
    watchdog_s: float = 1.0
    """From a crash to the watchdog's restart. Source: assumed."""
    join_s: float = 0.5
    """To join a Wi-Fi network and get an address. Source: assumed."""
    scan_s: float = 0.5
    """To look for Wi-Fi networks. Real plugs take up to 10 s and more; short, so that nobody has to wait."""
    home_wait_s: float = 45.0
    """How long a plug that was never bound looks for its server before it falls back to pairing.
    Source: assumed (as `bind_wait_s`)."""
    flash_s: float = 2.0
    """To write a new firmware image. Source: assumed."""
    retry_s: float = 3.0
    """Between two attempts to reach a server or a network. Source: assumed."""
    clock_every_s: float = 2.0
    """Between two questions for the time. Source: captures (protocol notes, 4.5)."""
    clock_questions: int = 10
    """Unanswered questions for the time after which a plug that was never bound falls back to pairing.
    Source: assumed for hardware 2 (stated of hardware 1)."""
    bind_every_s: float = 30.0
    """Between two `Control.Bind` SET. Source: captures (protocol notes, 3.3)."""
    bind_wait_s: float = 45.0
    """How long the first bind may stay unacknowledged before a plug falls back to pairing.
    Source: assumed (seen of an MSS305 of hardware 8)."""
    pairing_press_s: float = 5.0
    """How long the button must be held to enter pairing. Source: protocol notes, 3.1."""
