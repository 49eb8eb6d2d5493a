"""The disk of a whole hub is full: plugs are looked after as ever, what its owner changes is refused in words."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.disks import Disk, SmallDisk

from ownplug.client import HubAddress, HubClient, find_hub
from ownplug.core.errors import Locked, NotKept
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from devtools.program import Program

    Launch = Callable[..., Program]
    Run = Callable[..., Any]

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PASSWORD, OTHER_PASSWORD = "a long password", "another long password"
HINT = "Is the disk full or read-only?"
LIMIT = {"power_w": 2000.0, "for_s": 2.0}
PATIENCE_S = 30.0


class Home:
    """A hub on that disk, a plug at home with a limit and 1500 W behind it, a user and a token."""

    def __init__(self, disk: Disk, folder: Path, launch: Launch, run: Run) -> None:
        self.disk = disk
        self.control = folder / "plug.sock"
        self._launch = launch
        self._run = run
        self._mqtts = "127.0.0.1:0"
        self.hub = self.start()
        options = ("--seed", "7", "--load", "1500", "--control", str(self.control))
        plug = launch("virtual", "run", *options).ready()
        wifi = ("--ssid", "Home", "--password", "secret123", "--name", "kettle")
        self.ownplug("pair", f"http://{plug['http']}", *wifi)

    def start(self) -> Program:
        """Start the hub, at the same port for plugs as before."""
        places = ("--mqtts", self._mqtts, "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")
        self.hub = self._launch("hub", "run", "--home", str(self.disk.home), *places)
        self._mqtts = self.hub.ready()["mqtts"]
        return self.hub

    def ownplug(self, *words: str, status: int = 0) -> Any:
        """Run a command in this home."""
        return self._run(*words, status=status, home=self.disk.home)

    def lab(self, *words: str) -> Any:
        """Do something to the plug itself, or look at it."""
        return self._run("virtual", *words, "--control", str(self.control))[0]

    @property
    def address(self) -> HubAddress:
        """The hub's API, for this machine's user."""
        return find_hub(self.disk.home)

    def ask(
        self, path: str, body: dict[str, Any] | None = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Ask as a browser does; return status and answer, with the cookie in it."""
        headers |= {"Content-Type": "application/json"}
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.address.url}{path}", data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, {"cookie": answer.headers["set-cookie"], **json.load(answer)}
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def sign_in(self, password: str) -> tuple[int, dict[str, Any]]:
        """Sign ann in."""
        return self.ask("/api/v1/session", {"name": "ann", "password": password})

    def check_files(self) -> None:
        """Nothing on the disk is broken."""
        with closing(sqlite3.connect(self.disk.home / "hub.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.fixture
def home(disk: Disk, tmp_path: Path, launch: Launch, ownplug: Run) -> Home:
    return Home(disk, tmp_path, launch, ownplug)


@asynccontextmanager
async def listening(address: HubAddress) -> AsyncIterator[asyncio.Queue[dict[str, Any]]]:
    """What happens meanwhile."""
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def listen(client: HubClient) -> None:
        async with aclosing(client.events()) as events:
            async for event in events:
                heard.put_nowait(event)

    async with HubClient(address) as client, asyncio.TaskGroup() as group:
        task = group.create_task(listen(client))
        yield heard
        task.cancel()


async def until(heard: asyncio.Queue[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The next event of that kind."""
    async with asyncio.timeout(PATIENCE_S):
        while (event := await heard.get())["event"] != kind:
            pass
    return event


async def settings_of(client: HubClient) -> dict[str, Any]:
    """Everything that an owner has said."""
    plug = await client.plug("kettle", show_secrets=True)
    said = {name: plug[name] for name in ("name", "room", "icon", "safeguards", "key", "tripped")}
    key = (await client.home(show_secrets=True))["key"]
    return {"plug": said, "key": key, "users": await client.users(), "tokens": await client.tokens()}


def changes(client: HubClient, plug: str) -> dict[str, Callable[[], Awaitable[object]]]:
    """One of each kind of change that an owner can make."""
    return {
        "name": lambda: client.change(plug, name="pot"),
        "room": lambda: client.change(plug, room="cellar", icon="lamp"),
        "after a power loss": lambda: client.safeguard(plug, after_power_loss="on"),
        "limit": lambda: client.safeguard(plug, limit=None),
        "allow": lambda: client.allow_again(plug),
        "key": lambda: client.change_key(Secret("0123456789abcdef" * 2)),
        "new user": lambda: client.add_user("bea", Secret(PASSWORD), scope="admin"),
        "password": lambda: client.add_user("ann", Secret(OTHER_PASSWORD), scope="read"),
        "no user": lambda: client.remove_user("ann"),
        "token": lambda: client.create_token("script", "admin"),
        "no token": lambda: client.revoke_token("grafana"),
        "no plug": lambda: client.forget(plug),
    }


async def live_on_a_full_disk(home: Home, client: HubClient) -> None:
    """Furnish a home, fill its disk, and see what still works, what does not, and what is said."""
    await client.add_user("ann", Secret(PASSWORD), scope="admin")
    await client.create_token("grafana", "read")
    await client.safeguard("kettle", limit=LIMIT)
    status, browser = await asyncio.to_thread(home.sign_in, PASSWORD)
    assert status == 200
    async with listening(home.address) as heard:
        await until(heard, "power-read")
        await asyncio.to_thread(home.disk.fill, home.hub)
        for command, on in (("off", False), ("on", True)):
            assert (await asyncio.to_thread(home.ownplug, command, "kettle"))["on"] is on
            assert (await client.switch("kettle", on=not on))["on"] is not on
            assert (await client.toggle("kettle"))["on"] is on
        sides = [(await until(heard, "relay-switched"))["on"] for _ in range(6)]
        assert sides == [False, True, False, True, False, True]
        await until(heard, "power-read")
        await asyncio.to_thread(home.lab, "load", "2400")
        assert (await until(heard, "limit-broken"))["power_w"] > 2000
        await until(heard, "relay-switched")
    assert not (await asyncio.to_thread(home.lab, "status"))["relays"]["0"]
    with pytest.raises(Locked):
        await client.switch("kettle", on=True)
    await check_refusals(home, client)
    status, told = await asyncio.to_thread(home.sign_in, PASSWORD)
    assert (status, told["hint"]) == (507, HINT)
    assert (await asyncio.to_thread(home.sign_in, OTHER_PASSWORD))[0] == 401
    assert (await asyncio.to_thread(lambda: home.ask("/api/v1/session", Cookie=browser["cookie"])))[0] == 200
    status, told = await asyncio.to_thread(home.ask, "/readyz")
    assert (status, told["code"]) == (503, "database-not-writable")
    assert "What is learnt of plugs cannot be written now" in home.hub.log.read_text()
    assert "Traceback" not in home.hub.log.read_text()


async def check_refusals(home: Home, client: HubClient) -> None:
    """Each change is refused with a reason, and none of it is in force."""
    before = await settings_of(client)
    for change in changes(client, "kettle").values():
        with pytest.raises(NotKept) as caught:
            await change()
        assert caught.value.hint == HINT
        assert str(home.disk.home) not in str(caught.value)  # not everybody who signs in has to know it
    assert await settings_of(client) == before


def kept_trips(home: Home) -> list[str | None]:
    """When the limit of each plug was broken, as the disk has it."""
    with closing(sqlite3.connect(home.disk.home / "hub.sqlite3")) as database:
        return [at for (at,) in database.execute("SELECT tripped_at FROM plug")]


async def test_with_room_everything_works_again_by_itself(home: Home, eventually: Callable[..., Any]) -> None:
    def is_back() -> bool:
        [plug] = home.ownplug("plugs")
        return bool(plug["availability"] == "online" and plug["bound"])

    async with HubClient(home.address) as client:
        await live_on_a_full_disk(home, client)
        await asyncio.to_thread(home.lab, "load", "60")
        await asyncio.to_thread(home.lab, "reboot")
        await asyncio.to_thread(eventually, is_back)
        assert kept_trips(home) == [None]
        await asyncio.to_thread(home.disk.free, home.hub)
        await asyncio.to_thread(eventually, lambda: home.ask("/readyz")[0] == 200, 10)
        await asyncio.to_thread(eventually, lambda: kept_trips(home) != [None], 10)
        assert "What is learnt of plugs is written again" in home.hub.log.read_text()
        assert (await asyncio.to_thread(home.sign_in, PASSWORD))[0] == 200
        spans = (await client.availability("kettle"))["spans"]
        assert [span["availability"] for span in spans] == ["online", "offline", "online"]
        await client.allow_again("kettle")
        assert (await client.switch("kettle", on=True))["on"] is True
        plug = (await client.plug("kettle"))["uuid"]
        for change in changes(client, plug).values():
            await change()
    home.hub.kill()
    home.check_files()


async def test_a_kill_on_a_full_disk_leaves_what_was_acknowledged(
    home: Home, eventually: Callable[..., Any]
) -> None:
    async with HubClient(home.address) as client:
        await live_on_a_full_disk(home, client)
        before = await settings_of(client)
    home.hub.kill()
    home.check_files()
    if isinstance(home.disk, SmallDisk):
        home.disk.free()
    await asyncio.to_thread(home.start)
    async with HubClient(home.address) as client:
        after = await settings_of(client)
        assert before["plug"].pop("tripped") is not None
        assert (
            after["plug"].pop("tripped") is None
        )  # the one thing that was known, and never promised to last
        assert after == before
        await asyncio.to_thread(eventually, lambda: home.ownplug("plugs")[0]["availability"] == "online")
        await client.change("kettle", name="pot")
    home.hub.kill()
    home.check_files()
