"""`meross iot dbg`: JSON over many lines, into which anything may be printed.

The same as `Appliance.System.Debug`. Source: seed; capture (protocol notes, 5.8, for a paired plug).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ownplug.core.shell.layout import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Debug(Reply):
    """What a developer wants to see, by the plug's own names, in the plug's order.

    A key that the page does not have is kept like any other.
    """

    parts: Mapping[str, Mapping[str, Any]]
    """`system`, `network`, `cloud`; in each, key and value."""
    lost: tuple[str, ...] = field(default=())
    """Keys that something was printed over, as `cloud.sysOnlineTime`."""


def parse_debug(lines: Sequence[str]) -> Debug:
    """Read the lines, around whatever was printed over them."""
    raise NotImplementedError


def render_debug(reply: Debug) -> list[str]:
    """The lines as the plug prints them: a blank one, then tabs and one key a line."""
    raise NotImplementedError
