from __future__ import annotations

from ownplug.core.identity import Mac
from ownplug.hub.refusals import RefusalCause, Refusals
from ownplug.testing import FakeClock

MAC = Mac.parse("34:29:8f:1a:2b:3c")


def test_the_newest_are_remembered_and_no_more() -> None:
    refusals = Refusals(FakeClock().now)
    for number in range(250):
        refusals.note(f"10.0.0.{number}", RefusalCause.TLS, "no shared cipher", mac=None)
    refusals.note("10.0.0.9", RefusalCause.LOGIN, "another key", mac=MAC)
    kept = refusals.all()
    assert len(kept) == 200
    assert kept[0].address == "10.0.0.51"
    assert (kept[-1].cause, kept[-1].mac, kept[-1].at) == (RefusalCause.LOGIN, MAC, FakeClock().now())


def test_all_are_counted_also_those_that_are_forgotten() -> None:
    refusals = Refusals(FakeClock().now)
    for _ in range(250):
        refusals.note("10.0.0.1", RefusalCause.TLS, "no shared cipher")
    refusals.note("10.0.0.1", RefusalCause.LOGIN, "another key", mac=MAC)
    assert refusals.totals == {RefusalCause.TLS: 250, RefusalCause.LOGIN: 1}
