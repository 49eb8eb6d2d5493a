"""The relays of one plug by channel: where they are, since when, what is kept of them and what is told.

Of several, channel 0 is their master: it switches all, and is on while any of them is (assumed).

Source: protocol notes, 5.3.
"""

from __future__ import annotations

from typing import Any

from ownplug.core.meross import namespaces as ns
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.flash import Flash
from ownplug.virtual.parts.relay import Relay
from ownplug.virtual.profiles.profile import Profile

MASTER = 0


class Relays:
    """All relays of one plug; a plug without any has a contact that is always closed, which no channel moves.

    Attributes:
        first: the one that the button, the light and the meter belong to.
        on_since_s: by channel, when it was turned on, by the world's steady clock, or the restart that found it on;
            None while it is off.
    """

    __slots__ = ("_flash", "_profile", "_relays", "on_since_s")

    def __init__(self, profile: Profile, flash: Flash) -> None:
        self._profile = profile
        self._flash = flash
        self._relays = tuple(
            Relay(is_on=self._is_kept_on(channel)) for channel in profile.relays or (MASTER,)
        )
        self.on_since_s: list[float | None] = [None] * len(profile.relays)

    @property
    def first(self) -> Relay:
        """The relay of channel 0."""
        return self._relays[MASTER]

    @property
    def edges(self) -> int:
        """How often contacts have really moved."""
        return sum(relay.edges for relay in self._relays)

    def is_on(self, channel: int) -> bool:
        """Whether a channel is on."""
        return self._relays[channel].is_on

    def restore(self, now_s: float) -> None:
        """Go where the settings say.

        Source: assumed (the state survives loss of power on most models, protocol notes 5.3).
        """
        for channel in self._profile.relays:
            self._move(channel, on=self._is_kept_on(channel), now_s=now_s)
            self.on_since_s[channel] = now_s if self.is_on(channel) else None

    def put(self, channel: int, *, on: bool, touch: bool, now_s: float, unix_s: float) -> bool:
        """Move what a channel stands for and keep it; return whether there is anything to tell.

        `touch` renews the date of a relay that did not move.
        """
        channels = self._profile.relays if channel == MASTER else (channel,)
        moved = [each for each in channels if self._move(each, on=on, now_s=now_s) or touch]
        if moved and channel != MASTER:
            any_on = any(self.is_on(each) for each in self._profile.relays if each != MASTER)
            moved += [MASTER] if self._move(MASTER, on=any_on, now_s=now_s) else []
        for each in moved:
            self._flash.write(items.RELAYS[each], int(self.is_on(each)))
            self._flash.write(items.RELAYS_CHANGED[each], int(unix_s))
        return bool(moved)

    def payload(self, channel: int) -> dict[str, int]:
        """One channel, as `ToggleX` tells it."""
        changed_at = self._flash.number(items.RELAYS_CHANGED[channel])
        return {"channel": channel, "onoff": int(self.is_on(channel)), "lmTime": changed_at}

    def payloads(self) -> list[dict[str, int]]:
        """All channels."""
        return [self.payload(channel) for channel in self._profile.relays]

    def older_payload(self) -> dict[str, int]:
        """The only relay, as `Toggle` of the first generation tells it."""
        told = self.payload(MASTER)
        del told["channel"]
        return told

    def news(self, channel: int) -> tuple[str, dict[str, Any]]:
        """Namespace and payload that tell of a channel that was switched.

        Source: protocol notes, 5.3 (strips push an object for one outlet, a list when channel 0 switches all).
        """
        if ns.CONTROL_TOGGLE in self._profile.abilities:
            return ns.CONTROL_TOGGLE, {"toggle": self.older_payload()}
        is_one = channel != MASTER
        return ns.CONTROL_TOGGLE_X, {"togglex": self.payload(channel) if is_one else self.payloads()}

    def _is_kept_on(self, channel: int) -> bool:
        return self._flash.read(items.RELAYS[channel]) != "0"

    def _move(self, channel: int, *, on: bool, now_s: float) -> bool:
        if not on:
            self.on_since_s[channel] = None
        elif self.on_since_s[channel] is None:
            self.on_since_s[channel] = now_s
        return self._relays[channel].move(on=on)
