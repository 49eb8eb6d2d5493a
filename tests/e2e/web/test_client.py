"""`HubClient` against the real web interface: calls, and the same errors on both sides."""

from __future__ import annotations

import asyncio
import socket
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ownplug.client import HubAddress, HubClient
from ownplug.core import errors
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.hub import PlugOnline

if TYPE_CHECKING:
    from tests.e2e.web.conftest import MemoryHub

pytestmark = pytest.mark.e2e

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def address(url: str, token: str) -> HubAddress:
    return HubAddress(url=url, token=Secret(token))


async def test_every_call_does_what_it_says(address: HubAddress, hub: MemoryHub) -> None:
    async with HubClient(address) as client:
        assert (await client.home())["key"] == "***"
        assert (await client.home(show_secrets=True))["key"] == KEY
        assert [plug["name"] for plug in await client.plugs()] == ["kettle"]
        assert (await client.plug("34:29:8f:1a:2b:3c"))["key"] == "***"
        assert (await client.plug("kettle", show_secrets=True))["key"] == KEY
        assert (await client.switch("kettle", on=True, channel=0))["on"] is True
        assert (await client.toggle("kettle"))["on"] is False
        assert (await client.electricity("kettle"))["power_w"] == 41.5
        assert (await client.consumption("kettle"))[0] == {"day": "2025-05-31", "energy_wh": 812}
        reply = await client.request("kettle", method="SET", namespace="N", payload={"a": 1})
        assert reply == {"method": "GETACK", "namespace": "N", "payload": {}}
        await client.add_user("ann", Secret("password"), read=["a/#"], write=["b"])
        assert await client.users() == [
            {
                "name": "ann+mqtt@example.org",
                "read": ["/appliance/#", "a"],
                "write": [],
                "scope": None,
                "app_plugs": None,
            }
        ]
        await client.remove_user("ann+mqtt@example.org")
        assert await client.users() == []
        assert (await client.refusals())[0]["detail"] == "no."
        assert [each["name"] for each in await client.settings()] == ["hub.reading_interval_s", "web.host"]
        assert (await client.change_settings({"hub.position": None}))[0]["effect"] == "at-once"
        assert (await client.firmware("kettle"))["version"] == "2.1.7"
        begun = await client.begin_upgrade(
            "kettle", b"\x00MMM", model="mss310", hardware="2.0.0", confirm="tea & pot", is_virtual=True
        )
        assert begun["upgrade"]["failure"]["code"] == "refused"
        await client.give_up_upgrade("kettle")
        assert (await client.firmware("kettle"))["upgrade"] is None
        page = await client.availability("kettle", limit=1)
        assert ([span["availability"] for span in page["spans"]], page["next"]) == (["online"], 2)
        page = await client.availability("kettle", before=page["next"])
        assert ([span["availability"] for span in page["spans"]], page["next"]) == (["offline"], None)
        assert [message["namespace"] for message in await client.messages("kettle", limit=1)] == ["N"]
        assert (await client.diagnostics())["plugs"][0]["plug"] == "plug-1"
        assert (await client.homekit.get())["setup_code"] == "031-45-154"
        await client.homekit.unpair()
        assert not (await client.homekit.get())["is_paired"]
        await client.change_key(Secret("ab" * 16))
        assert (await client.change("kettle", name="tea pot é"))["name"] == "tea pot é"
        await client.forget("tea pot é")
        assert await client.plugs() == []
    assert hub.calls == [
        "switch kettle 0 True",
        "switch kettle 0 False",
        "request kettle SET N {'a': 1}",
        "user ann password ['a/#'] ['b'] None None",
        "remove ann+mqtt@example.org",
        "settings {'hub.position': None} by this machine's user",
        "upgrade kettle " + repr(b"\x00MMM") + " mss310 2.0.0 tea & pot  True",
        "give up kettle",
        "unpair",
        "change_key 32",
        "change kettle {'name': 'tea pot é'}",
        "forget tea pot é",
    ]


async def test_rules_are_asked_for_made_changed_and_removed(address: HubAddress, hub: MemoryHub) -> None:
    async with HubClient(address) as client:
        [lamp] = (await client.timers.all("kettle"))["timers"]
        assert await client.timers.get("kettle", "n1jxa2") == lamp
        assert await client.timers.add("kettle", lamp) == lamp
        assert await client.timers.change("kettle", lamp["id"], lamp | {"name": "b"}) == lamp
        await client.timers.remove("kettle", "a ?#")
        [iron] = (await client.auto_offs.all("kettle"))["auto_offs"]
        assert await client.auto_offs.change("kettle", iron["id"], iron) == iron
        await client.auto_offs.remove("kettle", iron["id"])
        with pytest.raises(errors.NotFound, match="keeps no timer"):
            await client.timers.get("kettle", "none")
        assert await client.light("kettle") is False
        assert await client.set_light("kettle", on=True) is True
    assert hub.calls == [
        "add timer kettle: on weekdays, 30 minutes before sunset: on, lamp True",
        "change timer kettle n1jxa2: on weekdays, 30 minutes before sunset: on, b True",
        "remove timer kettle a ?#",
        "change auto-off kettle q7: 1 hour after it was turned on, on the weekend: off, iron True",
        "remove auto-off kettle q7",
        "light kettle True",
    ]


@pytest.mark.parametrize(
    "error",
    [
        errors.UsageError("Why.", hint="Do."),
        errors.NotFound("Why.", hint="Do."),
        errors.Conflict("Why.", hint="Do."),
        errors.Forbidden("Why.", hint="Do."),
        errors.DeviceError("Why.", device_code=5001, hint="Do."),
        errors.Malformed("Why.", hint="Do."),
        errors.BadSignature("Why.", hint="Do."),
        errors.LinkTimeout("Why.", hint="Do."),
        errors.Unreachable("Why.", hint="Do."),
        errors.LinkBroken("Why.", hint="Do."),
        errors.OwnplugError("Why.", hint="Do."),
    ],
    ids=lambda error: error.code,
)
async def test_an_error_of_the_hub_is_the_same_error_here(
    address: HubAddress, hub: MemoryHub, error: errors.OwnplugError
) -> None:
    hub.failure = error
    async with HubClient(address) as client:
        with pytest.raises(errors.OwnplugError) as raised:
            await client.plug("kettle")
    assert (type(raised.value), str(raised.value), raised.value.hint) == (type(error), "Why.", "Do.")
    if isinstance(raised.value, errors.DeviceError):
        assert raised.value.device_code == 5001


async def test_a_wrong_token_is_forbidden(url: str) -> None:
    async with HubClient(HubAddress(url=url, token=Secret("wrong"))) as client:
        with pytest.raises(errors.Forbidden, match=r"token|login"):
            await client.plugs()
        with pytest.raises(errors.Forbidden, match=r"token|login"):
            async with aclosing(client.events()) as events:
                await anext(events)


async def test_where_nobody_listens_the_user_learns_how_to_start_a_hub() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    nobody = HubAddress(url=f"http://127.0.0.1:{port}", token=Secret("t"))
    async with HubClient(nobody) as client:
        with pytest.raises(errors.Unreachable) as call:
            await client.plugs()
        with pytest.raises(errors.Unreachable) as listening:
            async with aclosing(client.events()) as events:
                await anext(events)
    assert "ownplug hub run" in call.value.hint
    assert "ownplug hub run" in listening.value.hint


@pytest.mark.parametrize("plug", ["", " ", "a/b", ".", "..", "\ud800"])
async def test_what_names_no_plug_is_not_asked_for(address: HubAddress, plug: str) -> None:
    async with HubClient(address) as client:
        with pytest.raises(errors.UsageError, match="does not name a plug"):
            await client.forget(plug)


@pytest.mark.parametrize("plug", ["?show_secrets=true", "#", "%2e%2e", "a&b", "ä\x00", "kettle;x"])
async def test_odd_names_stay_one_part_of_the_address(address: HubAddress, plug: str) -> None:
    async with HubClient(address) as client:
        with pytest.raises(errors.NotFound) as missing:
            await client.plug(plug)
    assert repr(plug) in str(missing.value)


async def test_events_come_and_end_with_the_hub(address: HubAddress, hub: MemoryHub) -> None:
    happened = PlugOnline(
        at=datetime(2025, 6, 1, 12, tzinfo=UTC), uuid=Uuid("1706223411101036000134298f1a2b3c"), name="kettle"
    )

    async def happen() -> None:
        await hub.listened.wait()
        hub.broadcast.publish(happened)
        hub.broadcast.close()

    async with (
        HubClient(address) as client,
        asyncio.TaskGroup() as tasks,
        aclosing(client.events()) as events,
    ):
        tasks.create_task(happen())
        assert (await anext(events))["event"] == "plug-online"
        with pytest.raises(errors.LinkBroken):
            await anext(events)
