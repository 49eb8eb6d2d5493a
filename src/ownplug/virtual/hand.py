"""What can be done to running virtual plugs from outside: what a hand does, and what a hand could not.

The control socket and the hub's laboratory do the same things by it, with the same limits and the same words.
"""

from __future__ import annotations

from collections.abc import Sequence

from ownplug.core.errors import NotFound, UsageError
from ownplug.virtual.faults import parse_faults
from ownplug.virtual.loads import parse_load
from ownplug.virtual.plug import VirtualPlug

_PRESS_LIMIT_S = 60.0


class Hand:
    """Finds plugs by what people call them, and does things to them.

    Args:
        plugs: those that are running; they may come and go.
    """

    def __init__(self, plugs: Sequence[VirtualPlug]) -> None:
        self._plugs = plugs

    def find(self, name: str) -> VirtualPlug:
        """The plug that is meant: by its number in the fleet, its uuid, or the last digits of that.

        Raises:
            NotFound: none is called so, or more than one.
        """
        name = name.lower()
        for plug in self._plugs:
            if name == str(plug.settings.index):
                return plug
        found = [plug for plug in self._plugs if name and plug.uuid.text.endswith(name)]
        if len(found) != 1:
            raise NotFound(f"{'No plug' if not found else 'More than one plug'} is called {name!r}.")
        return found[0]

    def press(self, plug: VirtualPlug, held_s: float) -> None:
        """Hold its button for so long, and let go.

        Raises:
            UsageError: longer than anybody's patience.
        """
        if not 0 < held_s <= _PRESS_LIMIT_S:
            raise UsageError(f"A button is held for up to {_PRESS_LIMIT_S:g} seconds.")
        plug.press_button(held_s)

    def set_faults(self, plugs: Sequence[VirtualPlug], texts: Sequence[str], *, clear: bool) -> None:
        """Let things go wrong with these plugs, as `--fault` takes them; with all of them or with none.

        Args:
            plugs: which.
            texts: the faults.
            clear: whether the faults that a plug has end; else they stay beside the new ones.

        Raises:
            UsageError: there is no such fault, or its value is none.
        """
        chosen = [parse_faults(texts, before=None if clear else plug.faults) for plug in plugs]
        for plug, faults in zip(plugs, chosen, strict=True):
            plug.set_faults(faults)

    def set_load(self, plug: VirtualPlug, text: str) -> None:
        """Plug something else in, as `--load` takes it.

        Raises:
            UsageError: there is no such load.
        """
        plug.set_load(parse_load(text))
