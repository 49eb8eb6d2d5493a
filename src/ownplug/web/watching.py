"""Which plugs one listener looks at, and what it says to look at others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Annotated, Self

import msgspec

from ownplug.core.errors import UsageError
from ownplug.web.ports import HubDoor

MOST_WATCHED = 50
"""Plugs that one listener can have read each second."""

_Reference = Annotated[str, msgspec.Meta(max_length=200)]


class _Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    watch: Annotated[list[_Reference], msgspec.Meta(max_length=MOST_WATCHED)]


class Watching:
    """The plugs that are read each second because of one listener: `with Watching(hub) as watching`."""

    def __init__(self, hub: HubDoor) -> None:
        self._hub = hub
        self._watched = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watched.close()

    def look_at(self, references: Sequence[str]) -> None:
        """Have these plugs read from now on, and no others.

        Raises:
            NotFound, Conflict: no such plug, or several; those before stay.
        """
        with ExitStack() as watched:
            watched.enter_context(self._hub.watching(*references))
            self._watched.close()
            self._watched = watched.pop_all()

    def heed(self, said: str | bytes) -> None:
        """Do what the listener said: `{"watch": ["kettle"]}`.

        Raises:
            UsageError: it said something else, or named too many; those before stay.
            NotFound, Conflict: as `look_at`.
        """
        try:
            wish = msgspec.json.decode(said, type=_Wish)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise UsageError(
                f'What a listener may say has the form of {{"watch": ["kettle"]}}: {error}.'
            ) from error
        self.look_at(wish.watch)
