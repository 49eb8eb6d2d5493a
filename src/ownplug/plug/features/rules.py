"""The rules that a plug keeps and follows by itself: timers and auto-offs, listed, made, changed and removed.

What a plug acknowledges is not always what it keeps, and a DELETE may stay without an answer: each write is read back,
and what the plug then says decides.

Source: protocol notes 5.7 (DELETE, and how the digest is followed by a question for each rule).
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, fields, replace
from typing import Generic, TypeVar

from ownplug.aio import Clock
from ownplug.core.errors import (
    DeviceError,
    LinkBroken,
    LinkTimeout,
    Malformed,
    NotFound,
    OwnplugError,
    Unexpected,
    UsageError,
)
from ownplug.core.meross import Method
from ownplug.core.meross.payloads import RuleDigestPayload
from ownplug.core.schedule import AtClock, AtSun, AutoOff, Timer, describe_at, describe_days
from ownplug.plug.abilities import Abilities
from ownplug.plug.link import Link
from ownplug.plug.rule_dialects import Dialect, Entry

SLOTS = 32
"""How many rules of one kind a plug keeps. Source: seed (hardware 2); assumed (all others)."""

R = TypeVar("R", Timer, AutoOff)
V = TypeVar("V")

_ID_LETTERS = string.ascii_lowercase + string.digits  # Source: protocol notes, 5.7 (16 of them)
_ID_LENGTH = 16
_MOST_TOLD = 2 * SLOTS  # each costs a question
_LABELS = {"at": "acts", "turns_on": "turns on", "duration_s": "seconds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadRule:
    """A rule that is kept by the plug and means nothing here, such as one of another kind of device."""

    id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRules(Generic[V]):
    """All rules of one kind, in the plug's order."""

    rules: tuple[V, ...]
    unread: tuple[UnreadRule, ...] = ()


class Rules(Generic[R]):
    """The timers, or the auto-offs, of one plug.

    Args:
        link: the way to it.
        abilities: what it answers.
        clock: dates what is made.
        dialects: of each generation, the newest first.
        kind: what a rule is called: "timer".
    """

    def __init__(
        self, link: Link, abilities: Abilities, clock: Clock, *, dialects: tuple[Dialect[R], ...], kind: str
    ) -> None:
        self._link = link
        self._abilities = abilities
        self._clock = clock
        self._dialects: tuple[Dialect[R], ...] = dialects
        self._kind = kind

    async def all(self) -> KeptRules[R]:
        """Ask for all of them.

        Raises:
            DeviceError: the plug refused, or keeps no such rules.
        """
        dialect = await self._dialect()
        rules: list[R] = []
        unread: list[UnreadRule] = []
        for entry in await self._entries(dialect):
            try:
                rules.append(dialect.read(entry))
            except Malformed as error:
                unread.append(_unread(entry, error))
        return KeptRules(rules=tuple(rules), unread=tuple(unread))

    async def get(self, rule_id: str) -> R:
        """Ask for one.

        Raises:
            NotFound: the plug keeps none of that id.
            Malformed: it means nothing here.
            DeviceError: as `all`.
        """
        dialect = await self._dialect()
        return dialect.read(await self._found(dialect, rule_id))

    async def add(self, rule: R) -> R:
        """Make a rule; it gets an id and a date of its own. Return it as the plug keeps it.

        Raises:
            DeviceError: all slots are taken; or as `all`.
            Unexpected: the plug acknowledged it and keeps something else, or nothing.
            LinkError: the plug did not answer, and does not keep it.
            UsageError: the plug has no such outlet.
        """
        dialect = await self._dialect()
        if len(await self._ids(dialect)) >= SLOTS:
            raise DeviceError(
                f"The plug keeps {SLOTS} {self._kind}s already, and has no place for more.",
                hint="Remove one: `ownplug timer list` shows them.",
            )
        new_id = "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
        return await self._keep(dialect, replace(rule, id=new_id, made_at=int(self._clock.now().timestamp())))

    async def change(self, rule: R) -> R:
        """Replace the rule of the same id; return it as the plug keeps it.

        Raises:
            NotFound: the plug keeps none of that id.
            DeviceError, Unexpected, LinkError: as `add`; the old one is kept, unless the error says what is.
        """
        dialect = await self._dialect()
        before = dialect.read(await self._found(dialect, rule.id))
        return await self._keep(dialect, replace(rule, made_at=before.made_at))

    async def remove(self, rule_id: str) -> None:
        """Let the plug forget a rule, also one that means nothing here.

        Raises:
            NotFound: the plug keeps none of that id.
            DeviceError, Unexpected, LinkError: it is kept still.
        """
        dialect = await self._dialect()
        await self._found(dialect, rule_id)
        refusal = await self._tell(Method.DELETE, dialect, {"id": rule_id})
        if await self._entry(dialect, rule_id) is not None:
            raise refusal or Unexpected(f"The plug acknowledged that the {self._kind} goes, and keeps it.")

    async def _dialect(self) -> Dialect[R]:
        spoken = await self._abilities.first_of(
            *(dialect.namespace for dialect in self._dialects), lacking=f"{self._kind}s"
        )
        return next(dialect for dialect in self._dialects if dialect.namespace == spoken)

    async def _ids(self, dialect: Dialect[R]) -> list[str]:
        if not dialect.digest:
            return [str(entry.get("id")) for entry in await self._entries(dialect)]
        reply = await self._link.request(Method.GET, dialect.digest, {"digest": []})
        told = reply.read(RuleDigestPayload).digest
        if len(told) > _MOST_TOLD:
            raise Malformed(f"The plug tells of {len(told)} {self._kind}s; no plug keeps so many.")
        return [summary.id for summary in told]

    async def _entries(self, dialect: Dialect[R]) -> list[Entry]:
        if not dialect.digest:
            return await self._ask(dialect, [])
        found = [await self._entry(dialect, rule_id) for rule_id in await self._ids(dialect)]
        return [entry for entry in found if entry is not None]  # one may have gone meanwhile

    async def _entry(self, dialect: Dialect[R], rule_id: str) -> Entry | None:
        entries = await self._ask(dialect, {"id": rule_id} if dialect.digest else [])
        return next((entry for entry in entries if entry.get("id") == rule_id), None)

    async def _found(self, dialect: Dialect[R], rule_id: str) -> Entry:
        entry = await self._entry(dialect, rule_id)
        if entry is None:
            raise NotFound(
                f"The plug keeps no {self._kind} {rule_id[:80]!r}.", hint="`ownplug timer list` shows them."
            )
        return entry

    async def _ask(self, dialect: Dialect[R], question: Entry | list[Entry]) -> list[Entry]:
        reply = await self._link.request(Method.GET, dialect.namespace, {dialect.field: question})
        told = dialect.entries_in(reply)
        return told if isinstance(told, list) else [told]

    async def _tell(self, method: Method, dialect: Dialect[R], entry: object) -> OwnplugError | None:
        """Say it; a refusal, or silence, is returned: what the plug keeps afterwards decides."""
        try:
            await self._link.request(method, dialect.namespace, {dialect.field: entry})
        except (DeviceError, LinkTimeout, LinkBroken) as error:
            return error
        return None

    async def _keep(self, dialect: Dialect[R], rule: R) -> R:
        if rule.channel and not dialect.digest:
            raise UsageError(f"This plug has no outlet {rule.channel}.")
        refusal = await self._tell(Method.SET, dialect, dialect.write(rule))
        entry = await self._entry(dialect, rule.id)
        kept = dialect.read(entry) if entry is not None else None
        if kept is not None and not (differences := _differences(rule, kept)):
            return kept
        if refusal is not None:
            raise refusal
        if kept is None:
            raise Unexpected(f"The plug acknowledged the {self._kind} and does not keep it.")
        raise Unexpected(f"The plug keeps another {self._kind} than it was told: {differences}.")


def _differences(told: Timer | AutoOff, kept: Timer | AutoOff) -> str:
    """What the plug keeps instead; that it dates a rule anew is no difference."""
    pairs = ((each.name, getattr(told, each.name), getattr(kept, each.name)) for each in fields(told))
    return ", ".join(
        f"{_LABELS.get(name, name)} {_shown(theirs)} instead of {_shown(ours)}"
        for name, ours, theirs in pairs
        if name != "made_at" and ours != theirs
    )


def _shown(value: object) -> str:
    match value:
        case AtClock() | AtSun():
            return describe_at(value)
        case frozenset():
            return describe_days(value)
    return repr(value)


def _unread(entry: Entry, error: Malformed) -> UnreadRule:
    return UnreadRule(id=str(entry.get("id", "")), name=str(entry.get("alias", "")), reason=str(error))
