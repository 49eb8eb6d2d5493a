"""How steps and failures become the nine stages."""

from __future__ import annotations

import pytest

from ownplug.core.errors import Conflict, DeviceError, LinkTimeout, Malformed, OwnplugError, Unreachable
from ownplug.pairing import Cause, Course, Phase, Stage, StageState, Step, failure

TOLD = [Phase.IDENTIFY, Phase.SCAN, Phase.SERVER, Phase.TIME, Phase.KEY, Phase.WIFI]
TALK = [Phase.CONNECT, Phase.CLOCK, Phase.BIND, Phase.METER]


def walk(course: Course, phases: list[Phase], after_s: float = 0.0) -> float:
    """Do these steps, each of which takes a second; return when the last one ended."""
    for phase in phases:
        course.hear(Step(phase=phase, done=False), after_s)
        after_s += 1
        course.hear(Step(phase=phase, done=True, found=f"{phase.code}!"), after_s)
    return after_s


def states(course: Course) -> str:
    """One letter for each stage."""
    return "".join(seen.state.value[0] for seen in course.stages)


def found(course: Course) -> dict[str, list[str]]:
    return {seen.stage.value: [text for _, text in seen.found] for seen in course.stages if seen.found}


def test_it_begins_with_the_search() -> None:
    assert states(Course()) == "rwwwwwwww"


def test_a_plug_that_comes_home() -> None:
    course = Course()
    after_s = walk(course, [*TOLD, *TALK, Phase.ONLINE])
    assert states(course) == "ddddddddr"  # never done before the proof
    after_s = walk(course, [Phase.SWITCH], after_s)
    assert states(course) == "ddddddddr"
    course.end(after_s)
    assert states(course) == "ddddddddd"
    assert found(course) == {
        "identify": ["identify!", "scan!"],
        "tell": ["server!", "time!", "key!", "wifi!"],
        "reach": ["connect!"],
        "talk": ["clock!", "bind!", "meter!"],
        "proof": ["online!", "switch!"],
    }
    seen = {each.stage: (each.began_s, each.ended_s) for each in course.stages}
    assert seen[Stage.FIND] == (0, 1)
    assert seen[Stage.IDENTIFY] == (1, 2)
    assert seen[Stage.TELL] == (2, 6)
    assert seen[Stage.JOIN] == (6, 7)
    assert seen[Stage.SECURE] == (None, 7)  # only its end can be seen
    assert seen[Stage.PROOF] == (11, 12)


@pytest.mark.parametrize(
    ("error", "stage", "seen"),
    [
        (Unreachable("no."), Stage.FIND, "fwwwwwwww"),
        (LinkTimeout("no."), Stage.FIND, "fwwwwwwww"),
        (Malformed("no plug."), Stage.FIND, "fwwwwwwww"),
        (failure(Cause.WRONG_KEY, "It has one."), Stage.IDENTIFY, "dfwwwwwww"),
        (DeviceError("no."), Stage.IDENTIFY, "dfwwwwwww"),
    ],
)
def test_one_that_is_not_read(error: OwnplugError, stage: Stage, seen: str) -> None:
    course = Course()
    course.hear(Step(phase=Phase.IDENTIFY, done=False), 0)
    assert course.fail(error, 2) is stage
    assert states(course) == seen
    assert not course.needs_reset(error)


def test_a_server_that_was_tried_first_is_no_way_that_the_plug_went() -> None:
    course = Course()
    walk(course, [Phase.IDENTIFY, Phase.SCAN])
    course.hear(Step(phase=Phase.SERVER, done=False), 2)
    error = failure(Cause.TLS_REFUSED, "no.")
    assert course.fail(error, 3) is Stage.TELL
    assert states(course) == "ddfwwwwww"
    assert not course.needs_reset(error)


@pytest.mark.parametrize(
    ("cause", "stage", "needs_reset"),
    [
        (Cause.WIFI_PASSWORD, Stage.JOIN, False),
        (Cause.WIFI_ABSENT, Stage.JOIN, False),
        (Cause.UNSEEN, Stage.JOIN, True),
        (Cause.NAME_UNKNOWN, Stage.REACH, True),
        (Cause.PORT_CLOSED, Stage.REACH, True),
        (Cause.NO_TIME, Stage.REACH, True),
        (Cause.NOT_TLS, Stage.SECURE, True),
        (Cause.TLS_REFUSED, Stage.SECURE, True),
        (Cause.LOGIN_REFUSED, Stage.SIGN_IN, True),
        (Cause.CLOCK_UNANSWERED, Stage.TALK, True),
        (Cause.BIND_UNANSWERED, Stage.TALK, True),
        (Cause.WRONG_KEY, Stage.JOIN, True),
    ],
)
def test_one_that_was_told_and_does_not_come(cause: Cause, stage: Stage, needs_reset: bool) -> None:
    course = Course()
    after_s = walk(course, TOLD)
    course.hear(Step(phase=Phase.CONNECT, done=False), after_s)
    error = failure(cause, "no.")
    assert course.fail(error, after_s + 9) is stage
    number = list(Stage).index(stage)
    assert states(course) == "d" * number + "f" + "w" * (8 - number)
    assert course.stages[number].ended_s == after_s + 9
    assert course.needs_reset(error) is needs_reset


def test_one_that_came_and_does_not_obey() -> None:
    course = Course()
    after_s = walk(course, [*TOLD, *TALK, Phase.ONLINE])
    error = DeviceError("no.")
    assert course.fail(error, after_s) is Stage.PROOF
    assert course.needs_reset(error)
    assert not course.needs_reset(Conflict("Another one is called so."))


def test_every_stage_has_a_name_for_programs() -> None:
    assert [stage.value for stage in Stage] == [
        "find",
        "identify",
        "tell",
        "join",
        "reach",
        "secure",
        "sign-in",
        "talk",
        "proof",
    ]
    assert {state.value for state in StageState} == {"waiting", "running", "done", "failed"}
