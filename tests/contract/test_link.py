"""Every `Link` against one suite: recorded, HTTP, MQTT through two servers, a hub, and our virtual plug."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from functools import partial

import pytest

from ownplug.core.errors import DeviceError, LinkBroken, LinkClosed, LinkError, LinkTimeout
from ownplug.core.identity import Uuid
from ownplug.core.meross import Method, as_data
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.login import app_login
from ownplug.core.meross.payloads import AllPayload, Relay, ToggleXPayload
from ownplug.core.secret import Secret
from ownplug.plug import HttpLink, HubLink, Link, MqttLink, Plug
from ownplug.testing.recorded_plug import KEY, RecordedLink, RecordedPlug
from ownplug.testing.recordings import UUID
from ownplug.virtual import VirtualPlug

SOON_S = 0.5  # where an answer that never comes is waited for
UNKNOWN = "Appliance.Control.Nonsense"

Open = Callable[..., AbstractAsyncContextManager[Link]]


class Quirk(Enum):
    """What one link cannot show, though it keeps the contract."""

    HAS_NO_KEY = "somebody else signs for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One implementation, ready to be opened: `async with wire.open(key=…) as link`."""

    open: Open
    silence: type[LinkError]  # how it says that the plug did not answer


@asynccontextmanager
async def recorded(request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    plug: RecordedPlug = request.getfixturevalue("recorded_plug")

    @asynccontextmanager
    async def opened(key: Secret = KEY, timeout_s: float = 30) -> AsyncIterator[Link]:
        yield RecordedLink(plug, key=key)

    yield Wire(open=opened, silence=LinkBroken)


def _http_link(url: str, key: Secret = KEY, timeout_s: float = 30) -> AbstractAsyncContextManager[Link]:
    return HttpLink(url, key=key, timeout_s=timeout_s)


@asynccontextmanager
async def http(request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    plug: RecordedPlug = request.getfixturevalue("recorded_plug")
    as_plug = request.getfixturevalue("as_plug")
    async with request.getfixturevalue("serve_http")(lambda _, body: as_plug(plug.answer(body))) as url:
        yield Wire(open=partial(_http_link, url), silence=LinkBroken)


@asynccontextmanager
async def virtual(request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    async with VirtualPlug() as plug:
        url = "http://{}:{}".format(*plug.http)
        async with HttpLink(url, key=Secret(""), trusting=True) as link:
            gateway = {"host": "127.0.0.1", "port": 1, "secondHost": "127.0.0.1", "secondPort": 1}
            owner = {"userId": "10001", "key": KEY.reveal(), "gateway": gateway}
            await link.request(Method.SET, ns.CONFIG_KEY, {"key": owner})
            await link.request(Method.SET, ns.CONFIG_WIFI, {"wifi": {"ssid": "SG9tZQ==", "password": ""}})
        await plug.until(lambda: plug.state in {"joining", "connecting"})
        yield Wire(open=partial(_http_link, url), silence=LinkBroken)


@asynccontextmanager
async def mqtt(request: pytest.FixtureRequest, server: str) -> AsyncIterator[Wire]:
    plug: RecordedPlug = request.getfixturevalue("recorded_plug")
    plug_on_mqtt = request.getfixturevalue("plug_on_mqtt")

    def opened(key: Secret = KEY, timeout_s: float = 30) -> AbstractAsyncContextManager[Link]:
        login = app_login("10001", KEY)  # a server may know the home's key and the caller another
        return MqttLink(endpoint, uuid=Uuid(UUID), user_id="10001", key=key, login=login, timeout_s=timeout_s)

    async with request.getfixturevalue(server)() as endpoint, plug_on_mqtt(plug, endpoint):
        yield Wire(open=opened, silence=LinkTimeout)


@asynccontextmanager
async def hub(request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    plug: RecordedPlug = request.getfixturevalue("recorded_plug")
    async with request.getfixturevalue("serve_http")(request.getfixturevalue("as_hub")(plug)) as url:

        def opened(key: Secret = KEY, timeout_s: float = 30) -> AbstractAsyncContextManager[Link]:
            return HubLink(url, "kettle", token=Secret("t"))

        yield Wire(open=opened, silence=LinkTimeout)


KINDS: dict[str, Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[Wire]]] = {
    "recorded": recorded,
    "http": http,
    "http of the virtual plug": virtual,
    "mqtt through our server": lambda request: mqtt(request, "our_broker"),
    "mqtt through mosquitto": lambda request: mqtt(request, "mosquitto"),
    "hub": hub,
}
QUIRKS = {"hub": {Quirk.HAS_NO_KEY}}


def without(quirk: Quirk) -> list[str]:
    """The implementations that can show what those with this quirk cannot."""
    return [name for name in KINDS if quirk not in QUIRKS.get(name, set())]


@pytest.fixture(params=KINDS)
def wire(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Wire]:
    """One implementation: `async with wire as it, it.open() as link`."""
    return KINDS[request.param](request)


Wired = AbstractAsyncContextManager[Wire]


async def test_a_question_is_answered(wire: Wired) -> None:
    async with wire as it, it.open() as link:
        reply = await link.request(Method.GET, ns.SYSTEM_ALL, {})
    assert (reply.namespace, reply.method) == (ns.SYSTEM_ALL, "GETACK")
    told = reply.read(AllPayload).all
    assert told.system.hardware.type.startswith("mss310")
    assert [relay.channel for relay in told.relays] == [0]


async def test_a_payload_type_or_a_mapping_may_be_sent(wire: Wired) -> None:
    command = ToggleXPayload(togglex=Relay(channel=0, onoff=1))
    async with wire as it, it.open() as link:
        for payload in (command, as_data(command)):
            reply = await link.request(Method.SET, ns.CONTROL_TOGGLE_X, payload)
            assert (reply.method, reply.data()) == ("SETACK", {})


async def test_what_the_plug_does_not_know_fails_as_silence(wire: Wired) -> None:
    async with wire as it:
        async with it.open(timeout_s=SOON_S) as link:
            with pytest.raises(it.silence):
                await link.request(Method.GET, UNKNOWN, {})
        async with it.open() as link:
            assert (await link.request(Method.GET, ns.SYSTEM_RUNTIME, {})).method == "GETACK"


@pytest.mark.parametrize("wire", without(Quirk.HAS_NO_KEY), indirect=True)
async def test_a_wrong_key_is_refused_by_the_plug_with_a_hint(wire: Wired) -> None:
    async with wire as it, it.open(key=Secret("another")) as link:
        with pytest.raises(DeviceError, match="not its key") as caught:
            await link.request(Method.GET, ns.SYSTEM_ALL, {})
    assert caught.value.device_code == 5001
    assert caught.value.hint


async def test_each_of_many_questions_gets_its_own_answer(wire: Wired) -> None:
    asked = [ns.SYSTEM_ALL, ns.CONTROL_TOGGLE_X, ns.CONTROL_ELECTRICITY, ns.SYSTEM_RUNTIME] * 3
    async with wire as it, it.open() as link, asyncio.TaskGroup() as group:
        replies = [group.create_task(link.request(Method.GET, namespace, {})) for namespace in asked]
    assert [task.result().namespace for task in replies] == asked


async def test_a_closed_link_says_so_and_may_be_closed_again(wire: Wired) -> None:
    async with wire as it, it.open() as link:
        await link.close()
        await link.close()
        with pytest.raises(LinkClosed):
            await link.request(Method.GET, ns.SYSTEM_ALL, {})


async def test_a_question_that_is_given_up_leaves_the_link_usable(wire: Wired) -> None:
    async with wire as it, it.open() as link:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                await link.request(Method.GET, ns.SYSTEM_ALL, {})
        assert (await link.request(Method.GET, ns.SYSTEM_RUNTIME, {})).method == "GETACK"


async def test_the_owners_view_works_over_any_link(wire: Wired) -> None:
    async with wire as it, it.open() as link:
        plug = Plug(link)
        await plug.turn_on()
        assert await plug.is_on() in {True, False}
        assert 0 <= (await plug.electricity()).voltage_v < 300
        assert await plug.energy_days() == sorted(await plug.energy_days(), key=lambda day: day.day)
        assert len((await plug.info()).abilities) == 28
