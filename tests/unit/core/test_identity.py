"""Uuid and MAC: what is accepted, and how it is written afterwards."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.core.identity import Firmware, Mac, Model, Uuid

HEX_UUID = "1811081234567825182734298f1a2b3c"


@pytest.mark.parametrize(
    "text",
    ["34:29:8f:1a:2b:3c", "34-29-8F-1A-2B-3C", "3429.8f1a.2b3c", "34298F1A2B3C", " 34:29:8f:1a:2b:3c\n"],
)
def test_a_mac_is_read_in_every_common_spelling(text: str) -> None:
    mac = Mac.parse(text)
    assert (mac.text, mac.digits, str(mac)) == ("34:29:8f:1a:2b:3c", "34298f1a2b3c", "34:29:8f:1a:2b:3c")


@pytest.mark.parametrize(
    "text",
    ["", "34:29:8f:1a:2b", "34:29:8f:1a:2b:3c:4d", "34:29:8g:1a:2b:3c", "\uff13\uff14:29:8f:1a:2b:3c", "mac"],
)
def test_what_is_not_twelve_hexadecimal_digits_is_no_mac(text: str) -> None:
    with pytest.raises(UsageError, match="not a MAC") as caught:
        Mac.parse(text)
    assert "34:29:8f" in caught.value.hint


@given(st.binary(min_size=6, max_size=6))
def test_every_address_survives_being_written_and_read(address: bytes) -> None:
    mac = Mac.parse(address.hex(":"))
    assert mac.text == address.hex(":")
    assert Mac.parse(mac.digits) == mac


def test_a_uuid_knows_its_mac_and_its_tail() -> None:
    uuid = Uuid.parse(HEX_UUID)
    assert (uuid.mac, uuid.tail, str(uuid)) == (Mac("34:29:8f:1a:2b:3c"), "2b3c", HEX_UUID)


def test_a_uuid_need_not_be_hexadecimal_before_its_mac() -> None:
    """Real MT7682 plugs carry an `h`."""
    assert Uuid.parse("19091821705482251h5748e1e9522946").mac.text == "48:e1:e9:52:29:46"


def test_a_uuid_is_read_in_capitals_and_between_spaces() -> None:
    assert Uuid.parse(f" {HEX_UUID.upper()}\n") == Uuid(HEX_UUID)


@pytest.mark.parametrize(
    "text", ["", HEX_UUID[:-1], HEX_UUID + "0", HEX_UUID[:-1] + "g", "#" * 32, "../" + HEX_UUID[3:], "+" * 32]
)
def test_what_does_not_end_in_a_mac_is_no_uuid(text: str) -> None:
    with pytest.raises(UsageError, match="not a plug's uuid"):
        Uuid.parse(text)


@given(st.text(max_size=40))
def test_any_text_is_either_a_uuid_with_a_mac_or_a_usage_error(text: str) -> None:
    try:
        uuid = Uuid.parse(text)
    except UsageError:
        return
    assert len(uuid.mac.digits) == 12


def test_what_a_plug_is_cannot_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Model(type="mss310").type = "mss210"  # type: ignore[misc]  # the very thing that must fail
    with pytest.raises(dataclasses.FrozenInstanceError):
        Firmware(version="2.1.7").version = "2.1.9"  # type: ignore[misc]  # the very thing that must fail
