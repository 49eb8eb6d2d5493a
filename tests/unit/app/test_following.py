"""What a pairing that is followed tells: steps with their times, and nothing that is secret."""

from __future__ import annotations

from ownplug.app.following import Follower
from ownplug.app.means import Means
from ownplug.core.errors import Unreachable
from ownplug.core.secret import Secret
from ownplug.pairing import Cause, Phase, Step, failure
from ownplug.testing.clock import FakeClock


async def test_what_is_secret_stands_nowhere() -> None:
    clock = FakeClock()
    means = Means(clock, position="52.52,13.4")
    means.use_position("48.1,11.5")
    follower = Follower(clock, means.mask("Lindenhof", Secret("secret123")))
    follower.hear(Step(phase=Phase.IDENTIFY, done=True, found="mss310"))
    await clock.advance(2)
    done = follower.hear(Step(phase=Phase.SCAN, done=True, found="'Lindenhof' at 76 %"))
    assert done is not None
    assert (done.code, done.found, done.after_s) == ("scan", "'***' at 76 %", 2)
    assert follower.hear(Step(phase=Phase.TIME, done=False)) is None
    follower.hear(Step(phase=Phase.TIME, done=True, found="UTC, at 52.52,13.4 or 48.1,11.5"))
    error = failure(Cause.WIFI_PASSWORD, "It hears 'Lindenhof', and secret123 is wrong.")
    error.facts = (("own-record", "secret123"),)
    why = follower.fail(error)
    told = f"{why} {follower.stages}"
    for secret in ("Lindenhof", "secret123", "52.52", "48.1"):
        assert secret not in told
    assert (why.code, why.stage, why.needs_reset) == ("wifi-password", "tell", False)
    assert [stage.state for stage in follower.stages] == ["done", "done", "failed"] + ["waiting"] * 6


def test_an_error_without_facts_has_none() -> None:
    follower = Follower(FakeClock(), lambda text: text)
    why = follower.fail(Unreachable("Nobody answers.", hint="Look at it."))
    assert (why.code, why.stage, why.facts, why.hint) == ("unreachable", "find", [], "Look at it.")
