"""The home and its plugs take a new key, whatever happens on the way; who has the old one stays outside."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.pairing.programs import md5, program
from tests.e2e.pairing.streets import PLACES, Street, edges, killed

pytestmark = pytest.mark.e2e

PLUGS = 6
KILLS = 12
WIFI = ("--ssid", "Home", "--password", "secret123")

Run = Callable[..., Any]


def own_login(plug: dict[str, Any], user_id: str, key: str) -> tuple[str, str, str]:
    """User name, password and client id of a plug."""
    return plug["mac"], f"{user_id}_{md5(plug['mac'] + key)}", f"fmware:{plug['uuid']}_{'a' * 16}"


def keys_of_plugs(ownplug: Run, home: Path, plugs: list[dict[str, Any]]) -> set[str]:
    """The keys that the hub has for them."""
    return {ownplug("plugs", "show", plug["uuid"], "--show-secrets", home=home)["key"] for plug in plugs}


@pytest.mark.timeout(180)
def test_all_take_the_new_key_and_who_signs_in_with_the_old_one_stays_outside(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    street = Street(launch, ownplug, tmp_path, PLUGS)
    home, old = street.homes["a"], street.key
    user_id, port = street.ready["a"]["user_id"], int(street.ready["a"]["mqtts"].rpartition(":")[2])
    everybody = {plug["uuid"] for plug in street.plugs}
    eventually(lambda: street.online("a") == everybody)
    before = edges(street.status())

    with program(port, user_id, md5(user_id + old), f"app:{'1' * 32}") as app:
        assert not app.connected[0].is_failure
        rows = ownplug("keys", "roll", *street.addresses(), home=home)
        app.wait(lambda: len(app.connected) > 1)  # sent away, it came again
        assert app.connected[1].is_failure
    assert {row["state"] for row in rows} == {"moved"}
    new = street.key_of("a")
    assert new != old
    assert street.online("a") == everybody
    assert keys_of_plugs(ownplug, home, street.plugs) == {new}
    assert {told["server"] for told in street.status().values()} == {street.ready["a"]["mqtts"]}
    for key, is_let_in in ((old, False), (new, True)):
        with program(port, *own_login(street.plugs[0], user_id, key)) as judge:
            assert judge.connected[0].is_failure is not is_let_in
        with program(port, user_id, md5(user_id + key), f"app:{'2' * 32}") as judge:
            assert judge.connected[0].is_failure is not is_let_in
    assert edges(street.status()) == before
    assert not (home / "move.json").exists()


@pytest.mark.timeout(180)
def test_one_that_cannot_be_reached_keeps_the_old_key_and_takes_the_new_one_when_resumed(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    hub = launch("hub", "run", "--home", str(home), *PLACES)
    ready = hub.ready()
    kettle = launch("virtual", "run").ready()
    lamp_program = launch("virtual", "run", "--seed", "2")
    lamp = lamp_program.ready()
    for name, plug in (("kettle", kettle), ("lamp", lamp)):
        ownplug("pair", f"http://{plug['http']}", *WIFI, "--name", name)
    old = ownplug("plugs", "show", "lamp", "--show-secrets")["key"]
    lamp_program.stop()
    where = [word for plug in (kettle, lamp) for word in ("--at", f"{plug['mac']}={plug['http']}")]
    rows = ownplug("keys", "roll", *where, status=1)
    assert {row["name"]: row["state"] for row in rows} == {"kettle": "moved", "lamp": "kept"}
    assert (home / "move.json").stat().st_mode & 0o777 == 0o600
    assert ownplug("keys", "roll", status=1)["code"] == "conflict"

    # The hub lets both in, each with the key that it has, also after a restart.
    hub.stop()
    port = ready["mqtts"].rpartition(":")[2]
    web = ready["web"].rpartition(":")[2]
    launch(
        "hub", "run", "--home", str(home), "--mqtts", f"127.0.0.1:{port}",
        "--web", f"127.0.0.1:{web}", "--advertise", "127.0.0.1",
    ).ready()  # fmt: skip
    eventually(lambda: ownplug("plugs", "show", "kettle")["availability"] == "online")
    with program(int(port), *own_login(lamp, ready["user_id"], old)) as judge:
        assert not judge.connected[0].is_failure
    with program(int(port), *own_login(kettle, ready["user_id"], old)) as judge:
        assert judge.connected[0].is_failure

    # Reset and paired again it has the home's key, and the old one is void.
    lamp = launch("virtual", "run", "--seed", "2").ready()
    ownplug("pair", f"http://{lamp['http']}", *WIFI)
    new = ownplug("plugs", "show", "kettle", "--show-secrets")["key"]
    assert ownplug("plugs", "show", "lamp", "--show-secrets")["key"] == new != old
    with program(int(port), *own_login(lamp, ready["user_id"], old)) as judge:
        assert judge.connected[0].is_failure
    ownplug("move", "--give-up")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_any_moment_it_loses_none(
    launch: Run, ownplug: Run, eventually: Run, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    street = Street(launch, ownplug, tmp_path, PLUGS)
    home = street.homes["a"]
    everybody = {plug["uuid"] for plug in street.plugs}
    eventually(lambda: street.online("a") == everybody)
    before = edges(street.status())
    chance = random.Random(11)
    anew: tuple[str, ...] = ("keys", "roll", "--batch", "2", *street.addresses())
    kills, keys, longest_s = 0, {street.key}, 2.5
    while kills < KILLS:
        command = anew
        while kills < KILLS and killed(command, home, chance.uniform(0.3, longest_s)):
            kills += 1
            is_begun = (home / "move.json").exists()
            longest_s += 0.0 if is_begun else 0.5  # on a busy machine it had not even begun
            command = ("move", "--resume", "--batch", "2") if is_begun else anew
        if (home / "move.json").exists():
            ownplug("move", "--resume", home=home)
        keys.add(street.key_of("a"))
        eventually(lambda: street.online("a") == everybody)
        assert keys_of_plugs(ownplug, home, street.plugs) == {street.key_of("a")}
    assert len(keys) > 1
    assert edges(street.status()) == before
    tell(f"{kills} kills, {len(keys)} keys, {PLUGS} plugs: none lost, no relay moved")
