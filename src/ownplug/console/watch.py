"""What a start and the log tell while they run: how far the plug has come, why it started, what its light shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ownplug.console.session import Session
from ownplug.core.shell import BootLine, BootPhase, BootReport, Event, LogLine, read_boot
from ownplug.core.shell.stage import LIGHTS, Stage, stage_told
from ownplug.core.shell.words import ResetReason

_LIMIT = 2000  # events of one start; the page has 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One event, and what is new by it; None is what is not."""

    event: Event
    phase: BootPhase | None = None
    stage: Stage | None = None
    reset_reason: ResetReason | str | None = None
    start: BootReport | None = None
    """A start that is over."""

    @property
    def light(self) -> str | None:
        """What the light shows in the new stage."""
        return None if self.stage is None else LIGHTS[self.stage]


class Watcher:
    """Follows one plug; pure."""

    def __init__(self) -> None:
        self._stage: Stage | None = None
        self._start: list[Event] | None = None  # of the start that goes on
        self._report = BootReport()

    def see(self, event: Event) -> Sighting:
        """Take the next event."""
        stage = stage_told(event)
        new_stage = stage if stage is not self._stage else None
        self._stage = stage or self._stage
        if isinstance(event, BootLine) and (self._start is None or self._begins_anew(event)):
            self._start, self._report = [], BootReport()
        if self._start is None or len(self._start) >= _LIMIT:
            return Sighting(event=event, stage=new_stage)
        self._start.append(event)
        return self._within_a_start(event, new_stage)

    def _within_a_start(self, event: Event, stage: Stage | None) -> Sighting:
        before = self._report
        if not isinstance(event, BootLine | LogLine):
            return Sighting(event=event, stage=stage)
        self._report = report = read_boot(self._start or ())
        if report.port is not None:
            self._start = None
        return Sighting(
            event=event,
            stage=stage,
            phase=report.phases[-1] if report.phases != before.phases else None,
            reset_reason=report.reset_reason if before.reset_reason is None else None,
            start=None if report.port is None else report,
        )

    def _begins_anew(self, event: BootLine) -> bool:
        """Whether a start was cut short by the next one."""
        phases = self._report.phases
        return event.phase is BootPhase.BROM and bool(phases) and phases[-1] is not BootPhase.BROM


async def watch(session: Session) -> AsyncIterator[Sighting]:
    """Yield what the plug prints from now on, until the wire ends; nothing is sent."""
    watcher = Watcher()
    with session.subscribe() as events:
        async for event in events:
            yield watcher.see(event)
    session.check()
