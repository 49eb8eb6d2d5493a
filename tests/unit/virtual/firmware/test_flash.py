from __future__ import annotations

import re
from pathlib import Path

import pytest

from ownplug.core.errors import UsageError
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.flash import DEFAULTS, Flash


def test_has_every_item_of_the_plugs_own_groups_with_the_value_on_the_teardown_page(reference: Path) -> None:
    page = next(reference.glob("000_*.txt")).read_text("utf-8", "replace")
    told = {
        f"{g}:{n}": v.strip()
        for g, n, v in re.findall(r"^\[(meross|factory)\]([\w.]+):(.*)$", page, re.MULTILINE)
    }
    assert len(told) == 151 + 6
    ours = {item: value for item, value in DEFAULTS.items() if not item.startswith("STA:")}
    identity = {items.FACTORY_UUID, items.FACTORY_MAC}
    assert set(ours) == set(told)
    assert {i: v for i, v in ours.items() if i not in identity} == {
        i: v for i, v in told.items() if i not in identity
    }


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


def test_a_reset_brings_back_defaults_of_what_is_named() -> None:
    flash = Flash({items.KEY: "k", items.TRACES[0]: "t", items.RELAY: "0", items.FACTORY_UUID: "u"})
    flash.reset(items.PAIRING_ITEMS)
    assert flash.saved() == {items.TRACES[0]: "t", items.RELAY: "0", items.FACTORY_UUID: "u"}
    flash.reset(items.OWNER_ITEMS)
    assert flash.saved() == {items.FACTORY_UUID: "u"}
