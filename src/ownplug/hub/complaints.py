"""Warnings that anybody in the network can cause: told, but not as often as they are caused."""

from __future__ import annotations

import logging
from collections.abc import Callable

QUIET_S = 60.0
REMEMBERED = 1_000


class Complaints:
    """The first warning about somebody in a minute goes to the log, the others to its debug level."""

    def __init__(self, log: logging.Logger, monotonic: Callable[[], float]) -> None:
        self._log = log
        self._monotonic = monotonic
        self._quiet_until_s: dict[str, float] = {}

    def warn(self, about: str, text: str, *args: object) -> None:
        """Tell it, once a minute."""
        now_s = self._monotonic()
        is_quiet = self._quiet_until_s.get(about, 0.0) > now_s
        if not is_quiet:
            self._remember(about, now_s)
        self._log.log(logging.DEBUG if is_quiet else logging.WARNING, text, *args)

    def _remember(self, about: str, now_s: float) -> None:
        if len(self._quiet_until_s) >= REMEMBERED:
            self._quiet_until_s = {who: until for who, until in self._quiet_until_s.items() if until > now_s}
        if len(self._quiet_until_s) < REMEMBERED:
            self._quiet_until_s[about] = now_s + QUIET_S
