from __future__ import annotations

import pytest
from tests.unit.console.wired import WiredPlug, play, wired
from tests.unit.virtual.conftest import Bench

from ownplug.console import choose_identity, insist, read_identity, write_identity
from ownplug.core.errors import DeviceError, UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.shell import Risk
from ownplug.core.shell.replies import Identity
from ownplug.testing import run_in_loop_time
from ownplug.virtual import Faults

UUID, MAC = Uuid("1811081234567890123448e1e9000001"), Mac("48:e1:e9:00:00:01")
OTHER = Uuid("1811081234567890123448e1e9000002")
PRESENT = Identity(uuid=UUID, mac=MAC)


def kept(plug: WiredPlug) -> tuple[str, str]:
    return plug.settings["factory:dev.fac.uuid"], plug.settings["factory:dev.fac.mac"]


def test_both_are_read() -> None:
    plug = wired(Bench(console=True, faults=Faults(chatter=50, garble=0.2)))
    found = play(plug, read_identity)
    assert (str(found.uuid), str(found.mac)) == kept(plug)


@pytest.mark.parametrize(
    ("present", "uuid", "mac", "chosen"),
    [
        (PRESENT, OTHER, OTHER.mac, (OTHER, OTHER.mac)),
        (PRESENT, Uuid("9" * 20 + MAC.digits), None, (Uuid("9" * 20 + MAC.digits), MAC)),
        (PRESENT, None, MAC, (UUID, MAC)),
        (Identity(uuid="", mac="junk"), OTHER, OTHER.mac, (OTHER, OTHER.mac)),
    ],
)
def test_what_is_not_given_stays(
    present: Identity, uuid: Uuid | None, mac: Mac | None, chosen: tuple[Uuid, Mac]
) -> None:
    assert choose_identity(present, uuid=uuid, mac=mac) == chosen


@pytest.mark.parametrize(
    ("present", "uuid", "mac", "says"),
    [
        (PRESENT, OTHER, None, "does not end in that of 48:e1:e9:00:00:01"),
        (PRESENT, None, OTHER.mac, "ends in the MAC"),
        (Identity(uuid="", mac=MAC), None, MAC, "no uuid but ''"),
        (Identity(uuid=UUID, mac="junk"), UUID, None, "no MAC but 'junk'"),
    ],
)
def test_a_uuid_that_does_not_end_in_the_mac_is_refused(
    present: Identity, uuid: Uuid | None, mac: Mac | None, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        choose_identity(present, uuid=uuid, mac=mac)


def test_both_are_written_and_read_back() -> None:
    plug = wired()
    now = play(plug, lambda console: write_identity(console, UUID, MAC, accept=Risk.IDENTITY))
    assert (now.uuid, now.mac) == (UUID, MAC)
    assert kept(plug) == (UUID.text, MAC.text)


def test_what_is_right_already_is_not_written_again() -> None:
    plug = wired()
    play(plug, lambda console: write_identity(console, UUID, MAC, accept=Risk.IDENTITY))
    revision = plug.bench.flash.revision
    play(plug, lambda console: write_identity(console, UUID, MAC, accept=Risk.IDENTITY))
    assert plug.bench.flash.revision == revision


def test_nothing_is_written_where_uuid_and_mac_do_not_fit() -> None:
    plug = wired()
    before = kept(plug)
    with pytest.raises(UsageError, match="ends in the MAC"):
        play(plug, lambda console: write_identity(console, UUID, OTHER.mac, accept=Risk.IDENTITY))
    assert kept(plug) == before


@pytest.mark.parametrize("cut", range(1, 700, 30))
def test_a_cable_that_is_pulled_at_any_moment_costs_nothing(cut: int) -> None:
    plug = wired()
    was = play(plug, read_identity)
    plug.cuts = iter([cut])
    run_in_loop_time(
        insist(
            plug.open,
            lambda c: write_identity(c, UUID, MAC, was=was, accept=Risk.IDENTITY),
            was_there=True,
        )
    )
    assert kept(plug) == (UUID.text, MAC.text)


def test_another_plug_on_the_wire_is_left_alone() -> None:
    plug = wired()
    before = kept(plug)
    was = Identity(uuid=OTHER, mac=OTHER.mac)
    with pytest.raises(UsageError, match="Another plug"):
        play(plug, lambda console: write_identity(console, UUID, MAC, was=was, accept=Risk.IDENTITY))
    assert kept(plug) == before


def test_a_plug_that_does_not_keep_it_is_told() -> None:
    plug = wired()
    plug.bench.flash.write = lambda item, value: None  # type: ignore[method-assign]  # a worn-out memory
    with pytest.raises(DeviceError, match="does not keep its new identity"):
        play(plug, lambda console: write_identity(console, UUID, MAC, accept=Risk.IDENTITY))
