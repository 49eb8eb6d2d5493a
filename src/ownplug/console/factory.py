"""The way out of factory mode, in which a plug flashes red and serves nobody.

Source: seed (`meross fac 0`, then `reboot`; that nothing else leads out).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ownplug.console.agree import ask_until_agreed
from ownplug.console.console import Console
from ownplug.core.errors import DeviceError
from ownplug.core.shell import BootReport, Stage
from ownplug.core.shell.replies import FactoryMode


class FactoryStep(StrEnum):
    """What has been done."""

    ASKED = "asked"  # whether it is in factory mode
    LEFT = "left"  # the setting says so, from the next start on
    RESTARTED = "restarted"
    PROVED = "proved"  # by its start, and by what it says now


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftFactory:
    """How it went."""

    was_in: bool
    """Whether the plug was in factory mode."""
    start: BootReport | None
    """What the new start told; None where there was nothing to do."""


class LeaveFactory:
    """One way out; `run` may be called again on another console when the wire broke, and goes on.

    Args:
        told: hears of each step when it is done.
    """

    def __init__(self, told: Callable[[FactoryStep, LeftFactory], None] = lambda step, so_far: None) -> None:
        self._told = told
        self._was_in = False

    async def run(self, console: Console) -> LeftFactory:
        """Leave factory mode, restart, and prove it; a plug that is not in it is not restarted.

        Raises:
            DeviceError: it is in factory mode still.
            OwnplugError: see `Console.reboot`.
        """
        self._was_in = await _is_in(console) or self._was_in
        so_far = LeftFactory(was_in=self._was_in, start=None)
        self._told(FactoryStep.ASKED, so_far)
        if not self._was_in:
            return so_far
        await console.leave_factory_mode()
        if await _is_in(console):
            raise DeviceError("The plug does not leave factory mode: `meross fac 0` changes nothing.")
        self._told(FactoryStep.LEFT, so_far)
        done = LeftFactory(was_in=True, start=await console.reboot())
        self._told(FactoryStep.RESTARTED, done)
        if (done.start and done.start.stage is Stage.FACTORY) or await _is_in(console):
            raise DeviceError("The plug has restarted into factory mode again.")
        self._told(FactoryStep.PROVED, done)
        return done


async def leave_factory(console: Console) -> LeftFactory:
    """Lead a plug out of factory mode; see `LeaveFactory`."""
    return await LeaveFactory().run(console)


async def _is_in(console: Console) -> bool:
    told: FactoryMode = await ask_until_agreed(
        console.factory_mode, is_whole=lambda reply: reply.on is not None, what="its factory mode"
    )
    return bool(told.on)
