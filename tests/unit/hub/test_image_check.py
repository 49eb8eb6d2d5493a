"""What an owner says of an image, and what the plug says of itself."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Conflict, UsageError
from ownplug.core.identity import Firmware, Model
from ownplug.core.image import LONGEST_IMAGE, Binary, render_container
from ownplug.hub import FirmwareOffer
from ownplug.hub.image_check import CheckedImage, check_image, check_name, check_plug

REAL = render_container([Binary(data=b"\x08\x01machine code"), Binary(data=b"radio", is_packed=True)])
LABEL = {"type": "mss310", "hardware": "2.0.0", "version": "2.1.17", "compiled": ""}
VIRTUAL = render_container([Binary(data=msgspec.json.encode(LABEL))])
OFFER = FirmwareOffer(image=REAL, model="mss310", hardware="2.0.0", confirmed_name="kettle")
KETTLE = Model(type="mss310", sub_type="us", hardware="2.0.0", chip="MT7682")
INSTALLED = Firmware(version="2.1.7")


def test_a_whole_image_is_known_by_its_md5() -> None:
    md5 = hashlib.md5(REAL).hexdigest()
    assert check_image(OFFER) == check_image(replace(OFFER, md5=md5.upper())) == CheckedImage(md5=md5)


def test_an_image_for_virtual_plugs_says_its_version() -> None:
    assert check_image(replace(OFFER, image=VIRTUAL, is_virtual=True)).version == "2.1.17"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"md5": "0" * 32}, "MD5"),
        ({"image": REAL[:-1]}, "Nothing was told to the plug"),
        ({"image": bytes(LONGEST_IMAGE + 1)}, "more than"),
        ({"image": VIRTUAL}, "would be dead"),
        ({"is_virtual": True}, "none for a virtual plug"),
        ({"image": VIRTUAL, "is_virtual": True, "model": "mss210"}, "The image says that it is for mss310"),
        ({"image": VIRTUAL, "is_virtual": True, "hardware": "6.0.0"}, "hardware 2.0.0, not"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_with_an_image_is_said(changed: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        check_image(replace(OFFER, **changed))  # type: ignore[arg-type]  # any field


@given(st.binary(max_size=300))
def test_no_bytes_break_the_check(data: bytes) -> None:
    with pytest.raises(UsageError):
        check_image(replace(OFFER, image=data))
    assert check_image(replace(OFFER, image=render_container([Binary(data=data + b"\xff")]))).version == ""


@pytest.mark.parametrize("chip", ["mt7682", "MT7682", "mt7686"])
def test_a_plug_of_that_model_and_a_known_chip_may_have_it(chip: str) -> None:
    check_plug(
        replace(OFFER, model="MSS310"), CheckedImage(md5=""), "kettle", replace(KETTLE, chip=chip), INSTALLED
    )


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"type": "mss310r"}, "kettle is mss310r"),
        ({"hardware": "2.0.1"}, "kettle is mss310 with hardware 2.0.1"),
        ({"chip": "rtl8710cf"}, "chip of kettle is rtl8710cf"),
        ({"chip": "mt7688"}, "chip of kettle is mt7688"),
        ({"chip": ""}, "chip of kettle is not named"),
    ],
)
def test_any_other_plug_may_not(changed: dict[str, str], says: str) -> None:
    model = replace(KETTLE, **changed)
    with pytest.raises(UsageError, match=says):
        check_plug(OFFER, CheckedImage(md5=""), "kettle", model, INSTALLED)


def test_the_firmware_that_a_plug_has_is_not_given_again() -> None:
    with pytest.raises(Conflict, match="already"):
        check_plug(OFFER, CheckedImage(md5="", version="2.1.7"), "kettle", KETTLE, INSTALLED)


@pytest.mark.parametrize("typed", ["", "Kettle", "kettle ", "yes"])
def test_the_name_is_typed_as_it_is(typed: str) -> None:
    check_name(OFFER, "kettle")
    with pytest.raises(UsageError, match="not the plug's"):
        check_name(replace(OFFER, confirmed_name=typed), "kettle")
