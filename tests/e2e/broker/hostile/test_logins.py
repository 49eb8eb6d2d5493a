"""A wrong login learns that it is wrong, and nothing else."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from ownplug.core.mqtt import Connect, encode

if TYPE_CHECKING:
    from tests.e2e.broker.hostile.conftest import Attacker, Beside
    from tests.e2e.broker.hostile.hub import HubProcess

pytestmark = pytest.mark.e2e

COME_AGAIN = b"\x20\x02\x00\x03"
BAD_LOGIN = b"\x20\x02\x00\x04"
NOT_AUTHORIZED = b"\x20\x02\x00\x05"


def wrong(attacker: Attacker) -> dict[str, Connect]:
    plug, app, user = attacker.plug(), attacker.app(), attacker.user()
    other = attacker.plug("1911000000000000000048e1e90000fe")
    return {
        "the password of a plug": dataclasses.replace(plug, password=b"10001_" + b"0" * 32),
        "the MAC of a plug": dataclasses.replace(plug, username=other.username),
        "the client id of a plug": dataclasses.replace(plug, client_id=other.client_id),
        "no client id of a plug": dataclasses.replace(plug, client_id="plug"),
        "a MAC in capitals": dataclasses.replace(plug, username=(plug.username or "").upper()),
        "the password of an app": dataclasses.replace(app, password=b"0" * 32),
        "the user id of an app": dataclasses.replace(app, username="1"),
        "a plug's password for an app": dataclasses.replace(app, password=plug.password),
        "the password of a user": dataclasses.replace(user, password=b"anna-s-passw0rd"),
        "a user that is not there": dataclasses.replace(user, username="nobody"),
        "no password": dataclasses.replace(user, password=None),
        "a password with more after it": dataclasses.replace(user, password=b"anna-s-password\x00"),
        "an empty user name": dataclasses.replace(user, username=""),
        "a user name in capitals": dataclasses.replace(user, username="ANNA"),
        "a password of 7,200 bytes": dataclasses.replace(user, password=b"password" * 900),
    }


async def test_no_wrong_login_tells_which_half_was_wrong(
    hub: HubProcess, attacker: Attacker, beside: Beside
) -> None:
    seen: dict[str, tuple[bytes, list[str]]] = {}
    async with beside(f"{len(wrong(attacker))} kinds of wrong logins"):
        for number, (what, login) in enumerate(wrong(attacker).items()):
            attacker.address = f"127.0.200.{number + 1}"  # what one address did before counts for it
            before = len(hub.said())
            async with attacker.call() as raw:
                await raw.say(encode(login))
                code = await raw.closed()
            said = [line for line in hub.said()[before:].splitlines() if attacker.address in line]
            seen[what] = code, sorted({re.split(r"\s+", line)[1] for line in said})
    assert seen == dict.fromkeys(seen, (BAD_LOGIN, ["WARNING"]))


async def test_guessing_tells_nothing_about_which_names_there_are(attacker: Attacker, beside: Beside) -> None:
    heard: dict[str | None, list[bytes]] = {}
    async with beside("guessing the passwords of two names, one of which there is"):
        for number, name in enumerate(("anna", "nobody")):
            attacker.address = f"127.0.201.{number + 1}"
            guess = dataclasses.replace(attacker.user(), username=name, password=b"a wrong guess")
            heard[name] = [await answer(attacker, guess) for _ in range(7)]
    assert heard["anna"] == heard["nobody"]
    assert heard["anna"] == [BAD_LOGIN] * 6 + [COME_AGAIN]  # five cost nothing, the sixth a second


async def answer(attacker: Attacker, login: Connect) -> bytes:
    async with attacker.call() as raw:
        await raw.say(encode(login))
        return await raw.closed()


async def test_without_any_login_nobody_comes_in(attacker: Attacker) -> None:
    async with attacker.call() as raw:
        await raw.say(Connect(client_id="anonymous"))
        assert await raw.closed() == NOT_AUTHORIZED


async def test_no_password_stands_in_the_log(hub: HubProcess, attacker: Attacker) -> None:
    for login in wrong(attacker).values():
        if login.password and len(login.password) > 8:
            assert login.password.decode() not in hub.said()
