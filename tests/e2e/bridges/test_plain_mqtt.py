"""Plain MQTT topics, as mosquitto's own programs see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.bridges.conftest import KettleHome, Mosquitto

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.judged]

Eventually = Callable[..., Any]
WITHIN_S = 60.0  # the energy of a plug is looked up every half minute


@pytest.fixture(params=["our own server", "mosquitto"])
def home(request: pytest.FixtureRequest, kettle_home: KettleHome) -> KettleHome:
    """A house with its topics at either server."""
    if request.param == "mosquitto":
        server: Mosquitto = request.getfixturevalue("mosquitto")
        server.start()
        kettle_home.set_up(foreign_port=server.port)
    else:
        kettle_home.set_up()
    return kettle_home


def test_a_plug_is_shown_switched_and_told_whoever_moves_it(
    home: KettleHome, eventually: Eventually, judged: Any
) -> None:
    eventually(lambda: home.read("kettle/available") == "online")
    eventually(lambda: home.topics().keys() >= {"kettle/on", "kettle/power", "kettle/energy"}, WITHIN_S)
    shown = home.topics()
    assert (shown["status"], shown["kettle/name"]) == ("online", "kettle")
    assert float(shown["kettle/voltage"]) > 100
    for topic in ("power", "current", "energy", "energy_today", "signal"):
        assert float(shown[f"kettle/{topic}"]) >= 0

    listener = home.listen()
    eventually(lambda: listener.heard("status"))
    for word, side in (("ON", True), ("off", False), (" true ", True), ("0", False), ("Toggle", True)):
        home.write("kettle/set", word)
        eventually(lambda side=side: home.is_on() is side)
        eventually(lambda side=side: home.read("kettle/on") == ("ON" if side else "OFF"))
    home.press()
    eventually(lambda: home.read("kettle/on") == "OFF")
    home.ownplug("on", "kettle")
    eventually(lambda: home.read("kettle/on") == "ON")
    eventually(lambda: float(home.read("kettle/power") or 0) > 40, WITHIN_S)
    # Nothing echoes: each move was told once, and no command came but ours.
    assert listener.heard("kettle/on")[-7:] == ["ON", "OFF", "ON", "OFF", "ON", "OFF", "ON"]
    assert listener.heard("kettle/set") == ["ON", "off", " true ", "0", "Toggle"]
    works = "found, switched, readings, energy, light, gone and back; by any server"
    judged("Plain MQTT", works, "mosquitto_sub", home.version())


def test_what_is_no_command_changes_nothing_and_is_told_in_a_sentence(
    home: KettleHome, eventually: Eventually
) -> None:
    home.write("kettle/set", "ON")
    eventually(home.is_on)
    for payload in ("OFF!", '{"state": "OFF"}', "O" * 5000, "2", "ÖFF"):
        home.write("kettle/set", payload)
    home.write("nobody/set", "OFF")
    home.write("kettle/light/set", "OFF")
    eventually(lambda: home.read("kettle/light") == "OFF")  # what came before was looked at
    assert home.is_on()
    assert "Somebody wrote b'OFF!' to 'ownplug/kettle/set', which takes ON, OFF and TOGGLE" in home.log()
    assert "Somebody wrote to 'ownplug/nobody/set', where nothing can be set" in home.log()


def test_a_plug_that_is_locked_stays_on_and_the_log_says_so(home: KettleHome, eventually: Eventually) -> None:
    home.write("kettle/set", "ON")
    eventually(home.is_on)
    home.ownplug("plugs", "safeguard", "kettle", "--lock")
    home.write("kettle/set", "OFF")
    eventually(lambda: "kettle: off came to nothing" in home.log())
    assert home.is_on()


def test_a_command_that_was_kept_does_not_switch_at_the_next_start(
    home: KettleHome, eventually: Eventually
) -> None:
    home.write("kettle/set", "ON", "--retain")
    eventually(home.is_on)
    home.write("kettle/set", "OFF")
    eventually(lambda: home.read("kettle/on") == "OFF")
    assert home.read("kettle/set") == "ON"
    home.hub.stop()
    home.start_hub()
    eventually(lambda: home.read("kettle/available") == "online")
    assert not home.is_on()


def test_a_plug_that_is_renamed_or_forgotten_leaves_nothing_behind(
    home: KettleHome, eventually: Eventually
) -> None:
    eventually(lambda: home.read("kettle/available") == "online")
    odd = "$50+ #1"
    home.ownplug("plugs", "rename", "kettle", odd)
    level = f"_50_ _1-{home.uuid[-6:]}"
    eventually(lambda: home.read(f"{level}/name") == odd)
    eventually(lambda: not [topic for topic in home.topics() if topic.startswith("kettle/")])
    assert f"is shown at the topic ownplug/{level}" in home.log()
    home.write(f"{level}/set", "ON")
    eventually(home.is_on)
    home.hub.stop()
    home.start_hub()
    eventually(lambda: home.read(f"{level}/available") == "online")
    home.ownplug("plugs", "forget", odd)
    eventually(lambda: home.topics().keys() == {"status"})


def test_a_clean_end_is_told_and_the_next_start_too(home: KettleHome, eventually: Eventually) -> None:
    eventually(lambda: home.read("kettle/available") == "online")
    listener = home.listen()
    eventually(lambda: listener.heard("status") == ["online"])
    home.hub.stop()
    eventually(lambda: listener.heard("status") == ["online", "offline"])
    home.start_hub()
    eventually(lambda: home.read("status") == "online")
    eventually(lambda: home.read("kettle/available") == "online")


def test_a_hub_that_is_killed_is_told_by_the_servers_will(
    kettle_home: KettleHome, mosquitto: Mosquitto, eventually: Eventually
) -> None:
    mosquitto.start()
    kettle_home.set_up(foreign_port=mosquitto.port)
    eventually(lambda: kettle_home.read("kettle/available") == "online")
    kettle_home.hub.kill()
    eventually(lambda: kettle_home.read("status") == "offline")
    kettle_home.start_hub()
    eventually(lambda: kettle_home.read("status") == "online")
    kettle_home.write("kettle/set", "ON")
    eventually(kettle_home.is_on)


def test_a_server_that_comes_late_dies_and_forgets_everything_has_it_again(
    kettle_home: KettleHome, mosquitto: Mosquitto, eventually: Eventually
) -> None:
    kettle_home.set_up(foreign_port=mosquitto.port)
    assert "No MQTT server at" in eventually(kettle_home.log)
    for _ in range(2):
        mosquitto.start()
        eventually(lambda: kettle_home.read("kettle/available") == "online", WITHIN_S)
        before = kettle_home.is_on()
        kettle_home.write("kettle/set", "TOGGLE")
        eventually(lambda before=before: kettle_home.is_on() is not before)
        mosquitto.kill()
        kettle_home.press()  # while nobody is there to be told
    mosquitto.start()
    eventually(
        lambda: kettle_home.read("kettle/on") == ("ON" if kettle_home.is_on() else "OFF"),
        2 * WITHIN_S,
    )
