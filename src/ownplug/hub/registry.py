"""The plugs of the home: what is remembered of each, and how a person may refer to one."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ownplug.core.errors import Changed, Conflict, NotFound, OwnplugError, UsageError
from ownplug.core.identity import Firmware, Mac, Model, Uuid
from ownplug.core.records import SERIES, PlugRecord, Safeguards
from ownplug.core.secret import Secret
from ownplug.hub.ports import HomeStore
from ownplug.hub.safeguards import check_safeguards

log = logging.getLogger(__name__)

_NAME_LIMIT = 60
_SHOWN = 80  # characters of a strange reference that its error repeats
_DIGITS = re.compile(r"[0-9a-z]{2,32}")
_MAC_DIGITS = 12
_ICON = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugChange:
    """What an owner says of a plug; None leaves what is. An empty room or icon is none."""

    name: str | None = None
    room: str | None = None
    icon: str | None = None
    safeguards: Safeguards | None = None


def edition(plug: PlugRecord) -> str:
    """Return a mark of what the owner has said of a plug: another one after each change."""
    said = (plug.name, plug.room, plug.icon, plug.safeguards)
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Registry:
    """Plugs by uuid. A change is on the disk before it is visible, and changes come one after the other.

    What was learnt of a plug is no change that could be refused: it holds at once, and where the disk does not take it
    now, it is written later.

    Attributes:
        unwritten: set while something that was learnt is not on the disk.
    """

    def __init__(self, store: HomeStore) -> None:
        self.unwritten = asyncio.Event()
        self._unwritten: set[Uuid] = set()
        self._store = store
        self._plugs: dict[Uuid, PlugRecord] = {}
        self._names: dict[str, Uuid] = {}  # each plug by its name, as `_comparable` has it
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Read what earlier runs remembered."""
        self._plugs = {plug.uuid: plug for plug in await self._store.plugs()}
        self._names = {_comparable(plug.name): plug.uuid for plug in self._plugs.values()}

    def all(self) -> list[PlugRecord]:
        """Return every plug, in the order in which they came."""
        return list(self._plugs.values())

    def get(self, uuid: Uuid) -> PlugRecord | None:
        """Return the plug, or None if the home does not know it."""
        return self._plugs.get(uuid)

    def has_mac(self, mac: Mac) -> bool:
        """Whether a plug with this MAC is known."""
        return bool(self._ending_in(mac.digits))

    def find(self, reference: str) -> PlugRecord:
        """Return the plug that a person means by a name, a uuid, its last digits or a MAC, in any case.

        A whole MAC or uuid counts before a name, a name before a few digits.

        Raises:
            NotFound: no plug is called so.
            Conflict: several plugs end in these digits.
        """
        wanted = _comparable(reference)
        exact = self._plugs.get(Uuid(wanted))
        if exact is not None:
            return exact
        digits = re.sub("[:.-]", "", wanted)
        found = self._ending_in(digits) if len(digits) >= _MAC_DIGITS else []
        if not found and wanted in self._names:
            return self._plugs[self._names[wanted]]
        found = found or self._ending_in(digits)
        if not found:
            raise NotFound(f"No plug is called {reference[:_SHOWN]!r}.", hint="`ownplug plugs` lists them.")
        if len(found) > 1:
            names = ", ".join(sorted(plug.name for plug in found))
            raise Conflict(f"Several plugs end in {reference!r}: {names}.", hint="Give more digits.")
        return found[0]

    def name_of(self, uuid: Uuid) -> str:
        """What the owner calls a plug; for a stranger, the free name that it would be taken in under."""
        plug = self._plugs.get(uuid)
        return plug.name if plug else self._free_name(uuid)

    async def add(self, uuid: Uuid, now: datetime, *, key: Secret | None = None) -> PlugRecord:
        """Take in a plug under a name of its own, `plug-` and its last digits, with a colour that few have.

        One that is known already stays what it is; only a `key` given now is its key from now on.
        """
        async with self._changing:
            known = self._plugs.get(uuid)
            if known is None:
                return await self._save(
                    PlugRecord(
                        uuid=uuid,
                        name=self._free_name(uuid),
                        registered_at=now,
                        key=key,
                        series=self._rarest_series(),
                    )
                )
            return await self._save(replace(known, key=key)) if key and key != known.key else known

    async def change_home_key(self, old: Secret, new: Secret) -> None:
        """Give the home another key; plugs that had its old one have that as their own from now on."""
        async with self._changing:
            await self._store.change_key(old, new)
            for uuid, plug in self._plugs.items():
                self._plugs[uuid] = plug if plug.key else replace(plug, key=old)

    async def take_home_key(self, uuid: Uuid) -> None:
        """Take note that a plug has the home's key, and none of its own any more."""
        async with self._changing:
            known = self._plugs.get(uuid)
            if known is not None and known.key is not None:
                await self._save(replace(known, key=None))

    async def learn(self, uuid: Uuid, model: Model, firmware: Firmware) -> None:
        """Remember what a plug told of itself; of a plug that was forgotten meanwhile, nothing."""
        async with self._changing:
            known = self._plugs.get(uuid)
            if known is None:
                return
            told = replace(
                known,
                model=model.type,
                sub_type=model.sub_type,
                hardware=model.hardware,
                firmware=firmware.version,
            )
            if told != known:
                await self._hold(told)

    async def change(self, uuid: Uuid, wanted: PlugChange, *, expected: str | None = None) -> PlugRecord:
        """Change what the owner says of a plug.

        Args:
            uuid: which.
            wanted: what is None stays as it is.
            expected: the `edition` that the caller has seen; None: whatever it is now.

        Raises:
            UsageError: that is no name, no room, no icon, or the safeguards cannot all hold.
            NotFound: the plug was forgotten meanwhile.
            Conflict: another plug is called so.
            Changed: it is not what the caller has seen.
        """
        told = _checked(wanted)
        async with self._changing:
            plug = self._known(uuid)
            if expected is not None and expected != edition(plug):
                raise Changed(f"{plug.name} was changed meanwhile.", hint="Look at it again, then decide.")
            taken = self._plugs[self._names.get(_comparable(told.get("name", plug.name)), uuid)]
            if taken is not plug:
                raise Conflict(f"Another plug is called {taken.name!r}.", hint="Choose another name.")
            return await self._save(replace(plug, **told))

    async def note(self, uuid: Uuid, **facts: Any) -> None:
        """Remember what came of a plug's safeguards: `trip`, `uptime_s`.

        Raises:
            NotFound: the plug was forgotten meanwhile.
        """
        async with self._changing:
            await self._hold(replace(self._known(uuid), **facts))

    async def allow_again(self, uuid: Uuid) -> PlugRecord:
        """Take back that a plug was switched off by its limit.

        Raises:
            NotFound: the plug was forgotten meanwhile.
        """
        async with self._changing:
            return await self._save(replace(self._known(uuid), trip=None))

    async def write_facts(self) -> None:
        """Write what was learnt of plugs and is not on the disk yet.

        Raises:
            OwnplugError: the disk still takes nothing.
        """
        async with self._changing:
            for uuid in tuple(self._unwritten):
                await self._save(self._plugs[uuid])

    async def forget(self, uuid: Uuid) -> None:
        """Forget a plug; it may come again with the home's login."""
        async with self._changing:
            await self._store.delete_plug(uuid)
            self._drop(uuid)

    def _known(self, uuid: Uuid) -> PlugRecord:
        plug = self._plugs.get(uuid)
        if plug is None:
            raise NotFound(f"The plug {uuid} is no longer known.", hint="`ownplug plugs` lists them.")
        return plug

    async def _save(self, plug: PlugRecord) -> PlugRecord:
        await self._store.save_plug(plug)
        self._put(plug)
        self._is_written(plug.uuid)
        return plug

    async def _hold(self, plug: PlugRecord) -> None:
        """Keep what was learnt: it is so, whatever the disk says."""
        self._put(plug)
        try:
            await self._save(plug)
        except OwnplugError as error:
            if not self._unwritten:
                log.error("What is learnt of plugs cannot be written now: %s %s", error, error.hint)  # noqa: TRY400
            self._unwritten.add(plug.uuid)
            self.unwritten.set()

    def _put(self, plug: PlugRecord) -> None:
        known = self._plugs.get(plug.uuid)
        if known is not None:
            self._names.pop(_comparable(known.name), None)
        self._plugs[plug.uuid] = plug
        self._names[_comparable(plug.name)] = plug.uuid

    def _is_written(self, uuid: Uuid) -> None:
        """Take note that nothing about a plug waits for the disk."""
        if uuid not in self._unwritten:
            return
        self._unwritten.remove(uuid)
        if not self._unwritten:
            self.unwritten.clear()
            log.warning("What is learnt of plugs is written again")

    def _drop(self, uuid: Uuid) -> None:
        plug = self._plugs.pop(uuid, None)
        if plug is not None:
            self._names.pop(_comparable(plug.name), None)
        self._is_written(uuid)

    def _ending_in(self, digits: str) -> list[PlugRecord]:
        if not _DIGITS.fullmatch(digits):
            return []
        return [plug for plug in self._plugs.values() if plug.uuid.text.endswith(digits)]

    def _rarest_series(self) -> int:
        """Return which colour the fewest plugs have; of several, the first."""
        plugs = Counter(plug.series for plug in self._plugs.values())
        return min(range(1, SERIES + 1), key=lambda series: plugs[series])

    def _free_name(self, uuid: Uuid) -> str:
        lengths = range(4, len(uuid.text) + 1)
        return next(name for n in lengths if (name := f"plug-{uuid.text[-n:]}") not in self._names)


def _checked(wanted: PlugChange) -> dict[str, Any]:
    """Return what shall change, as it is kept."""
    told: dict[str, Any] = {}
    if wanted.name is not None:
        told["name"] = _checked_name(wanted.name)
    if wanted.room is not None:
        told["room"] = _checked_room(wanted.room)
    if wanted.icon is not None:
        told["icon"] = _checked_icon(wanted.icon)
    if wanted.safeguards is not None:
        check_safeguards(wanted.safeguards)
        told["safeguards"] = wanted.safeguards
    return told


def _checked_name(text: str) -> str:
    """Return a name as it is kept; what cannot be seen, or cannot stand in a web address, is no name."""
    name = _normal(text)
    if not 0 < len(name) <= _NAME_LIMIT or not name.isprintable() or "/" in name or name in {".", ".."}:
        raise UsageError(
            f"A name has 1 to {_NAME_LIMIT} printable characters and no slash.", hint="For example: kettle"
        )
    return name


def _checked_room(text: str) -> str:
    """Return a room as it is kept; an empty one is none."""
    room = _normal(text)
    if len(room) > _NAME_LIMIT or not room.isprintable():
        raise UsageError(
            f"A room has at most {_NAME_LIMIT} printable characters.", hint="For example: kitchen"
        )
    return room


def _checked_icon(text: str) -> str:
    """Return an icon as it is kept; an empty one is none."""
    if text and not _ICON.fullmatch(text):
        raise UsageError(
            "An icon is a word of at most 30 small letters, digits and hyphens.", hint="For example: kettle"
        )
    return text


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _comparable(name: str) -> str:
    """Names that a person takes for the same one are equal in this form."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()
