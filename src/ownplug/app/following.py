"""One pairing on its way, as the API tells it: its steps and stages, without what nobody shall read there."""

from __future__ import annotations

from collections.abc import Callable

from ownplug.aio import Clock
from ownplug.core.errors import OwnplugError, PairingFailed
from ownplug.pairing import Course, StageSeen, Step
from ownplug.web import DoneStep, Fact, PairingFailure, StageView


class Follower:
    """Hears of each step of a pairing that begins now.

    Args:
        clock: measures the steps.
        mask: takes out of a text what is secret.
    """

    def __init__(self, clock: Clock, mask: Callable[[str], str]) -> None:
        self._clock = clock
        self._mask = mask
        self._began_s = clock.monotonic()
        self._course = Course()

    @property
    def stages(self) -> list[StageView]:
        """How far it has come."""
        return [self._stage(seen) for seen in self._course.stages]

    def hear(self, step: Step) -> DoneStep | None:
        """Take note of a step; return it where it is done."""
        after_s = self._after_s()
        self._course.hear(step, after_s)
        if not step.done:
            return None
        found = self._mask(step.found)
        return DoneStep(code=step.phase.code, phase=step.phase.value, found=found, after_s=after_s)

    def end(self) -> None:
        """Take note that the plug is at home."""
        self._course.end(self._after_s())

    def fail(self, error: OwnplugError) -> PairingFailure:
        """Take note of why it ended, and return that."""
        stage = self._course.fail(error, self._after_s())
        seen = error.facts if isinstance(error, PairingFailed) else ()
        return PairingFailure(
            code=error.code,
            message=self._mask(str(error)),
            hint=self._mask(error.hint),
            stage=stage.value,
            facts=[Fact(code=code, value=self._mask(value)) for code, value in seen],
            needs_reset=self._course.needs_reset(error),
        )

    def _stage(self, seen: StageSeen) -> StageView:
        return StageView(
            code=seen.stage.value,
            state=seen.state.value,
            began_after_s=seen.began_s,
            ended_after_s=seen.ended_s,
            facts=[Fact(code=phase.code, value=self._mask(text)) for phase, text in seen.found],
        )

    def _after_s(self) -> float:
        return round(self._clock.monotonic() - self._began_s, 3)
