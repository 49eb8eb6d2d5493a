"""A restore as a person sees it: what it would write, the word that is wanted, what it has written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ownplug.cli.danger import check_can_ask, confirm
from ownplug.cli.frame import Frame
from ownplug.cli.running import run_async
from ownplug.cli.settings_table import Row, compared, counted, settings_table
from ownplug.cli.wire import Wire
from ownplug.console import Left, Restore, Restored, RestorePlan, Why
from ownplug.core.errors import DeviceError, UsageError

_REASONS: Mapping[Why, str] = {
    Why.IDENTITY: "makes the plug this plug: --identity",
    Why.CALIBRATION: "calibration of its meter: --calibration",
    Why.ABSENT: "the plug has no such setting",
    Why.EMPTY: "only a reset of the whole group empties it: --reset",
    Why.LOSING: "only a reset of the whole group empties it, and that would lose {loses}",
    Why.UNTYPABLE: "the console cannot be sent such a value",
}
_NAMED = 3  # settings in one sentence
_WORD = "restore"


class Restoring:
    """One restore.

    Args:
        frame: of the command.
        job: what to do.
        partial: whether what cannot be written may be left out.
        show_secrets: whether to print them.
        yes: whether to write without asking.
    """

    def __init__(self, frame: Frame, job: Restore, *, partial: bool, show_secrets: bool, yes: bool) -> None:
        self._frame = frame
        self._job = job
        self._partial = partial
        self._show_secrets = show_secrets
        self._yes = yes

    def check_can_ask(self) -> None:
        """Make sure that somebody is there to be asked.

        Raises:
            UsageError: nobody is, and there was no `--yes`.
        """
        check_can_ask(self._frame, "This writes settings of the plug; --dry-run shows which.", yes=self._yes)

    def show(self, wire: Wire) -> None:
        """Print what would be done."""
        plan = self._plan(wire)
        self._frame.print_result(self._document(plan), self._text(plan) or "The plug has these settings.")

    def do(self, wire: Wire) -> None:
        """Do it.

        Raises:
            UsageError: it cannot be done as a whole, or was not wanted; nothing was written.
            DeviceError: the plug did not take it.
        """
        plan = self._plan(wire)
        if plan.impossible and not self._partial:
            raise _impossible(plan.impossible)
        if not plan.is_empty:
            self._frame.note(self._text(plan))
            confirm(self._frame, _says(plan), word=_WORD, yes=self._yes)
        done = run_async(wire.do(lambda console: self._job.run(console, wire.progress.tell)))
        if not self._partial and done.plan.impossible:
            raise DeviceError(f"The plug did not become what the backup says. {_told(done.plan.impossible)}")
        self._print_done(done)

    def _plan(self, wire: Wire) -> RestorePlan:
        return run_async(wire.do(lambda console: self._job.plan(console, wire.progress.tell)))

    def _print_done(self, done: Restored) -> None:
        document = self._document(done.plan)
        document = {
            "resets": list(done.resets),
            "written": list(done.written),
            "left": document["left"],
            "moved": document["changes"],
        }
        if not done.written and not done.resets:
            text = "The plug has these settings already."
        else:
            text = f"{counted(len(done.written))} written, and read back. Most count from the next start on."
        self._frame.print_result(document, "\n".join([text, *self._remarks(done.plan)]))

    def _remarks(self, plan: RestorePlan) -> list[str]:
        remarks = []
        if plan.left:
            remarks.append(f"Left as it is. {_told(plan.left)}")
        if plan.changes:
            keys = [change.key for change in plan.changes]
            remarks.append(f"The plug itself has written these anew since: {_names(keys)}.")
        return remarks

    def _document(self, plan: RestorePlan) -> dict[str, Any]:
        return {
            "resets": list(plan.resets),
            "changes": [self._row(change.key, change) for change in plan.changes],
            "left": [{**self._row(left.key, left), "why": left.why.value} for left in plan.left],
        }

    def _text(self, plan: RestorePlan) -> str:
        parts = [f"The group {group} is reset to its defaults." for group in plan.resets]
        rows = [self._row(change.key, change) for change in plan.changes]
        if rows:
            parts.append(settings_table(rows, "now", "backup"))
        left = [{**self._row(left.key, left), "reason": _reason(left)} for left in plan.left]
        if left:
            parts.append(f"Left as they are:\n{settings_table(left, 'now', 'backup')}")
        return "\n\n".join(parts)

    def _row(self, key: str, differs: Any) -> Row:
        return compared(key, differs.old, differs.new, show_secrets=self._show_secrets)


def _says(plan: RestorePlan) -> str:
    resets = f"resets {', '.join(plan.resets)} to defaults and " if plan.resets else ""
    return f"\nThis {resets}writes {counted(len(plan.changes))} of the plug."


def _impossible(left: tuple[Left, ...]) -> UsageError:
    hint = "--dry-run shows all; --partial leaves them as they are."
    if any(item.why is Why.EMPTY for item in left):
        hint = f"--reset empties what must be empty. {hint}"
    return UsageError(f"Not everything can be written, so nothing was. {_told(left)}", hint=hint)


def _told(left: Iterable[Left]) -> str:
    """Name what stays by the reason why."""
    by_reason: dict[str, list[str]] = {}
    for item in left:
        by_reason.setdefault(_reason(item), []).append(item.key)
    return " ".join(f"{_names(keys)}: {reason}." for reason, keys in by_reason.items())


def _reason(left: Left) -> str:
    return _REASONS[left.why].format(loses=left.loses)


def _names(keys: Sequence[str]) -> str:
    """Name a few settings, and how many more there are."""
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return ", ".join(keys[:_NAMED]) + more
