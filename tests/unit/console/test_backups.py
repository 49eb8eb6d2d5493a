from __future__ import annotations

import pytest
from tests.unit.console import scripted
from tests.unit.console.scripted import ScriptedPlug
from tests.unit.console.wired import play, wired

from ownplug.console import Console, Origin, PlugFacts, Session, backup, check_same_plug
from ownplug.console.backup_file import Backup
from ownplug.console.backups import identity_of, read_plug
from ownplug.core.errors import LinkBroken, UsageError
from ownplug.core.secret import Secret
from ownplug.testing import FakeClock

UUID, MAC = "factory:dev.fac.uuid", "factory:dev.fac.mac"
OTHER = "1811081234567890123448e1e9000001"


def test_a_backup_has_every_setting_and_says_where_it_comes_from() -> None:
    plug, clock = wired(), FakeClock()
    origin = Origin(port="/dev/ttyUSB0", tool="ownplug 0", clock=clock)
    saved = play(plug, lambda console: backup(console, origin=origin))
    assert {key: value.reveal() for key, value in saved.settings.items()} == plug.settings
    told = saved.provenance
    assert (told.port, told.tool, told.taken_at) == ("/dev/ttyUSB0", "ownplug 0", clock.now())
    assert saved.plug == PlugFacts(
        uuid=plug.settings[UUID],
        mac=plug.settings[MAC],
        model="mss310",
        hardware="2.0.0",
        firmware="2.1.7",
    )


def test_a_plug_that_does_not_tell_who_it_is_has_no_name() -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        assert await read_plug(Console(session)) == PlugFacts()
        plug.dies_at = "meross hw"
        with pytest.raises(LinkBroken):
            await read_plug(Console(session))

    scripted.play(story, {})


def of(uuid: str, mac: str) -> dict[str, Secret]:
    return {UUID: Secret(uuid), MAC: Secret(mac)}


def check(here: dict[str, Secret], there: dict[str, Secret]) -> None:
    check_same_plug(Backup(provenance=Origin().of(PlugFacts()), settings=there), here)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (of(OTHER, "48:e1:e9:00:00:01"), of(OTHER, "48:e1:e9:00:00:01")),
        (of(OTHER.upper(), ""), of(OTHER, "")),
        (of("", "48-E1-E9-00-00-01"), of(OTHER, "48:e1:e9:00:00:01")),
        (of(OTHER, ""), of(OTHER, "48:e1:e9:00:00:01")),
    ],
)
def test_the_same_uuid_or_the_same_mac_is_the_same_plug(
    here: dict[str, Secret], there: dict[str, Secret]
) -> None:
    check(here, there)


@pytest.mark.parametrize(
    ("here", "there", "says"),
    [
        (of(OTHER, ""), of(OTHER[:-1] + "2", ""), f"of {OTHER[:-1]}2, and this is {OTHER}"),
        (of("", ""), of("", ""), "of one without a uuid, and this is one without a uuid"),
        ({}, of(OTHER, ""), "this is one without a uuid"),
        (of("x" * 32, "none"), of("x" * 32, "none"), "without a uuid"),
        (of("", "48:e1:e9:00:00:01"), of("", "48:e1:e9:00:00:02"), "this is 48:e1:e9:00:00:01"),
    ],
)
def test_another_plug_or_one_without_an_identity_is_refused(
    here: dict[str, Secret], there: dict[str, Secret], says: str
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        check(here, there)
    assert "--any-plug" in caught.value.hint


def test_an_identity_is_written_in_one_way() -> None:
    assert identity_of(of(OTHER.upper(), "48E1E9000001")) == (OTHER, "48:e1:e9:00:00:01")
