"""What is said to Home Assistant, when, and what is taken from it."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.bridges.hass.plugs import CONFIG, FEATURES, KETTLE, OTHER, OUTLET, TOPICS, UUID

from ownplug.app.settings import load_settings
from ownplug.bridges.hass import HassSettings, HomeAssistant
from ownplug.bridges.hass.discovery import config_of
from ownplug.bridges.hass.topics import Topics
from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid
from ownplug.hub import Device, DeviceGone, Wish
from ownplug.transport.messenger import Hear


class Server:
    """A `Messenger` that keeps what is retained, as a server does."""

    def __init__(self, kept: dict[str, bytes] | None = None) -> None:
        self.kept = kept or {}
        self.said: list[tuple[str, bytes]] = []
        self.ears: dict[str, Hear] = {}

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        assert retain
        self.said.append((topic, payload))
        self.kept[topic] = payload
        if not payload:
            del self.kept[topic]

    def listen(self, topic_filter: str, hear: Hear) -> None:
        self.ears[topic_filter] = hear

    def recall(self, topic_filter: str, hear: Hear) -> None:
        start, _, end = topic_filter.partition("+")
        for topic, payload in list(self.kept.items()):
            if topic.startswith(start) and topic.endswith(end.lstrip("/+")):
                hear(topic, payload)

    def write(self, topic: str, payload: bytes) -> None:
        self.ears[TOPICS.every_command](topic, payload)


class Home:
    """Devices that change as a test says, and what was wished of them."""

    def __init__(self, *changes: Device | DeviceGone, also: tuple[Device, ...] = ()) -> None:
        self._changes = changes
        self._also = also
        self.wishes: list[tuple[Uuid, str, Wish]] = []

    async def all(self) -> list[Device]:
        return [*self._also, *(change for change in self._changes if isinstance(change, Device))]

    async def changes(self) -> AsyncIterator[Device | DeviceGone]:
        for change in self._changes:
            yield change

    def wish(self, uuid: Uuid, feature_id: str, wish: Wish, /) -> None:
        self.wishes.append((uuid, feature_id, wish))


async def shown(home: Home, server: Server | None = None, **settings: Any) -> Server:
    server = server or Server()
    await HomeAssistant(server, home, home, HassSettings(**settings)).run()
    return server


async def test_a_plug_is_announced_said_and_there() -> None:
    server = await shown(Home(KETTLE))
    assert {topic.removeprefix(f"ownplug/hass/{UUID}/"): text for topic, text in server.kept.items()} == {
        CONFIG: config_of(KETTLE, FEATURES, TOPICS),
        "available": b"online",
        "on": b"ON",
        "power": b"12.3",
        "voltage": b"230.1",
        "current": b"0.053",
        "energy": b"1.234",
        "energy_today": b"0.1",
        "signal": b"80",
        "light": b"OFF",
        "firmware": b'{"installed_version": "2.1.7"}',
    }


async def test_only_what_is_new_is_said() -> None:
    cooler = replace(KETTLE, features=(OUTLET, replace(FEATURES[1], value=11.0)))
    server = await shown(Home(KETTLE, KETTLE, cooler, replace(cooler, is_online=False)))
    again = server.said[len(FEATURES) + 1 :]
    assert again == [(TOPICS.state(UUID, "power"), b"11"), (TOPICS.available(UUID), b"offline")]


async def test_a_feature_that_is_missing_for_a_moment_stays_announced() -> None:
    server = await shown(Home(KETTLE, replace(KETTLE, name="lamp", features=(OUTLET,))))
    config = json.loads(server.kept[CONFIG])
    assert config["device"]["name"] == "lamp"
    assert len(config["components"]) == len(FEATURES)


async def test_a_plug_that_has_not_come_yet_is_away_and_its_announcement_stays() -> None:
    before = (await shown(Home(KETTLE))).kept
    server = await shown(Home(replace(KETTLE, is_online=False, features=(OUTLET,))), Server(dict(before)))
    assert server.kept == before | {TOPICS.available(UUID): b"offline"}
    assert server.said == [(TOPICS.available(UUID), b"offline")]


async def test_a_plug_that_is_gone_leaves_nothing() -> None:
    assert (await shown(Home(KETTLE, DeviceGone(uuid=UUID)))).kept == {}


async def test_nothing_is_left_of_one_that_only_earlier_hubs_have_seen() -> None:
    kept = dict((await shown(Home(KETTLE))).kept)
    away = replace(KETTLE, is_online=False, features=())
    assert (await shown(Home(away, DeviceGone(uuid=UUID)), Server(dict(kept)))).kept == {}
    assert (await shown(Home(), Server(dict(kept)))).kept == {}


async def test_what_others_have_announced_stays() -> None:
    other_hub = Topics(prefix="cellar/plugs", discovery="homeassistant")
    kept = {
        other_hub.config(OTHER): config_of(replace(KETTLE, uuid=OTHER), FEATURES, other_hub),
        TOPICS.config(OTHER).replace("f00ffee", "f00ffed"): b"[" * 100_000,
        "homeassistant/device/kettle/config": b'{"availability": [{"topic": "ownplug/hass/status"}]}',
        "ownplug/hass/kettle/on": b"ON",
    }
    assert (await shown(Home(), Server(dict(kept)))).kept == kept


async def test_when_home_assistant_comes_it_is_told_all_and_what_it_may_have_missed() -> None:
    gone = replace(KETTLE, uuid=OTHER)
    server = await shown(Home(KETTLE, gone, DeviceGone(uuid=OTHER)))
    kept = dict(server.kept)
    server.said.clear()
    server.ears["homeassistant/status"]("homeassistant/status", b"offline")
    assert server.said == []
    server.kept[TOPICS.config(OTHER)] = b"as Home Assistant knows it"
    server.ears["homeassistant/status"]("homeassistant/status", b"online")
    assert dict(server.said) == kept | {TOPICS.config(OTHER): b""}


async def test_home_assistant_is_obeyed_to_the_letter(caplog: pytest.LogCaptureFixture) -> None:
    home = Home(KETTLE)
    server = await shown(home)
    for feature_id, payload in (("on", b"ON"), ("on", b"OFF"), ("light", b"ON"), ("identify", b"PRESS")):
        server.write(TOPICS.command(UUID, feature_id), payload)
    wanted = [("on", Wish.ON), ("on", Wish.OFF), ("light", Wish.ON), ("identify", Wish.PRESS)]
    assert home.wishes == [(UUID, feature_id, wish) for feature_id, wish in wanted]
    caplog.set_level(logging.DEBUG)
    wrong = [
        (TOPICS.command(UUID, "on"), payload)
        for payload in (b"on", b"ON ", b"", b"TOGGLE", b"\xff", b"ON" * 999)
    ]
    wrong += [(TOPICS.command(UUID, feature_id), b"ON") for feature_id in ("power", "identify", "none")]
    wrong += [(TOPICS.command(OTHER, "on"), b"ON"), (f"ownplug/hass/{UUID.text.upper()}/on/set", b"ON")]
    for topic, payload in wrong:
        server.write(topic, payload)
    assert len(home.wishes) == len(wanted)
    told = [record for record in caplog.records if record.msg.startswith("Somebody wrote")]
    assert len(told) == len(wrong)
    loud = [record.args[1] for record in told if record.levelno == logging.WARNING and record.args]  # type: ignore[index]
    assert len(loud) == len(set(loud))  # once a minute for each topic, so nobody fills the log
    assert loud


async def test_where_things_are_said_can_be_chosen() -> None:
    server = await shown(Home(KETTLE), prefix="cellar/plugs", discovery="ha", birth="ha/status")
    assert f"ha/device/ownplug_{UUID}/config" in server.kept
    assert f"cellar/plugs/{UUID}/on" in server.kept
    assert set(server.ears) == {"cellar/plugs/+/+/set", "ha/status"}


@pytest.mark.parametrize("name", ["prefix", "discovery", "birth"])
@pytest.mark.parametrize("text", ["", "/", "a/", "a//b", "a/#", "+", "a b", "a\0"])
def test_what_is_no_place_for_that_is_refused(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"hass.{name}"):
        load_settings(Path("none"), {}, {f"hass.{name}": text})
