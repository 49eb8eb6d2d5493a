"""From a URL to a plug: every form, and a sentence for everything else."""

from __future__ import annotations

import inspect
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

import ownplug
from ownplug.core.errors import OwnplugError, UsageError
from ownplug.core.meross.login import app_login
from ownplug.core.secret import Secret
from ownplug.plug import HttpLink, HubLink, Link, MqttLink, connect
from ownplug.plug.connect import _link, _Means

UUID = "1811081234567825182734298f1a2b3c"
OTHER = "1811081234567825182734298f1a2b3d"
KEY = "0123456789abcdef0123456789abcdef"


def link_of(
    url: str, *, key: Secret | None = None, user_id: str = "", token: Secret | None = None
) -> AbstractAsyncContextManager[Link]:
    """The link that a URL means, not opened."""
    means = _Means(key=key, user_id=user_id, ca=None, uuid="", token=token, timeout_s=1)
    return _link(url, means)


@pytest.mark.parametrize("key", [KEY, Secret(KEY), ""], ids=["text", "a secret", "none, but said so"])
async def test_a_plugs_own_address(key: Secret | str) -> None:
    async with connect("http://192.0.2.1", key=key) as plug:
        assert isinstance(plug.link, HttpLink)


async def test_a_plug_of_a_hub_needs_no_key() -> None:
    async with connect("hub+http://127.0.0.1:8480/kettle", token="t") as plug:
        assert isinstance(plug.link, HubLink)


async def test_the_front_door_of_the_library_leads_here() -> None:
    async with ownplug.connect("http://192.0.2.1", key=KEY) as plug:
        assert isinstance(plug.link, HttpLink)


@pytest.mark.parametrize(
    ("url", "host", "port", "has_tls"),
    [
        (f"mqtts://192.0.2.1/{UUID}", "192.0.2.1", 8883, True),
        (f"mqtts://hub.example:2001/{UUID}/", "hub.example", 2001, True),
        (f"mqtt://192.0.2.1/{UUID}", "192.0.2.1", 1883, False),
        (f"MQTT://[::1]:1884/{UUID}", "::1", 1884, False),
    ],
)
def test_an_mqtt_server_and_its_usual_ports(url: str, host: str, port: int, has_tls: bool) -> None:
    link = link_of(url, key=Secret(KEY), user_id="10001")
    assert isinstance(link, MqttLink)
    assert (link._endpoint.host, link._endpoint.port) == (host, port)
    assert (link._endpoint.tls is not None) is has_tls
    assert link._uuid.text == UUID
    assert link._login == app_login("10001", Secret(KEY))


def test_an_mqtt_server_with_users_of_its_own() -> None:
    link = link_of(f"mqtt://me:p%40ss@192.0.2.1/{UUID}", key=Secret(KEY))
    assert isinstance(link, MqttLink)
    assert (link._login.username, link._login.password) == ("me", Secret("p@ss"))
    link = link_of(f"mqtt://me@192.0.2.1/{UUID}", key=Secret(KEY))
    assert isinstance(link, MqttLink)
    assert (link._login.username, link._login.password) == ("me", Secret(""))


@pytest.mark.parametrize(
    ("url", "hub"),
    [
        ("hub+http://127.0.0.1:8480/kettle", "http://127.0.0.1:8480"),
        ("hub+https://hub.example/kettle/", "https://hub.example"),
    ],
)
def test_a_hub_and_its_plug(url: str, hub: str) -> None:
    link = link_of(url, token=Secret("t"))
    assert isinstance(link, HubLink)
    assert (link._url, link._plug) == (hub, "kettle")


@pytest.mark.parametrize(
    ("url", "config"),
    [
        ("http://192.0.2.1", "http://192.0.2.1/config"),
        ("http://[::1]:8080/", "http://[::1]:8080/config"),
        ("http://192.0.2.1/public", "http://192.0.2.1/public"),
    ],
)
def test_a_plugs_address_leads_to_its_config(url: str, config: str) -> None:
    link = link_of(url, key=Secret(KEY))
    assert isinstance(link, HttpLink)
    assert link._url == config


@pytest.mark.parametrize(
    "url",
    [
        "",
        "192.168.1.50",
        "kettle",
        "/dev/ttyUSB0",
        "http://",
        "http:///config",
        "http://[::1",
        "http://192.168.1.50:99999",
        "http://192.168.1.50:0",
        "http://192.168.1.50:x",
        "https://192.168.1.50",
        "ftp://192.168.1.50",
        "ws://192.168.1.50",
        "hub+ftp://127.0.0.1/kettle",
        f"mqtt+http://127.0.0.1/{UUID}",
    ],
)
async def test_what_is_no_way_to_a_plug_is_said_with_the_ways_that_are(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        async with connect(url, key=KEY, user_id="10001", token="t"):
            pytest.fail("it was taken")
    assert str(caught.value).endswith(".")
    for form in ("http://192.168.1.50", "mqtts://HOST", "hub+http://"):
        assert form in caught.value.hint


@pytest.mark.parametrize(
    ("url", "means", "sentence"),
    [
        ("http://192.0.2.1", {}, "the key is needed"),
        ("http://192.0.2.1?a=b", {"key": KEY}, "not the address of a plug"),
        ("http://192.0.2.1#a", {"key": KEY}, "not the address of a plug"),
        ("http://me:secret@192.0.2.1", {"key": KEY}, "not the address of a plug"),
        (f"mqtts://192.0.2.1/{UUID}", {"user_id": "10001"}, "the key is needed"),
        (f"mqtts://192.0.2.1/{UUID}", {"key": KEY}, "user id"),
        (f"mqtts://192.0.2.1/{UUID}", {"key": KEY, "user_id": "1/+"}, "user id"),
        (f"mqtts://192.0.2.1/{UUID}", {"key": KEY, "user_id": "#"}, "user id"),
        ("mqtts://192.0.2.1", {"key": KEY, "user_id": "10001"}, "Which plug"),
        ("mqtts://192.0.2.1/kettle", {"key": KEY, "user_id": "10001"}, "not a plug's uuid"),
        (f"mqtts://192.0.2.1/{UUID}/x", {"key": KEY, "user_id": "10001"}, "not a plug's uuid"),
        (f"mqtts://192.0.2.1/{UUID}", {"key": KEY, "user_id": "1", "uuid": OTHER}, "two different plugs"),
        (f"mqtts://192.0.2.1/{UUID}", {"key": KEY, "user_id": "1", "ca": "/missing.pem"}, "/missing.pem"),
        ("hub+http://127.0.0.1:8480/kettle", {}, "the token is needed"),
        ("hub+http://127.0.0.1:8480", {"token": "t"}, "names no plug"),
        ("hub+http://me:secret@127.0.0.1:8480/kettle", {"token": "t"}, "names no plug"),
    ],
)
async def test_what_is_missing_for_a_way_is_said(url: str, means: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        async with connect(url, **means):
            pytest.fail("it was taken")


@pytest.mark.parametrize(
    "url",
    [
        f"mqtts://me:hunter2@192.0.2.1:99999/{UUID}",
        f"mqtts://me:hunter2@/{UUID}",
        f"mqqt://me:hunter2@192.0.2.1/{UUID}",
        "mqtts://me:hunter2@192.0.2.1/kettle",
        "mqtts://me:hunter2@192.0.2.1",
        "mqtts://me:hunter2\uff0f@192.0.2.1/x",
    ],
)
async def test_a_password_in_a_url_is_not_repeated_in_an_error(url: str) -> None:
    with pytest.raises(OwnplugError) as caught:
        async with connect(url, key=KEY):
            pytest.fail("it was taken")
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"


def test_the_two_doors_have_the_same_parameters() -> None:

    inner, outer = (inspect.signature(door).parameters for door in (connect, ownplug.connect))
    assert {name: parameter.default for name, parameter in inner.items()} == {
        name: parameter.default for name, parameter in outer.items()
    }
