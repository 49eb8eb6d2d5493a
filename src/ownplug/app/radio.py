"""This machine's Wi-Fi, which can be in one plug's own network at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ownplug.core.errors import Conflict, OwnplugError, UsageError
from ownplug.transport.wifi_join import plugs_in_reach
from ownplug.web import NearbyPlugs


class Radio:
    """Who may join the networks of plugs now."""

    def __init__(self) -> None:
        self._is_taken = False

    def check_free(self) -> None:
        """See whether nobody has it.

        Raises:
            Conflict: somebody has.
        """
        if self._is_taken:
            raise Conflict(
                "This machine's Wi-Fi is on its way to a plug already.",
                hint="Wait for its end, or give it up.",
            )

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have it for as long as the context lasts.

        Raises:
            Conflict: somebody has it.
        """
        self.check_free()
        self._is_taken = True
        try:
            yield
        finally:
            self._is_taken = False

    async def nearby(self) -> NearbyPlugs:
        """Listen for the networks of plugs.

        Raises:
            Conflict: it is in one of them now.
        """
        with self.taken():
            try:
                return NearbyPlugs(can_join=True, networks=await plugs_in_reach())
            except OwnplugError as error:
                can_join = not isinstance(error, UsageError)  # else it only heard nothing this time
                return NearbyPlugs(can_join=can_join, reason=str(error), hint=error.hint)
