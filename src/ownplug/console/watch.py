"""What a start and the log tell while they run: how far the plug has come, why it started, what its light shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ownplug.console.session import Session
from ownplug.core.shell import BootLine, BootPhase, BootReport, Event, read_boot
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
        self._phase: BootPhase | None = None

    def see(self, event: Event) -> Sighting:
        """Take the next event."""
        stage = stage_told(event)
        is_new = stage is not None and stage is not self._stage
        self._stage = stage or self._stage
        if isinstance(event, BootLine) and (self._start is None or self._begins_anew(event)):
            self._start, self._phase = [], None
        if self._start is None:
            return Sighting(event=event, stage=stage if is_new else None)
        return self._within(self._start, event, stage if is_new else None)

    def _within(self, start: list[Event], event: Event, stage: Stage | None) -> Sighting:
        """Tell what an event of a start adds."""
        if len(start) < _LIMIT:
            start.append(event)
        told = read_boot([event])
        phase = event.phase if isinstance(event, BootLine) and event.phase is not self._phase else None
        self._phase = phase or self._phase
        is_over = told.port is not None
        if is_over:
            self._start = None
        return Sighting(
            event=event,
            stage=stage,
            phase=phase,
            reset_reason=told.reset_reason,
            start=read_boot(start) if is_over else None,
        )

    def _begins_anew(self, event: BootLine) -> bool:
        """Whether a start was cut short by the next one."""
        return event.phase is BootPhase.BROM and self._phase not in {None, BootPhase.BROM}


async def sightings(session: Session) -> AsyncIterator[Sighting]:
    """Yield what the plug prints from now on, until the wire ends; nothing is sent."""
    watcher = Watcher()
    with session.subscribe() as events:
        async for event in events:
            yield watcher.see(event)
    session.check()
