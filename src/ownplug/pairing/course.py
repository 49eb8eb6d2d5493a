"""How far a pairing came, in the nine stages that people follow; pure, the steps and their times go in.

Pairing sees more than these where it asks a plug, and less where it waits for one: Wi-Fi, way, TLS and login end
together, when the plug is there. A failure tells them apart, because its cause does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from ownplug.core.errors import HubError, LinkError, Malformed, OwnplugError
from ownplug.pairing.evidence import Cause
from ownplug.pairing.steps import Phase, Step


class Stage(Enum):
    """The stages in their order, by their names for programs."""

    FIND = "find"
    IDENTIFY = "identify"
    TELL = "tell"
    JOIN = "join"
    REACH = "reach"
    SECURE = "secure"
    SIGN_IN = "sign-in"
    TALK = "talk"
    PROOF = "proof"


class StageState(Enum):
    """How a stage is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSeen:
    """A stage, as far as it came; times are seconds since the pairing began.

    Attributes:
        stage: which.
        state: how it is.
        began_s: when it was seen to begin; None: it did not, or only its end was seen.
        ended_s: when it ended, well or not.
        found: what was found in it, each by the step that did.
    """

    stage: Stage
    state: StageState = StageState.WAITING
    began_s: float | None = None
    ended_s: float | None = None
    found: tuple[tuple[Phase, str], ...] = ()


# What a step shows to have begun. Whoever answers the first question was found.
_STAGES = {
    Phase.SCAN: Stage.IDENTIFY,
    Phase.SERVER: Stage.TELL,
    Phase.TIME: Stage.TELL,
    Phase.KEY: Stage.TELL,
    Phase.WIFI: Stage.TELL,
    Phase.CONNECT: Stage.JOIN,
    Phase.CLOCK: Stage.TALK,
    Phase.BIND: Stage.TALK,
    Phase.METER: Stage.TALK,
    Phase.ONLINE: Stage.TALK,
    Phase.SWITCH: Stage.PROOF,
}
# What a step that is done shows to have begun, where that is another.
_STAGES_WHEN_DONE = {Phase.IDENTIFY: Stage.IDENTIFY, Phase.CONNECT: Stage.TALK, Phase.ONLINE: Stage.PROOF}
# In which stage what was found is told.
_PLACES = {**_STAGES, Phase.IDENTIFY: Stage.IDENTIFY, Phase.CONNECT: Stage.REACH, Phase.ONLINE: Stage.PROOF}
# Where a plug that was told and does not come has stopped.
_STOPS = {
    Cause.WIFI_PASSWORD.code: Stage.JOIN,
    Cause.WIFI_ABSENT.code: Stage.JOIN,
    Cause.UNSEEN.code: Stage.JOIN,
    Cause.NAME_UNKNOWN.code: Stage.REACH,
    Cause.PORT_CLOSED.code: Stage.REACH,
    Cause.NO_TIME.code: Stage.REACH,
    Cause.NOT_TLS.code: Stage.SECURE,
    Cause.TLS_REFUSED.code: Stage.SECURE,
    Cause.LOGIN_REFUSED.code: Stage.SIGN_IN,
    Cause.CLOCK_UNANSWERED.code: Stage.TALK,
    Cause.BIND_UNANSWERED.code: Stage.TALK,
}
_BACK_IN_PAIRING_MODE = {Cause.WIFI_PASSWORD.code, Cause.WIFI_ABSENT.code}


class Course:
    """The stages of one pairing. It begins with the search for the plug."""

    def __init__(self) -> None:
        self._stages = {stage: StageSeen(stage=stage) for stage in Stage}
        self._was_told = False
        self._enter(Stage.FIND, 0.0)

    @property
    def stages(self) -> tuple[StageSeen, ...]:
        """All nine, in their order."""
        return tuple(self._stages.values())

    def hear(self, step: Step, after_s: float) -> None:
        """Take note of a step, so many seconds after the beginning."""
        self._was_told |= step.phase is Phase.KEY
        if stage := (_STAGES_WHEN_DONE if step.done else {}).get(step.phase) or _STAGES.get(step.phase):
            self._enter(stage, after_s)
        if step.done:
            place = self._stages[_PLACES[step.phase]]
            self._stages[place.stage] = replace(place, found=(*place.found, (step.phase, step.found)))

    def end(self, after_s: float) -> None:
        """Take note that the plug is at home, and has proven it."""
        self._close(list(Stage), after_s)

    def fail(self, error: OwnplugError, after_s: float) -> Stage:
        """Take note that it ended with an error; return the stage in which that was."""
        stage = self._where(error)
        self._enter(stage, after_s)
        self._stages[stage] = replace(self._stages[stage], state=StageState.FAILED, ended_s=after_s)
        return stage

    def needs_reset(self, error: OwnplugError) -> bool:
        """Whether the plug, after this failure, may have what it was told, and go on trying."""
        is_at_home = isinstance(error, HubError)  # and cannot be called as was wished
        return self._was_told and not is_at_home and error.code not in _BACK_IN_PAIRING_MODE

    def _where(self, error: OwnplugError) -> Stage:
        now = next(seen.stage for seen in self.stages if seen.state is StageState.RUNNING)
        if now is Stage.FIND:
            return Stage.FIND if isinstance(error, LinkError | Malformed) else Stage.IDENTIFY
        if now in {Stage.JOIN, Stage.TALK}:
            return _STOPS.get(error.code, now)
        return now

    def _enter(self, stage: Stage, after_s: float) -> None:
        """Begin a stage; those before it are over, whether they were seen or not."""
        order = list(Stage)
        self._close(order[: order.index(stage)], after_s)
        seen = self._stages[stage]
        if seen.state is StageState.WAITING:
            self._stages[stage] = replace(seen, state=StageState.RUNNING, began_s=after_s)

    def _close(self, stages: list[Stage], after_s: float) -> None:
        for stage in stages:
            seen = self._stages[stage]
            if seen.state in {StageState.WAITING, StageState.RUNNING}:
                self._stages[stage] = replace(seen, state=StageState.DONE, ended_s=after_s)
