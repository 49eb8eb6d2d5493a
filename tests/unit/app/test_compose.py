"""The address that plugs are given; how the parts run together is shown by tests/e2e."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from ownplug.app import load_settings
from ownplug.app.compose import _address, _advertised, _called, _firmware_endpoint
from ownplug.broker import Broker, BrokerSettings, Gatekeeper
from ownplug.core.identity import Uuid
from ownplug.hub import Hub, HubSettings
from ownplug.store import SqliteStore
from ownplug.testing import FakeClock
from ownplug.web import WebSettings
from ownplug.web.hosts import allowed_authorities, is_allowed_host
from ownplug.web.metrics import MQTT_FIGURES


@pytest.mark.parametrize(
    ("host", "listening", "shown"),
    [
        ("192.168.1.10", ("0.0.0.0", 8883), "192.168.1.10:8883"),
        ("plugs.example", ("127.0.0.1", 1), "plugs.example:1"),
        ("fe80::1", ("::", 8883), "[fe80::1]:8883"),
        ("192.168.1.10", None, ""),
    ],
)
def test_an_address_is_shown_as_plugs_are_to_use_it(
    host: str, listening: tuple[str, int] | None, shown: str
) -> None:
    assert _address(host, listening) == shown


@pytest.mark.parametrize("has_plugs", [True, False])
async def test_the_owner_is_warned_when_plugs_will_look_in_the_wrong_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, has_plugs: bool
) -> None:
    for host, warned in (("192.168.1.10", False), ("192.168.1.10", False), ("192.168.1.11", has_plugs)):
        settings, _ = load_settings(tmp_path / "ownplug.toml", {}, {"network.advertise": host})
        async with (
            SqliteStore(tmp_path / "hub.sqlite3") as store,
            Hub(HubSettings(), store, FakeClock()) as hub,
        ):
            if has_plugs:
                await hub.registry.add(Uuid("1811081234567825182734298f1a2b3c"), FakeClock().now())
            assert await _advertised(hub, store, settings) == host
            assert (await store.home() or hub.home).advertised == host
        assert ("Plugs were told to come to 192.168.1.10" in caplog.text) is warned


@pytest.mark.parametrize(
    ("set_to", "host", "endpoint"),
    [
        ("", "192.168.1.10", "192.168.1.10:0"),
        ("", "fd00::10", "[fd00::10]:0"),
        ("", "plugs.example", "0.0.0.0:0"),  # which of its addresses is meant is not known here
        ("0.0.0.0:8484", "192.168.1.10", "0.0.0.0:8484"),
    ],
)
def test_plugs_fetch_images_where_they_come_to(tmp_path: Path, set_to: str, host: str, endpoint: str) -> None:
    settings, _ = load_settings(tmp_path / "ownplug.toml", {}, {"network.firmware": set_to})
    assert _firmware_endpoint(settings, host) == endpoint


def test_every_figure_of_the_mqtt_server_is_told_to_prometheus() -> None:
    nobody = cast("Gatekeeper", None)
    broker = Broker(BrokerSettings(mqtts=""), nobody, FakeClock())
    assert broker.figures().keys() == MQTT_FIGURES


@pytest.mark.parametrize(("host", "name"), [("plugs.lan", "plugs.lan"), ("fd00::10", "[fd00::10]")])
def test_pages_are_served_under_the_name_that_plugs_are_given(host: str, name: str) -> None:
    called = _called(WebSettings(allowed_hosts=("other.lan",)), host)
    assert called.allowed_hosts == ("other.lan", name)
    assert is_allowed_host(
        f"{name}:8480", allowed_authorities("0.0.0.0", called.allowed_hosts), ("10.0.0.1", 8480)
    )
