from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import find_profile
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.image import Image, render_image
from ownplug.virtual.firmware.signals import (
    BrokerReady,
    FetchImage,
    ImageCame,
    ImageFailed,
    ImageProgress,
    PowerCycled,
    PowerLost,
)

NEW = Image(type="mss310", hardware="2.0.0", version="2.1.17", compiled="2022/08/19")
DATA = render_image(NEW)
MD5 = hashlib.md5(DATA).hexdigest()
URL = "http://192.168.1.5/new.bin"


def order(bench: Any, *, md5: str = MD5) -> FetchImage:
    bench.take()
    bench.set(ns.CONTROL_UPGRADE, {"upgrade": {"url": URL, "md5": md5}})
    [fetch] = [effect for effect in bench.effects if isinstance(effect, FetchImage)]
    assert fetch.url == URL
    bench.take()
    return fetch


def reports(bench: Any) -> list[tuple[int, int]]:
    told = [message for _, message in bench.spoken() if message["header"]["namespace"] == ns.CONTROL_UPGRADE]
    return [
        (each["payload"]["upgradeInfo"]["status"], each["payload"]["upgradeInfo"]["percent"]) for each in told
    ]


def version(bench: Any) -> str:
    told: str = bench.get(ns.SYSTEM_FIRMWARE)["firmware"]["version"]
    return told


def test_a_good_image_is_reported_written_and_started(home_bench: Any) -> None:
    fetch = order(home_bench)
    assert home_bench.get(ns.SYSTEM_ONLINE)["online"]["status"] == 3
    for percent in (3, 12, 15, 55):
        home_bench.tell(ImageProgress(number=fetch.number, percent=percent))
    home_bench.tell(ImageCame(number=fetch.number, data=DATA))
    assert version(home_bench) == "2.1.7"
    home_bench.pass_time(3)
    assert reports(home_bench) == [(1, 10), (1, 50), (1, 100), (2, 100)]
    home_bench.pass_time(3)
    assert version(home_bench) == "2.1.17"
    assert home_bench.flash.number(items.UPGRADED) == 1
    assert home_bench.key  # it is still its owner's
    home_bench.tell(BrokerReady())
    home_bench.tell_time()
    assert "config" in home_bench.get(ns.CONTROL_ELECTRICITY)["electricity"]  # as 2.1.17, and not as 2.1.7


def test_the_new_firmware_outlives_the_program(home_bench: Any) -> None:
    fetch = order(home_bench)
    home_bench.tell(ImageCame(number=fetch.number, data=DATA))
    home_bench.pass_time(5)
    again = type(home_bench)(saved=home_bench.flash.saved())
    again.pass_time(2)
    assert version(again) == "2.1.17"


@pytest.mark.parametrize(
    ("data", "md5", "status"),
    [
        (DATA, "0" * 32, 4),
        (DATA[:-1], "", 4),
        (b"<html>", "", 4),
        (render_image(Image(type="mss210", hardware="2.0.0", version="2", compiled="")), "", 4),
        (render_image(Image(type="mss310", hardware="6.0.0", version="6", compiled="")), "", 4),
    ],
    ids=["md5", "cut off", "no image", "another model", "another hardware"],
)
def test_a_bad_image_changes_nothing(home_bench: Any, data: bytes, md5: str, status: int) -> None:
    fetch = order(home_bench, md5=md5)
    home_bench.tell(ImageCame(number=fetch.number, data=data))
    assert reports(home_bench) == [(status, 0)]
    home_bench.pass_time(5)
    assert version(home_bench) == "2.1.7"
    assert home_bench.get(ns.SYSTEM_ONLINE)["online"]["status"] == 1


def test_what_cannot_be_fetched_is_told(home_bench: Any) -> None:
    fetch = order(home_bench)
    home_bench.tell(ImageFailed(number=fetch.number, reason="refused"))
    assert reports(home_bench) == [(3, 0)]
    assert order(home_bench).number != fetch.number
    home_bench.tell(ImageCame(number=fetch.number, data=DATA))  # late, and nobody's
    home_bench.pass_time(5)
    assert version(home_bench) == "2.1.7"


def test_only_plain_http_is_spoken(home_bench: Any) -> None:
    home_bench.take()
    home_bench.set(ns.CONTROL_UPGRADE, {"upgrade": {"url": "https://x/y.bin", "md5": ""}})
    assert reports(home_bench) == [(3, 0)]


def test_power_that_goes_before_anything_is_written_changes_nothing(home_bench: Any) -> None:
    fetch = order(home_bench)
    home_bench.tell(PowerLost())
    home_bench.tell(PowerCycled())
    home_bench.pass_time(2)
    home_bench.tell(ImageCame(number=fetch.number, data=DATA))
    home_bench.pass_time(5)
    assert version(home_bench) == "2.1.7"
    assert home_bench.state == "connecting"


def test_power_that_goes_while_it_is_written_leaves_a_plug_that_the_console_saves(
    make_bench: Callable[..., Any],
) -> None:
    bench = make_bench(find_profile("mss310"), console=True)
    bench.come_home()
    fetch = order(bench)
    bench.tell(ImageCame(number=fetch.number, data=DATA))
    bench.pass_time(1)
    bench.tell(PowerLost())
    bench.tell(PowerCycled())
    bench.pass_time(5)
    assert (bench.state, bench.firmware.led) == ("factory", "red flashing")
    assert bench.post(bench.message("GET", ns.SYSTEM_ALL)) == b""
    bench.run("meross fac 0")
    bench.type("reboot\r")
    bench.pass_time(5)
    assert bench.state == "connecting"
    assert version(bench) == "2.1.7"


def test_the_console_orders_an_image_and_logs_how_it_goes(home_console: Any) -> None:
    assert home_console.run(f"meross iot upgrade {URL}") == [f"upgrade url:{URL}"]
    [fetch] = [effect for effect in home_console.effects if isinstance(effect, FetchImage)]
    home_console.tell(ImageProgress(number=fetch.number, percent=50))
    home_console.tell(ImageCame(number=fetch.number, data=DATA))
    home_console.pass_time(4)
    printed = home_console.printed().decode("latin-1")
    for words in (f"download {URL}", "download 50%", "upgrade to 2.1.17", "Meross IOT"):
        assert words in printed
    assert "fw version:2.1.17" in home_console.run("meross fw")
