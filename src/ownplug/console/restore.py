"""Giving a plug the settings of a backup back."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.console.backup_file import Backup
from ownplug.console.backups import check_same_plug, identity_of
from ownplug.console.console import Console
from ownplug.console.keys import Store
from ownplug.console.plan import RestoreOptions, RestorePlan, plan_restore
from ownplug.console.progress import Progress, Told, unheard
from ownplug.console.store import read_store, write_surely
from ownplug.core.errors import UsageError
from ownplug.core.shell import Risk

_ROUNDS = 3  # of writing and comparing: the plug itself writes settings, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore has done."""

    resets: tuple[str, ...]
    """Groups that were reset."""
    written: tuple[str, ...]
    """Settings that were written and read back."""
    plan: RestorePlan
    """What is still different. Its changes are what the plug writes anew all the time, such as its energy."""


class Restore:
    """One restore.

    It remembers nothing that it needs: `run` may be called again on another console when the wire broke, and so may
    that of another `Restore` in another program. Both go on where the plug stands.

    Args:
        backup: what to give back.
        options: what may be touched.
        any_plug: whether the backup may be of another plug.
    """

    def __init__(
        self, backup: Backup, options: RestoreOptions | None = None, *, any_plug: bool = False
    ) -> None:
        self.backup = backup
        self.options = options or RestoreOptions()
        self._any_plug = any_plug
        self._here: tuple[str, str] | None = None
        self._forgotten: set[str] = set()
        self._resets: dict[str, None] = {}
        self._written: dict[str, None] = {}

    async def plan(self, console: Console, told: Told = unheard) -> RestorePlan:
        """Compare the plug with the backup; nothing is written.

        Raises:
            UsageError: the backup is of another plug, or the wire leads to another one than before.
            OwnplugError: see `read_store`.
        """
        present = await read_store(console, told=told)
        self._check_plug(present)
        return plan_restore(
            self.backup.settings,
            present,
            self.options,
            forgotten=frozenset(self._forgotten),
            spent=frozenset(self._resets),
        )

    async def run(self, console: Console, told: Told = unheard) -> Restored:
        """Write what differs, read each back, and compare again.

        Raises:
            DeviceError: the plug refuses a value, or does not keep it; nothing after it was written.
            UsageError, OwnplugError: as in `plan`.
        """
        plan = await self.plan(console, told)
        for _ in range(_ROUNDS):
            if plan.is_empty:
                break
            await self._reset(console, plan, told)
            if plan.resets:
                plan = await self.plan(console, told)
            await self._write(console, plan, told)
            plan = await self.plan(console, told)
        return Restored(resets=tuple(self._resets), written=tuple(self._written), plan=plan)

    def _check_plug(self, present: Store) -> None:
        """Make sure that this is the plug that is meant: a wire that comes back may lead to another."""
        if not self._any_plug:
            check_same_plug(self.backup, present)
        here = identity_of(present)
        if self._here not in {None, here} and not self.options.identity:
            raise UsageError("Another plug is on the wire now.", hint="Nothing was written to it.")
        self._here = here

    async def _reset(self, console: Console, plan: RestorePlan, told: Told) -> None:
        for number, group in enumerate(plan.resets):
            told(Progress(done=number, of=len(plan.resets), what=f"reset {group}"))
            self._forgotten.add(group)  # before: nobody knows how much of it a broken wire lets through
            await console.reset_settings(group, accept=Risk.SETTINGS)
            self._resets[group] = None

    async def _write(self, console: Console, plan: RestorePlan, told: Told) -> None:
        for number, change in enumerate(plan.changes):
            told(Progress(done=number, of=len(plan.changes), what=f"write {change.key}"))
            await write_surely(console, change.key, change.new)
            self._written[change.key] = None
