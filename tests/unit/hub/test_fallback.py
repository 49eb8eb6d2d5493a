"""A plug that is not connected, by plain HTTP: only if allowed, only where it was, only if it is the one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import pytest

from ownplug.core.errors import Unreachable
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, Method, as_data
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret
from ownplug.core.state import Availability
from ownplug.hub import LinkKind

if TYPE_CHECKING:
    from tests.unit.hub.conftest import Home, PlayedPlug, Run


class Lan:
    """The home's network: which plug answers HTTP at which URL."""

    def __init__(self) -> None:
        self.plugs: dict[str, PlayedPlug] = {}
        self.opened: list[tuple[str, Secret, float]] = []
        self.open_now = 0
        self.asked: list[tuple[str, str]] = []

    def link(self, url: str, *, key: Secret, timeout_s: float, clock: object) -> LanLink:
        self.opened.append((url, key, timeout_s))
        return LanLink(self, url)


class LanLink:
    """Stands in for `HttpLink`."""

    def __init__(self, lan: Lan, url: str) -> None:
        self._lan = lan
        self._url = url

    async def __aenter__(self) -> Self:
        self._lan.open_now += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        self._lan.open_now -= 1

    async def request(self, method: Method, namespace: str, payload: Any) -> Message:
        plug = self._lan.plugs.get(self._url)
        if plug is None:
            raise Unreachable(f"Nobody answers at {self._url}.")
        self._lan.asked.append((method, namespace))
        answer = plug.answers[method, namespace](as_data(payload))
        return plug.maker.make(Method(f"{method}ACK"), namespace, answer, now_s=4)


@pytest.fixture
def lan(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lan]:
    lan = Lan()
    monkeypatch.setattr("ownplug.hub.fallback.HttpLink", lan.link)
    yield lan
    assert lan.open_now == 0


async def away(home: Home, address: str = "192.168.1.50") -> PlayedPlug:
    """A plug that was at home and lost its connection."""
    plug = home.plug()
    plug.connect(address=address)
    plug.say(Method.SET, ns.CONTROL_BIND, {"bind": {}})
    await home.settle()
    plug.leave()
    return plug


def test_a_plug_that_is_away_is_switched_at_its_last_address(run: Run, lan: Lan) -> None:
    async def story(home: Home) -> None:
        plug = await away(home)
        lan.plugs["http://192.168.1.50"] = plug
        assert (await home.api.switch("2b3c", on=False)).on is False
        assert plug.relay == 0
        assert lan.opened == [("http://192.168.1.50", plug.maker.key, 3.0)]
        assert lan.asked[0] == ("GET", ns.SYSTEM_ALL)
        assert (await home.api.toggle("2b3c")).on is True
        assert (await home.api.read_power("2b3c")).power_w == 12.345
        assert len(await home.api.energy_days("2b3c")) == 1
        told = await home.api.request("2b3c", method="GET", namespace=ns.SYSTEM_RUNTIME, payload={})
        assert told["payload"] == {"runtime": {"signal": 77}}

    run(story, http_fallback=True, request_timeout_s=3.0)


def test_what_the_plug_says_there_is_known_to_all_but_it_is_not_online(run: Run, lan: Lan) -> None:
    async def story(home: Home) -> None:
        lan.plugs["http://192.168.1.50"] = await away(home)
        before = home.kinds().count("relay-switched")
        await home.api.switch("2b3c", on=False)
        await home.settle()
        state = home.api.plug("2b3c").state
        relay = state.relay()
        assert relay is not None
        assert relay.on is False
        assert state.availability is Availability.OFFLINE
        assert home.kinds().count("relay-switched") == before + 1

    run(story, http_fallback=True)


def test_a_plug_that_answers_by_http_is_shown_so_until_it_does_not(run: Run, lan: Lan) -> None:
    async def story(home: Home) -> None:
        plug = await away(home)
        lan.plugs["http://192.168.1.50"] = plug
        assert home.api.plug("2b3c").link is None
        await home.api.switch("2b3c", on=False)
        shown = home.api.plug("2b3c")
        assert (shown.link, shown.answers_in_s) == (LinkKind.HTTP, 0.0)
        lan.plugs.clear()
        with pytest.raises(Unreachable):
            await home.api.switch("2b3c", on=False)
        shown = home.api.plug("2b3c")
        assert (shown.link, shown.answers_in_s) == (None, None)
        lan.plugs["http://192.168.1.50"] = plug
        await home.api.switch("2b3c", on=False)
        plug.connect("2")
        assert home.api.plug("2b3c").link is LinkKind.MQTT
        plug.leave("2")
        assert home.api.plug("2b3c").link is None

    run(story, http_fallback=True)


def test_another_plug_that_answers_there_is_no_way_to_this_one(run: Run, lan: Lan) -> None:
    async def story(home: Home) -> None:
        await away(home)
        lan.plugs["http://192.168.1.50"] = home.plug(Uuid("1909182170548290802048e1e9522946"))
        with pytest.raises(Unreachable, match="Another plug"):
            await home.api.switch("2b3c", on=False)
        assert home.api.plug("2b3c").link is None

    run(story, http_fallback=True)


def test_it_is_off_unless_the_owner_turned_it_on(run: Run, lan: Lan) -> None:
    async def story(home: Home) -> None:
        lan.plugs["http://192.168.1.50"] = await away(home)
        with pytest.raises(Unreachable, match="is offline"):
            await home.api.switch("2b3c", on=False)
        assert lan.opened == []

    run(story)


def test_a_plug_that_is_connected_is_not_asked_by_http(run: Run, lan: Lan) -> None:
    async def story(home: Home) -> None:
        plug = await away(home)
        plug.connect("2")
        await home.api.switch("2b3c", on=False)
        assert lan.opened == []

    run(story, http_fallback=True)


def test_what_a_plug_says_of_its_address_is_not_where_it_is_asked(run: Run, lan: Lan) -> None:
    async def story(home: Home) -> None:
        await away(home, address="192.168.7.7")
        assert home.api.plug("2b3c").state.address == "192.168.1.50"
        with pytest.raises(Unreachable, match=r"192\.168\.7\.7"):
            await home.api.switch("2b3c", on=False)
        assert [url for url, _, _ in lan.opened] == ["http://192.168.7.7"]

    run(story, http_fallback=True)


def test_another_plug_at_that_address_is_not_switched(run: Run, lan: Lan) -> None:
    async def story(home: Home) -> None:
        await away(home)
        other = home.plug(Uuid("1909182170548290802048e1e9522946"))
        lan.plugs["http://192.168.1.50"] = other
        with pytest.raises(Unreachable, match=r"Another plug answers at 192\.168\.1\.50"):
            await home.api.switch("2b3c", on=False)
        assert other.relay == 1
        relay = home.api.plug("2b3c").state.relay()
        assert relay is not None
        assert relay.on is True

    run(story, http_fallback=True)


def test_a_plug_that_was_not_seen_since_the_start_has_no_address(run: Run, lan: Lan) -> None:
    async def story(home: Home) -> None:
        await home.hub.registry.add(home.plug().uuid, home.clock.now())
        with pytest.raises(Unreachable, match="is offline"):
            await home.api.switch("2b3c", on=False)
        assert lan.opened == []

    run(story, http_fallback=True)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("192.168.1.50", "http://192.168.1.50"),
        ("fe80::1", "http://[fe80::1]"),
        ("::ffff:10.0.0.1", "http://[::ffff:a00:1]"),
    ],
)
def test_addresses_of_both_kinds_become_urls(run: Run, lan: Lan, address: str, url: str) -> None:
    async def story(home: Home) -> None:
        lan.plugs[url] = await away(home, address=address)
        assert (await home.api.switch("2b3c", on=False)).on is False

    run(story, http_fallback=True)


@pytest.mark.parametrize("address", ["unix:/run/x", "192.168.1.50:5", "192.168.1.50/x", "example.invalid"])
def test_what_is_no_address_is_never_asked(run: Run, lan: Lan, address: str) -> None:
    async def story(home: Home) -> None:
        await away(home, address=address)
        with pytest.raises(Unreachable):
            await home.api.switch("2b3c", on=False)
        assert lan.opened == []

    run(story, http_fallback=True)
