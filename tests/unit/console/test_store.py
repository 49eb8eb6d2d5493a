"""Settings are read right however much is printed into them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.unit.console import scripted
from tests.unit.console.scripted import ScriptedPlug
from tests.unit.console.wired import play, wired
from tests.unit.virtual.conftest import Bench

from ownplug.console import Console, Progress, Session
from ownplug.console.store import has_value, read_store, read_value
from ownplug.core.errors import Malformed, Unexpected
from ownplug.core.secret import Secret
from ownplug.core.shell import SETTINGS
from ownplug.virtual import Faults

KEYS = [setting.key for setting in SETTINGS]


def test_every_setting_is_read_in_the_order_of_the_plug() -> None:
    plug = wired()
    store = play(plug, read_store)
    assert list(store) == KEYS
    assert {key: value.reveal() for key, value in store.items()} == plug.settings


@pytest.mark.parametrize(("chatter", "garble"), [(20, 0.0), (50, 0.0), (20, 0.1), (50, 0.3)])
def test_what_other_tasks_print_into_the_listing_changes_no_value(chatter: float, garble: float) -> None:
    plug = wired(Bench(console=True, faults=Faults(chatter=chatter, garble=garble)))
    store = play(plug, read_store)
    assert {key: value.reveal() for key, value in store.items()} == plug.settings


class Told(dict[str, bytes]):
    """Answers of which some differ from time to time; the last of them stays."""

    def __init__(self, answers: Mapping[str, list[bytes]]) -> None:
        self._left = {line: list(said) for line, said in answers.items()}
        super().__init__()

    def get(self, line: str, default: object = None) -> bytes:
        said = self._left.get(line, [b"the data item is not exist\r\n"])
        return said.pop(0) if len(said) > 1 else said[0]


def listing(**values: str) -> bytes:
    return b"".join(f"[STA]{name}: {value}\r\n".encode() for name, value in values.items())


def read(answers: Mapping[str, list[bytes]]) -> tuple[dict[str, Secret], list[str]]:
    """What is read of a plug with these answers, and what it was asked."""
    store: dict[str, Secret] = {}
    asked: list[str] = []

    async def story(session: Session, plug: ScriptedPlug) -> None:
        store.update(await read_store(Console(session)))
        asked.extend(line for line in plug.executed if line)

    scripted.play(story, Told(answers))
    return store, asked


def test_a_line_that_was_cut_in_one_listing_is_read_alone() -> None:
    store, asked = read(
        {
            "config show": [listing(Ssid="Kitchen", BW="0"), listing(Ssid="Kit", BW="0")],
            "config read STA Ssid": [b"Ssid = K\r\n", b"Ssid = Kitchen\r\n"],
        }
    )
    assert store == {"STA:Ssid": Secret("Kitchen"), "STA:BW": Secret("0")}
    assert asked.count("config read STA Ssid") == 3
    assert "config read STA BW" not in asked


def test_a_setting_that_nobody_knows_is_kept_and_what_a_plug_does_not_have_is_left_out() -> None:
    store, _ = read({"config show": [listing(Ssid="Home", OfTomorrow="7")]})
    assert store == {"STA:Ssid": Secret("Home"), "STA:OfTomorrow": Secret("7")}


def test_a_name_that_damage_has_made_up_is_no_setting() -> None:
    store, _ = read(
        {
            "config show": [listing(Ssid="Home", BW="0"), listing(Ssi="", BW="0")],
            "config read STA Ssid": [b"Ssid = Home\r\n"],
        }
    )
    assert list(store) == ["STA:Ssid", "STA:BW"]


@pytest.mark.parametrize(
    "listings",
    [
        [b""],
        [listing(Ssid="1", **{f"x{n}": value for n in range(300)}) for value in "12"],
    ],
    ids=["nothing", "something else each time"],
)
def test_a_plug_whose_listings_do_not_agree_is_not_believed(listings: list[bytes]) -> None:
    async def story(session: Session, _: ScriptedPlug) -> None:
        with pytest.raises(Malformed, match="too little in common"):
            await read_store(Console(session))

    scripted.play(story, Told({"config show": listings}))


def test_a_value_that_is_another_one_each_time_is_not_believed() -> None:
    async def story(session: Session, _: ScriptedPlug) -> None:
        with pytest.raises(Malformed, match="tells STA:Ssid differently"):
            await read_value(Console(session), "STA:Ssid")

    scripted.play(story, Told({"config read STA Ssid": [f"Ssid = {n}\r\n".encode() for n in range(20)]}))


def test_a_plug_without_such_a_command_is_told() -> None:
    async def story(session: Session, _: ScriptedPlug) -> None:
        with pytest.raises(Unexpected):
            await read_store(Console(session))
        with pytest.raises(Unexpected, match="does not tell single settings"):
            await read_value(Console(session), "STA:Ssid")

    scripted.play(
        story,
        Told({line: [b"config unknown command\r\n"] for line in ("config show", "config read STA Ssid")}),
    )


def test_one_reading_proves_a_value_and_none_disproves_it_alone() -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        assert await has_value(Console(session), "STA:Ssid", Secret("Home"))
        assert len(plug.executed) == 1
        assert await has_value(Console(session), "STA:BW", Secret("1"))
        assert not await has_value(Console(session), "STA:Channel", Secret("1"))

    answers = {
        "config read STA Ssid": [b"Ssid = Home\r\n"],
        "config read STA BW": [b"BW = \r\n", b"BW = 1\r\n"],
        "config read STA Channel": [b"Channel = 6\r\n"],
    }
    scripted.play(story, Told(answers))


def test_progress_is_told() -> None:
    told: list[Progress] = []
    play(wired(), lambda console: read_store(console, told=told.append))
    assert [(step.done, step.of, step.what) for step in told] == [
        (0, 2, "list the settings, 1 of 2"),
        (1, 2, "list the settings, 2 of 2"),
    ]
