"""Owners who change everything about a home all the time, and remember what was promised to them."""

from __future__ import annotations

import asyncio
import functools
import http.client
import json
import random
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.e2e.soak.ledger import Ledger

from ownplug.client import HubAddress, HubClient
from ownplug.core.errors import Changed, LinkError, Locked, Unexpected
from ownplug.core.secret import Secret

PAUSE_S = 0.1  # at most, between two changes of one person
USERS = ("bea", "carl", "dora", "emil")
TOKENS = ("grafana", "script", "display")
UNTOLD = "a token that was made, and whose maker was not told"
MOST_BROWSERS = 15  # a user has room for 20
ICONS = ("", "kettle", "lamp", "washer")
GUARDS: tuple[dict[str, Any], ...] = (
    {"after_power_loss": "keep", "limit": None, "never_off": False},
    {"after_power_loss": "on", "limit": None, "never_off": True},
    {"after_power_loss": "off", "limit": {"power_w": 2500.0, "for_s": 5.0}, "never_off": False},
)
CUT = (LinkError, Unexpected, OSError, http.client.HTTPException)
"""What somebody gets whose hub is killed: nobody knows what it still did."""


@dataclass(frozen=True)
class Reply:
    """What the API said."""

    status: int
    cookie: str


class Owners:
    """Everybody who changes something: each is a task with things of its own.

    Attributes:
        switched: commands that were carried out.

    Args:
        address: the hub's API.
        ledger: knows what was promised.
        uuids: of the plugs whose names change and which are switched.
        guarded: those of them whose safeguards change.
        chance: decides what is done next.
    """

    def __init__(
        self, address: HubAddress, ledger: Ledger, uuids: list[str], guarded: list[str], chance: random.Random
    ) -> None:
        self.switched = 0
        self._address = address
        self._ledger = ledger
        self._uuids = uuids
        self._guarded = guarded
        self._chance = chance
        self._number = 0

    async def take_over(self, client: HubClient) -> None:
        """Begin with what the home is now."""
        for plug in await client.plugs():
            self._ledger.is_so("plug", plug["uuid"], _words(plug))
            self._ledger.is_so("safeguards", plug["uuid"], plug["safeguards"])
            self._ledger.is_so("relay", plug["uuid"], plug["relays"][0]["on"])
        for name in USERS:
            self._ledger.is_so("user", name, None)
        for name in TOKENS:
            self._ledger.is_so("token", name, None)

    async def during(self, trouble: Awaitable[None], *, switching: bool) -> None:
        """Change things until that has happened."""
        people: list[Callable[[HubClient], Awaitable[None]]] = [
            self._furnish,
            self._guard,
            functools.partial(self._manage_users, names=USERS[:2]),
            functools.partial(self._manage_users, names=USERS[2:]),
            self._manage_tokens,
            *([self._switch] * switching),
        ]
        async with HubClient(self._address) as client, asyncio.TaskGroup() as group:
            running = [group.create_task(self._go_on(person, client)) for person in people]
            await trouble
            for task in running:
                task.cancel()

    async def check(self, client: HubClient) -> None:
        """Look at everything: what was promised is there, and who was sent away is kept out."""
        plugs = await client.plugs()
        assert {plug["uuid"] for plug in plugs} == set(self._uuids)
        for plug in plugs:
            self._ledger.check("plug", plug["uuid"], _words(plug))
            self._ledger.check("safeguards", plug["uuid"], plug["safeguards"])
            self._ledger.check("relay", plug["uuid"], plug["relays"][0]["on"])
        await self._check_users(await client.users())
        await self._check_tokens(client)
        for cookie in self._ledger.things("browser"):
            await self._check_browser(cookie)

    async def _go_on(self, person: Callable[[HubClient], Awaitable[None]], client: HubClient) -> None:
        while True:
            with suppress(*CUT):
                await person(client)
            await asyncio.sleep(self._chance.uniform(0, PAUSE_S))

    async def _furnish(self, client: HubClient) -> None:
        uuid = self._chance.choice(self._uuids)
        wanted = {"name": self._new("plug"), "room": self._new("room"), "icon": self._chance.choice(ICONS)}
        changed = {
            name: wanted[name] for name in self._chance.sample(sorted(wanted), self._chance.randint(1, 3))
        }
        before = dict(zip(("name", "room", "icon"), self._ledger.possible("plug", uuid)[0], strict=True))
        after = before | changed
        if (
            len(self._ledger.possible("plug", uuid)) > 1
        ):  # a change whose end nobody knows: say all of it anew
            after = changed = wanted
        with self._ledger.changing("plug", uuid, _words(after)):
            await client.change(uuid, **changed)

    async def _guard(self, client: HubClient) -> None:
        uuid, wanted = self._chance.choice(self._guarded), self._chance.choice(GUARDS)
        with suppress(Changed), self._ledger.changing("safeguards", uuid, wanted):  # a new name came between
            await client.safeguard(uuid, **wanted)

    async def _switch(self, client: HubClient) -> None:
        uuid, on = self._chance.choice(self._uuids), self._chance.random() < 0.5
        with suppress(Locked), self._ledger.changing("relay", uuid, on):
            await client.switch(uuid, on=on)
            self.switched += 1

    async def _manage_users(self, client: HubClient, names: tuple[str, ...]) -> None:
        name = self._chance.choice(names)
        possible = self._ledger.possible("user", name)
        if len(possible) == 1 and possible[0] is not None and self._chance.random() < 0.5:
            await self._sign_in_or_out(name, possible[0])
        elif possible != [None] and self._chance.random() < 0.4:
            self._all_browsers_may_go(name)
            if len(possible) == 1:  # else it may be gone already
                with self._ledger.changing("user", name, None):
                    await client.remove_user(name)
                self._all_browsers_are_gone(name)
        else:
            password = self._new("a long password")
            self._all_browsers_may_go(name)
            with self._ledger.changing("user", name, password):
                await client.add_user(name, Secret(password), scope="read")
            self._all_browsers_are_gone(name)

    async def _sign_in_or_out(self, name: str, password: str) -> None:
        browsers = [
            each for each in self._browsers_of(name) if self._ledger.possible("browser", each) == [True]
        ]
        if len(browsers) < MOST_BROWSERS:
            reply = await self._sign_in(name, password)
            assert reply.status == 200
            self._ledger.is_so("browser", (name, reply.cookie), value=True)
            self._ledger.acknowledged["browser"] += 1
        else:
            browser = self._chance.choice(browsers)
            with self._ledger.changing("browser", browser, value=False):
                reply = await self._ask("DELETE", {"Cookie": browser[1], "Origin": self._address.url})
                assert reply.status == 204

    def _browsers_of(self, name: str) -> list[tuple[str, str]]:
        return [browser for browser in self._ledger.things("browser") if browser[0] == name]

    def _all_browsers_may_go(self, name: str) -> None:
        for browser in self._browsers_of(name):
            self._ledger.may_be("browser", browser, value=False)

    def _all_browsers_are_gone(self, name: str) -> None:
        for browser in self._browsers_of(name):
            self._ledger.is_so("browser", browser, value=False)

    async def _manage_tokens(self, client: HubClient) -> None:
        name = self._chance.choice(TOKENS)
        possible = self._ledger.possible("token", name)
        if len(possible) > 1:
            return
        if possible == [None]:
            self._ledger.may_be("token", name, UNTOLD)
            made = await client.create_token(name, "read")
            self._ledger.is_so("token", name, made["token"])
            self._ledger.acknowledged["token"] += 1
        else:
            with self._ledger.changing("token", name, None):
                await client.revoke_token(name)
            self._ledger.is_so("revoked", possible[0], value=True)

    async def _check_users(self, users: list[dict[str, Any]]) -> None:
        there = {user["name"] for user in users}
        for name in USERS:
            passwords = [word for word in self._ledger.possible("user", name) if word is not None]
            fitting = [word for word in passwords if (await self._sign_in(name, word)).status == 200]
            assert bool(fitting) is (name in there)
            self._ledger.check("user", name, fitting[0] if fitting else None)

    async def _check_tokens(self, client: HubClient) -> None:
        there = {token["name"] for token in await client.tokens()}
        for name in TOKENS:
            first, *others = self._ledger.possible("token", name)
            known = [token for token in (first, *others) if token is not None]
            fitting = [token for token in known if await self._holds(token)]
            found = fitting[0] if fitting else None
            if name in there and found is None:  # made, and the hub was killed before it told
                found = UNTOLD
            assert (found is not None) is (name in there)
            self._ledger.check("token", name, found)
            if found == UNTOLD:
                await client.revoke_token(name)
                self._ledger.is_so("token", name, None)
            elif found is None and first is not None:
                self._ledger.is_so("revoked", first, value=True)
        for token in self._ledger.things("revoked"):
            assert not await self._holds(token), "a token that was revoked is accepted"

    async def _check_browser(self, browser: tuple[str, str]) -> None:
        found = (await self._ask("GET", {"Cookie": browser[1]})).status == 200
        self._ledger.check("browser", browser, found)
        if not found:
            self._ledger.forget("browser", browser)

    async def _holds(self, token: str) -> bool:
        return (await self._ask("GET", {"Authorization": f"Bearer {token}"})).status == 200

    async def _sign_in(self, name: str, password: str) -> Reply:
        return await self._ask("POST", {}, {"name": name, "password": password})

    async def _ask(
        self, method: str, headers: Mapping[str, str], body: dict[str, Any] | None = None
    ) -> Reply:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(
            f"{self._address.url}/api/v1/session",
            data=data,
            method=method,
            headers={**headers, "Content-Type": "application/json"},
        )
        return await asyncio.to_thread(_answer, request)

    def _new(self, word: str) -> str:
        self._number += 1
        return f"{word} {self._number}"


def _answer(request: urllib.request.Request) -> Reply:
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return Reply(answer.status, (answer.headers["set-cookie"] or "").partition(";")[0])
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, "")


def _words(plug: Mapping[str, Any]) -> tuple[str, str, str]:
    return plug["name"], plug["room"], plug["icon"]
