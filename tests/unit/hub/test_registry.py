"""How a person may refer to a plug, what a name is, and changes that come at the same time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Conflict, NotFound, OwnplugError, UsageError
from ownplug.core.identity import Firmware, Model, Uuid
from ownplug.core.records import PlugRecord
from ownplug.core.secret import Secret
from ownplug.hub.registry import PlugChange, Registry

if TYPE_CHECKING:
    from tests.unit.hub.conftest import MemoryStore

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
KETTLE = Uuid("1811081234567825182734298f1a2b3c")
LAMP = Uuid("1909182170548290802048e1e9522946")
HEATER = Uuid("19091821705482h0802048e1e9992946")  # ends in the same digits as the lamp
MODEL = Model(type="mss310", sub_type="us", hardware="2.0.0", chip="mt7682")
FIRMWARE = Firmware(version="2.1.7")


@pytest.fixture
async def registry(store: MemoryStore) -> Registry:
    registry = Registry(store)
    for uuid in (KETTLE, LAMP, HEATER):
        await registry.add(uuid, NOW)
    await registry.change(KETTLE, PlugChange(name="Kettle"))
    await registry.change(LAMP, PlugChange(name="Große Lampe"))
    return registry


@pytest.mark.parametrize(
    "reference",
    [
        *("Kettle", "kettle", "KETTLE", "  kettle ", "\uff2bettle"),
        *("1811081234567825182734298f1a2b3c", "1811081234567825182734298F1A2B3C"),
        *("34:29:8f:1a:2b:3c", "34:29:8F:1A:2B:3C", "34-29-8f-1a-2b-3c", "3429.8f1a.2b3c", "34298F1A2B3C"),
        *("2b3c", "2B3C", "3c", "a2b3c", "25182734298f1a2b3c"),
    ],
)
async def test_a_plug_is_found_by_name_uuid_digits_and_mac_in_any_case(
    registry: Registry, reference: str
) -> None:
    assert registry.find(reference).uuid == KETTLE


@pytest.mark.parametrize("reference", ["große lampe", "GROSSE LAMPE", "Große   Lampe"])
async def test_names_are_compared_as_people_read_them(registry: Registry, reference: str) -> None:
    assert registry.find(reference).uuid == LAMP


async def test_a_name_typed_with_separate_accents_is_the_same_name(registry: Registry) -> None:
    await registry.change(LAMP, PlugChange(name="Cafe\u0301"))
    assert registry.find("Caf\u00e9").uuid == LAMP
    assert registry.find("CAFE\u0301").uuid == LAMP


async def test_an_ambiguous_ending_names_the_plugs_and_asks_for_more(registry: Registry) -> None:
    with pytest.raises(Conflict, match=r"Several plugs end in '2946': Große Lampe, plug-92946") as caught:
        registry.find("2946")
    assert "more digits" in caught.value.hint
    assert registry.find("522946").uuid == LAMP


@pytest.mark.parametrize(
    "reference",
    [
        "",
        " ",
        "c",
        "toaster",
        "ffff",
        "aa:bb:cc:dd:ee:ff",
        "*",
        "%",
        "#",
        "\0",
        "2b3c\n2b3d",
        "ё" * 40,
        ":",
        "-",
    ],
)
async def test_what_no_plug_is_called_is_not_found(registry: Registry, reference: str) -> None:
    with pytest.raises(NotFound, match="No plug is called"):
        registry.find(reference)


async def test_an_endless_reference_makes_no_endless_error(registry: Registry) -> None:
    with pytest.raises(NotFound) as caught:
        registry.find("x" * 1_000_000)
    assert len(str(caught.value)) < 200


@given(st.text(max_size=40) | st.text("0123456789abcdef:-. ", max_size=20))
def test_any_text_finds_a_plug_that_it_fits_or_none(reference: str) -> None:
    registry = Registry(_TwoPlugs())  # type: ignore[arg-type]  # nothing is written
    asyncio.run(registry.load())
    try:
        found = registry.find(reference)
    except (NotFound, Conflict):
        return
    digits = "".join(character for character in reference.casefold() if character.isalnum())
    assert found.name.casefold() == reference.strip().casefold() or found.uuid.text.endswith(digits)


async def test_a_whole_mac_means_that_plug_even_if_another_is_called_so(registry: Registry) -> None:
    await registry.change(LAMP, PlugChange(name="34:29:8f:1a:2b:3c"))
    assert registry.find("34:29:8f:1a:2b:3c").uuid == KETTLE
    await registry.change(LAMP, PlugChange(name=KETTLE.text))
    assert registry.find(KETTLE.text).uuid == KETTLE


async def test_a_name_counts_before_a_few_digits(registry: Registry) -> None:
    await registry.change(LAMP, PlugChange(name="2b3c"))
    assert registry.find("2b3c").uuid == LAMP
    assert registry.find("1a2b3c").uuid == KETTLE


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("  Living   room ", "Living room"),
        ("Küche", "Küche"),
        ("Ku\u0308che", "Küche"),
        ("客厅", "客厅"),
        ("مصباح", "مصباح"),
        ("☕", "☕"),
        ("a\nb\tc", "a b c"),
        ("x" * 60, "x" * 60),
        ("plug #2 (old)", "plug #2 (old)"),
    ],
)
async def test_a_name_is_what_people_write(registry: Registry, given_name: str, kept: str) -> None:
    assert (await registry.change(LAMP, PlugChange(name=given_name))).name == kept
    assert registry.find(given_name).name == kept


@pytest.mark.parametrize(
    "name",
    [
        *("", "   ", "\n"),
        "x" * 61,
        *("a\x07b", "a\x1b[31mred", "a\x00b", "a\x7fb", "a\x9bb"),  # what a terminal would obey
        *("a\u200fb", "a\u202eb", "a\u2066b", "\ufeffa", "a\u200bb"),  # what reverses or hides text
        *("a/b", "/", ".", ".."),  # what a web address would read differently
        "\ud800",
    ],
)
async def test_what_cannot_be_seen_or_addressed_is_no_name(registry: Registry, name: str) -> None:
    with pytest.raises(UsageError, match="A name has 1 to 60 printable characters"):
        await registry.change(LAMP, PlugChange(name=name))
    assert registry.find(LAMP.text).name == "Große Lampe"


@pytest.mark.parametrize("name", ["Kettle", "kettle", "KETTLE", " kettle  ", "\uff2bETTLE"])
async def test_two_plugs_never_share_a_name(registry: Registry, name: str) -> None:
    with pytest.raises(Conflict, match="Another plug is called 'Kettle'"):
        await registry.change(LAMP, PlugChange(name=name))


async def test_a_plug_may_change_the_case_of_its_own_name(registry: Registry) -> None:
    assert (await registry.change(KETTLE, PlugChange(name="KETTLE"))).name == "KETTLE"


async def test_a_name_that_was_given_up_is_free_again(registry: Registry) -> None:
    await registry.change(KETTLE, PlugChange(name="Toaster"))
    await registry.change(LAMP, PlugChange(name="Kettle"))
    assert registry.find("kettle").uuid == LAMP


async def test_new_plugs_get_the_shortest_free_name(store: MemoryStore) -> None:
    registry = Registry(store)
    assert registry.name_of(LAMP) == "plug-2946"
    assert (await registry.add(LAMP, NOW)).name == "plug-2946"
    assert registry.name_of(HEATER) == "plug-92946"
    assert (await registry.add(HEATER, NOW)).name == "plug-92946"


async def test_a_new_plug_does_not_take_the_name_that_an_owner_gave(registry: Registry) -> None:
    await registry.forget(KETTLE)
    await registry.change(LAMP, PlugChange(name="PLUG-2B3C"))
    assert (await registry.add(KETTLE, NOW)).name == "plug-a2b3c"


async def test_plugs_with_the_same_ending_that_come_at_once_get_different_names(store: MemoryStore) -> None:
    registry = Registry(store)
    uuids = [Uuid(f"{number:016d}ffff34298f1a2b3c") for number in range(20)]
    async with asyncio.TaskGroup() as tasks:
        for uuid in uuids:
            tasks.create_task(registry.add(uuid, NOW))
    names = {plug.name.casefold() for plug in registry.all()}
    assert len(names) == len(uuids)
    assert {plug.name for plug in store.plug_records.values()} == {plug.name for plug in registry.all()}


async def test_the_same_plug_added_twice_at_once_is_one_plug(store: MemoryStore) -> None:
    registry = Registry(store)
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(registry.add(LAMP, NOW))
        second = tasks.create_task(registry.add(LAMP, NOW))
    assert first.result() == second.result()
    assert len(registry.all()) == 1


async def test_a_plug_that_is_added_again_keeps_its_name_and_may_get_a_key(registry: Registry) -> None:
    key = Secret("its own key")
    assert (await registry.add(KETTLE, NOW, key=key)).key == key
    assert (await registry.add(KETTLE, NOW)).key == key
    assert registry.find("kettle").name == "Kettle"


async def test_two_who_want_the_same_name_at_once_do_not_both_get_it(registry: Registry) -> None:
    outcomes: list[object] = []

    async def rename(uuid: Uuid) -> None:
        try:
            outcomes.append((await registry.change(uuid, PlugChange(name="Toaster"))).name)
        except Conflict:
            outcomes.append(Conflict)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(rename(LAMP))
        tasks.create_task(rename(HEATER))
    assert sorted(map(str, outcomes)) == sorted(["Toaster", str(Conflict)])


async def test_a_new_name_and_a_new_model_at_once_are_both_kept(
    registry: Registry, store: MemoryStore
) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(registry.learn(LAMP, MODEL, FIRMWARE))
        tasks.create_task(registry.change(LAMP, PlugChange(name="Desk")))
    assert (store.plug_records[LAMP].name, store.plug_records[LAMP].model) == ("Desk", "mss310")


async def test_what_a_plug_tells_of_itself_is_remembered(registry: Registry, store: MemoryStore) -> None:
    await registry.learn(LAMP, MODEL, FIRMWARE)
    kept = store.plug_records[LAMP]
    assert (kept.model, kept.sub_type, kept.hardware, kept.firmware) == ("mss310", "us", "2.0.0", "2.1.7")


async def test_a_forgotten_plug_does_not_come_back_by_what_it_told(
    registry: Registry, store: MemoryStore
) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(registry.forget(LAMP))
        tasks.create_task(registry.learn(LAMP, MODEL, FIRMWARE))
    assert registry.get(LAMP) is None
    assert LAMP not in store.plug_records
    with pytest.raises(NotFound):
        registry.find("große lampe")


async def test_renaming_a_plug_that_was_forgotten_meanwhile_says_so(registry: Registry) -> None:
    await registry.forget(LAMP)
    with pytest.raises(NotFound, match="no longer known"):
        await registry.change(LAMP, PlugChange(name="Desk"))


async def test_forgetting_a_plug_that_nobody_knows_is_no_error(store: MemoryStore) -> None:
    await Registry(store).forget(LAMP)


async def test_a_change_that_did_not_reach_the_disk_is_not_shown(
    registry: Registry, store: MemoryStore
) -> None:
    store.broken = OwnplugError("The disk is full.")
    with pytest.raises(OwnplugError, match="disk is full"):
        await registry.change(LAMP, PlugChange(name="Desk"))
    with pytest.raises(OwnplugError, match="disk is full"):
        await registry.forget(LAMP)
    assert registry.find("große lampe").uuid == LAMP
    with pytest.raises(NotFound):
        registry.find("desk")


async def test_what_a_plug_told_holds_on_a_full_disk_and_is_written_when_there_is_room(
    registry: Registry, store: MemoryStore
) -> None:
    store.broken = OwnplugError("The disk is full.")
    await registry.learn(LAMP, MODEL, FIRMWARE)
    await registry.note(KETTLE, uptime_s=90.0)
    lamp, kettle = registry.get(LAMP), registry.get(KETTLE)
    assert lamp is not None
    assert kettle is not None
    assert (lamp.model, kettle.uptime_s) == ("mss310", 90)
    with pytest.raises(OwnplugError):
        await registry.write_facts()
    store.broken = None
    await registry.write_facts()
    assert (store.plug_records[LAMP].model, store.plug_records[KETTLE].uptime_s) == ("mss310", 90)
    assert not registry.unwritten.is_set()


async def test_a_fact_of_a_plug_that_is_forgotten_meanwhile_is_not_written(
    registry: Registry, store: MemoryStore
) -> None:
    store.broken = OwnplugError("The disk is full.")
    await registry.learn(LAMP, MODEL, FIRMWARE)
    store.broken = None
    await registry.forget(LAMP)
    await registry.write_facts()
    assert LAMP not in store.plug_records


async def test_earlier_runs_are_remembered(registry: Registry, store: MemoryStore) -> None:
    again = Registry(store)
    await again.load()
    assert again.all() == registry.all()
    assert again.find("KETTLE").uuid == KETTLE


class _TwoPlugs:
    """A store that is only read."""

    async def plugs(self) -> list[PlugRecord]:
        return [
            PlugRecord(uuid=KETTLE, name="Kettle", registered_at=NOW),
            PlugRecord(uuid=LAMP, name="2b3d", registered_at=NOW),
        ]


async def test_a_new_plug_gets_a_colour_that_few_have_and_keeps_it(store: MemoryStore) -> None:
    registry = Registry(store)
    uuids = [Uuid(f"{number:032x}") for number in range(8)]
    for uuid in uuids[:7]:
        await registry.add(uuid, NOW)
    assert [plug.series for plug in registry.all()] == [1, 2, 3, 4, 5, 1, 2]
    await registry.forget(uuids[3])
    await registry.change(uuids[4], PlugChange(name="kettle"))
    assert (await registry.add(uuids[4], NOW, key=Secret("k"))).series == 5
    assert (await registry.add(uuids[7], NOW)).series == 4
    assert store.plug_records[uuids[7]].series == 4
