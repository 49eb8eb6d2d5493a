"""The vendor's HTTP interface without sockets: real accounts and logins, whose store is in memory."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from tests.unit.hub.conftest import MemoryLogins, MemoryStore

from ownplug.bridges.cloud import Cloud
from ownplug.core.identity import Uuid
from ownplug.core.meross.cloud import ApiAnswer, sign_call
from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.core.state import Availability, PlugState, RelayState
from ownplug.hub import Accounts, AppLogins, HomeView, PasswordCheck, Penalties, PlugView
from ownplug.testing import FakeClock
from ownplug.transport.http_server import HttpRequest

KEY, OWN_KEY = Secret("0123456789abcdef0123456789abcdef"), Secret("fedcba9876543210fedcba9876543210")
PASSWORD = "correct horse"
DIGEST = "3cb4e732631f47e6eb961f34554b7cde"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOST = "192.168.1.10"


def plug(
    name: str,
    tail: str,
    *,
    key: Secret = KEY,
    availability: Availability = Availability.ONLINE,
    outlets: int = 1,
) -> PlugView:
    relays = tuple(RelayState(channel=channel, on=True) for channel in range(outlets))
    return PlugView(
        uuid=Uuid(f"181108123456782518273429{tail}"),
        name=name,
        key=key,
        registered_at=NOON,
        state=PlugState(availability=availability, relays=relays),
        model="mss310",
        sub_type="us",
        hardware="2.0.0",
        firmware="2.1.7",
    )


KETTLE, LAMP = plug("kettle", "8f1a2b3c"), plug("lamp", "8f1a2b3d")
SAFE = plug("safe", "8f1a2b3e", key=OWN_KEY)


class Plugs:
    """Fits the port `PlugsDoor`."""

    def __init__(self, *plugs: PlugView) -> None:
        self.known = list(plugs)

    def home(self) -> HomeView:
        return HomeView(user_id="10001", key=KEY, started_at=NOON)

    def plugs(
        self, *, limit: int | None = None, after: str | None = None
    ) -> tuple[list[PlugView], str | None]:
        return self.known, None


class House:
    """A home with kettle, lamp and safe; ann sees all that can be seen, bea the lamp, and cleo may only read."""

    def __init__(self) -> None:
        self.store, self.login_store, self.clock = MemoryStore(), MemoryLogins(), FakeClock()
        self.accounts = Accounts(self.store)
        passwords = PasswordCheck(self.accounts, Penalties(self.clock.monotonic, attempts=2))
        self.takes_apps = True
        apps = AppLogins(self.accounts, passwords, self.login_store, self.clock, lambda: self.takes_apps)
        self.plugs = Plugs(KETTLE, LAMP, SAFE)
        self.cloud = Cloud(self.plugs, apps, host=HOST)

    async def move_in(self) -> None:
        await self.accounts.load()
        for name, scope, plugs in (
            ("ann", Scope.ADMIN, None),
            ("bea", Scope.SWITCH, [LAMP.uuid]),
            ("cleo", Scope.READ, None),
        ):
            await self.accounts.add(name, Secret(PASSWORD), read=[], write=[], scope=scope, app_plugs=plugs)

    async def send(self, path: str, body: bytes, *, authorization: str = "") -> ApiAnswer:
        return await self.cloud.answer(
            HttpRequest(
                method="POST",
                path=path,
                authorization=authorization,
                body=body,
                address="192.168.1.7",
                port=8443,
            )
        )

    async def call(
        self, path: str, params: dict[str, Any], *, token: str = "", form: bool = False
    ) -> dict[str, Any]:
        """Make a call as programs do, and read the answer as they do."""
        answer = await self.send(path, signed(params, form=form), authorization=f"Basic {token}")
        told: dict[str, Any] = json.loads(answer.encode(now_s=1541642325))
        return told

    async def sign_in(self, name: str, password: str = DIGEST) -> dict[str, Any]:
        return await self.call("/v1/Auth/signIn", {"email": name, "password": password, "encryption": 1})

    async def token_of(self, name: str) -> str:
        return str((await self.sign_in(name))["data"]["token"])


def signed(params: object, *, form: bool = False) -> bytes:
    text = base64.b64encode(json.dumps(params).encode()).decode()
    sign = sign_call(text, timestamp="1541642325000", nonce="ABCDEFGHIJKLMNOP")
    fields = {"params": text, "sign": sign, "timestamp": 1541642325000, "nonce": "ABCDEFGHIJKLMNOP"}
    return (urlencode(fields) if form else json.dumps(fields)).encode()


@pytest.fixture
async def house() -> House:
    house = House()
    await house.move_in()
    return house


@pytest.fixture(autouse=True, scope="module")
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords at the lowest cost: the real one takes tens of milliseconds on purpose."""
    cheap = functools.partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ownplug.hub.accounts.PasswordHasher", lambda **_: cheap())
        yield
