"""Which plugs are at a server that is not ours, as far as what they say tells: nobody says there who comes and goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ownplug.core.identity import Uuid

CALL_AFTER_S = 30.0
"""A plug that has been silent so long is asked whether it is there; most say something more often."""

GONE_AFTER_S = 75.0
"""One that has been silent so long, and was asked meanwhile, is gone. Two questions may get lost on a weak Wi-Fi."""


@dataclass(slots=True)
class _Seen:
    heard_s: float
    called_s: float
    stay: str  # one time that it was there


class Presence:
    """Keeps which plugs are there. Pure: time is an argument."""

    def __init__(self) -> None:
        self._there: dict[Uuid, _Seen] = {}
        self._called: dict[Uuid, float] = {}
        self._stays = 0

    def heard(self, uuid: Uuid, now_s: float) -> str | None:
        """Take note that a plug said something; return a name for its stay if it was not there before."""
        seen = self._there.get(uuid)
        if seen is not None:
            seen.heard_s = now_s
            return None
        self._stays += 1
        stay = f"stay {self._stays}"
        self._there[uuid] = _Seen(heard_s=now_s, called_s=now_s, stay=stay)
        return stay

    def to_call(self, known: Iterable[Uuid], now_s: float) -> list[Uuid]:
        """Return whom to ask now: plugs that are silent, and plugs of the home that are not there."""
        wanted = []
        for uuid in known:
            seen = self._there.get(uuid)
            last_s = max(seen.heard_s, seen.called_s) if seen else self._called.get(uuid, -CALL_AFTER_S)
            if now_s - last_s < CALL_AFTER_S:
                continue
            wanted.append(uuid)
            if seen:
                seen.called_s = now_s
            else:
                self._called[uuid] = now_s
        return wanted

    def gone(self, now_s: float) -> list[tuple[Uuid, str]]:
        """Return who has been silent for too long, each with its stay, which is over."""
        left = [uuid for uuid, seen in self._there.items() if now_s - seen.heard_s >= GONE_AFTER_S]
        return [(uuid, self._there.pop(uuid).stay) for uuid in left]

    def end(self) -> list[tuple[Uuid, str]]:
        """Return everybody: the server is gone."""
        everybody = [(uuid, seen.stay) for uuid, seen in self._there.items()]
        self._there.clear()
        self._called.clear()
        return everybody
