"""A plug that wants the time of the internet before it looks for its server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ownplug.virtual import find_profile
from ownplug.virtual.firmware.signals import AskTime, ConnectBroker, TimeTold


@pytest.fixture
def strip(make_bench: Callable[..., Any]) -> Any:
    bench = make_bench(find_profile("mss425e"))
    gateway = {"host": "hub.example", "port": 8883, "redirect": 1}
    bench.set("Appliance.Config.Key", {"key": {"userId": "1", "key": "k" * 32, "gateway": gateway}})
    bench.set("Appliance.Config.Wifi", {"wifi": {"ssid": "SG9tZQ==", "password": "c2VjcmV0MTIz"}})
    bench.pass_time(2)
    return bench


def kinds(bench: Any) -> list[type]:
    return [type(effect) for effect in bench.take() if isinstance(effect, AskTime | ConnectBroker)]


def test_it_asks_until_it_is_told_and_then_connects(strip: Any) -> None:
    strip.pass_time(7)
    assert set(kinds(strip)) == {AskTime}
    strip.tell(TimeTold(unix_s=1_700_000_000))
    assert kinds(strip) == [ConnectBroker]
    assert strip.device.unix_s == pytest.approx(1_700_000_000, abs=1)
    strip.pass_time(10)
    assert kinds(strip) == []


def test_a_plug_without_a_home_gives_up_when_nobody_tells_the_time(strip: Any) -> None:
    strip.pass_time(60)
    assert strip.state == "pairing"
    strip.tell(TimeTold(unix_s=1_700_000_000))
    assert not strip.device.clock.is_set


def test_another_plug_asks_nobody(home_bench: Any) -> None:
    assert AskTime not in kinds(home_bench)
    home_bench.tell(TimeTold(unix_s=1))
    assert home_bench.device.unix_s > 1_600_000_000
