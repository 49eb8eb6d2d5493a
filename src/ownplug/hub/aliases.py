"""Names for a report that anybody may read: `plug-1` is the same plug everywhere in it, and nobody knows which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ownplug.core.identity import Mac, Uuid
from ownplug.core.records import PlugRecord

HIDDEN = "***"

# Words of our own sentences: small numbers, and letters with nothing among them that an address or a key has.
_WORD = re.compile(r"(?:[A-Za-z]{1,15}(?:['-][a-z]{1,10})?|\d{1,4})[.,:;!?)]*|[-&]|\*{3}")


class Aliases:
    """What plugs and rooms are called in one report.

    Args:
        plugs: of the home, in the order that their numbers follow.
    """

    def __init__(self, plugs: Sequence[PlugRecord]) -> None:
        self._by_word: dict[str, str] = {}
        self._strangers: dict[Mac, str] = {}
        self._rooms = _numbered("room", (plug.room for plug in plugs if plug.room))
        for number, plug in enumerate(plugs, start=1):
            alias = f"plug-{number}"
            mac = plug.uuid.text[-12:]
            pairs = ":".join(mac[i : i + 2] for i in range(0, 12, 2))
            for word in (plug.uuid.text, mac, pairs, plug.name):
                self._by_word.setdefault(word.lower(), alias)

    def plug(self, uuid: Uuid) -> str:
        """Return the alias of a plug of the home."""
        return self._by_word.get(uuid.text.lower(), HIDDEN)

    def room(self, room: str) -> str:
        """Return the alias of a room; empty for none."""
        return self._rooms.get(room, "")

    def mac(self, mac: Mac | None) -> str:
        """Return the alias of whoever has this MAC, a stranger perhaps; empty for nobody."""
        if mac is None:
            return ""
        known = self._by_word.get(mac.text.lower())
        return known or self._strangers.setdefault(mac, f"stranger-{len(self._strangers) + 1}")

    def word(self, text: str) -> str:
        """Return what may be told of something that somebody said: the alias of a plug that it names, or `***`."""
        return self._by_word.get(text.lower(), HIDDEN)

    def sentence(self, text: str) -> str:
        """Return a sentence of ours without what others put into it.

        Quoted words and whatever does not look like a plain word of it are hidden.
        """
        unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", HIDDEN, text)
        return " ".join(self._told(word) for word in unquoted.split())

    def _told(self, word: str) -> str:
        known = self._by_word.get(word.strip(".,:;!?()").lower())
        return known or (word if _WORD.fullmatch(word) else HIDDEN)


def _numbered(what: str, names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name, f"{what}-{len(found) + 1}")
    return found
