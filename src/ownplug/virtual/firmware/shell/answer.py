"""What a command is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ownplug.core.shell import Reply
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.timing import Timing

_LATER_LIMIT = 32  # deeds that wait; further ones are not done. Source: assumed

Deed = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What comes of a command.

    Attributes:
        reply: what it prints at once.
        driver: calls of the Wi-Fi driver while it prints, each with the number of lines that stand before.
        rest: prints the rest, after `rest_s`; until then the shell takes no other command.
        leaves: the plug is going away, so no prompt follows.
    """

    reply: Reply | None = None
    driver: tuple[tuple[int, int], ...] = ()
    rest: Callable[[], Answer] | None = None
    rest_s: float = 0.0
    leaves: bool = False


@dataclass(slots=True, kw_only=True)
class Context:
    """The ground on which a command stands.

    Attributes:
        later: what other tasks do for commands that are over: when, and what.
    """

    device: Device
    timing: Timing
    later: list[tuple[float, Deed]] = field(default_factory=list)

    def do_later(self, after_s: float, deed: Deed) -> None:
        """Have another task do something; the shell goes on meanwhile."""
        if len(self.later) < _LATER_LIMIT:
            self.later.append((self.device.now_s + after_s, deed))


Handler = Callable[[Context, tuple[str, ...]], Answer]
