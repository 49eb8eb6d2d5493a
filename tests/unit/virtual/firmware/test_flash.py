from __future__ import annotations

import re
from pathlib import Path

import pytest

from ownplug.core.errors import UsageError
from ownplug.core.shell import OwnValue
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.flash import DEFAULTS, Flash


def test_has_every_item_of_the_teardown_page_in_its_order_and_with_its_value(reference: Path) -> None:
    page = next(reference.glob("000_*.txt")).read_text("utf-8", "replace")
    told = {f"{g}:{n}": v for g, n, v in re.findall(r"^\[(\w+)\]([\w.]+): (.*)$", page, re.MULTILINE)}
    assert len(told) == 234
    masked = [item for item, value in told.items() if "xx" in value.lower()]
    own = {OwnValue.UUID: "x" * 32, OwnValue.MAC: ":".join(["xx"] * 6), OwnValue.LOCALE: "us"}
    flash = Flash()
    flash.adopt({**own, OwnValue.ACCESS_POINT: "Meross_SW_XXXX"})
    assert {item: flash.read(item) for item in DEFAULTS} == told
    assert list(DEFAULTS) == list(told)
    assert len(masked) == 5


def test_what_differs_from_plug_to_plug_is_a_default_and_what_was_written_stays() -> None:
    flash = Flash({"AP:Ssid": "mine"})
    flash.adopt({OwnValue.MAC: "34:29:8f:00:00:01", OwnValue.ACCESS_POINT: "Meross_SW_0001"})
    assert (flash.read("STA:MacAddr"), flash.read("AP:Ssid")) == ("34:29:8f:00:00:01", "mine")
    flash.reset(["AP:Ssid"])
    assert flash.read("AP:Ssid") == "Meross_SW_0001"
    flash.adopt({OwnValue.MAC: "34:29:8f:00:00:02"})
    assert flash.read("STA:MacAddr") == "34:29:8f:00:00:02"


def test_who_it_is_is_saved_though_it_is_a_default() -> None:
    flash = Flash()
    flash.adopt({OwnValue.UUID: "u", OwnValue.MAC: "m", OwnValue.LOCALE: "eu", OwnValue.ACCESS_POINT: "a"})
    assert flash.saved() == {items.FACTORY_UUID: "u", items.FACTORY_MAC: "m", items.FACTORY_LOCALE: "eu"}


def test_keeps_what_is_written_and_counts_changes() -> None:
    flash = Flash()
    flash.write(items.PORT, 8883)
    flash.write(items.PORT, "8883")
    assert (flash.read(items.PORT), flash.number(items.PORT), flash.revision) == ("8883", 8883, 1)
    assert flash.saved() == {items.PORT: "8883"}


def test_wakes_up_with_what_was_saved() -> None:
    flash = Flash({items.KEY: "k", "nothing:known": "x"})
    assert flash.saved() == {items.KEY: "k"}


@pytest.mark.parametrize("text", ["", "x", "1.5", "--1", "9" * 5000, "\u00b2"])
def test_a_damaged_number_is_zero(text: str) -> None:
    flash = Flash({items.PORT: text})
    assert flash.number(items.PORT) == 0


def test_refuses_unknown_items_and_long_values() -> None:
    flash = Flash()
    with pytest.raises(UsageError):
        flash.read("meross:nothing")
    with pytest.raises(UsageError):
        flash.write("meross:nothing", "")
    with pytest.raises(UsageError):
        flash.write(items.KEY, "x" * 513)
    with pytest.raises(UsageError, match="UTF-8"):
        flash.write(items.KEY, "\udcff")


def test_a_reset_brings_back_defaults_of_what_is_named() -> None:
    flash = Flash({items.KEY: "k", items.TRACES[0]: "t", items.RELAY: "0", items.FACTORY_UUID: "u"})
    flash.reset(items.PAIRING_ITEMS)
    assert flash.saved() == {items.TRACES[0]: "t", items.RELAY: "0", items.FACTORY_UUID: "u"}
    flash.reset(items.OWNER_ITEMS)
    assert flash.saved() == {items.FACTORY_UUID: "u"}
