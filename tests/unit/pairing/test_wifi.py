"""The network's name and password: limits in bytes, any text, and what a plug's own scan tells."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid
from ownplug.core.meross.payloads import Network
from ownplug.core.secret import Secret
from ownplug.pairing import WifiNetwork

UUID = Uuid("1811081234567825182734298f1a2b3c")


def base64_of(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


@pytest.mark.parametrize("ssid", ["x", "x" * 32, "ä" * 16, "客" * 10, "☕", " a b ", 'a"b\\c', "a\0b"])
def test_a_name_has_1_to_32_bytes_of_any_text(ssid: str) -> None:
    network = WifiNetwork(ssid=ssid, password=Secret("12345678"))
    assert network.plain(None).ssid_bytes() == ssid.encode()


@pytest.mark.parametrize(("ssid", "size"), [("", 0), ("x" * 33, 33), ("ä" * 17, 34), ("客" * 11, 33)])
def test_a_name_that_is_too_long_in_bytes_is_refused(ssid: str, size: int) -> None:
    with pytest.raises(UsageError, match=f"1 to 32 bytes; this one has {size}"):
        WifiNetwork(ssid=ssid, password=Secret("12345678"))


@pytest.mark.parametrize("password", ["", "x" * 8, "x" * 64, "ä" * 4, "ä" * 32])
def test_a_password_has_8_to_64_bytes_or_none(password: str) -> None:
    network = WifiNetwork(ssid="MyNet", password=Secret(password))
    assert network.plain(None).password == base64_of(password)


@pytest.mark.parametrize(("password", "size"), [("x" * 7, 7), ("x" * 65, 65), ("ä" * 3, 6), ("ä" * 33, 66)])
def test_a_password_of_another_length_is_refused_and_not_shown(password: str, size: int) -> None:
    with pytest.raises(UsageError, match=f"8 to 64 bytes; this one has {size}") as caught:
        WifiNetwork(ssid="MyNet", password=Secret(password))
    assert password not in str(caught.value)


def test_what_is_no_text_is_refused_and_not_shown() -> None:
    with pytest.raises(UsageError, match=r"^A network's name is not valid UTF-8\.$"):
        WifiNetwork(ssid="a\udcff", password=Secret("12345678"))
    with pytest.raises(UsageError, match=r"^The password is not valid UTF-8\.$") as caught:
        WifiNetwork(ssid="MyNet", password=Secret("hunter2hunter2\udcff"))
    assert caught.value.__cause__ is None


def test_a_password_is_not_printed() -> None:
    assert "correct horse" not in repr(WifiNetwork(ssid="MyNet", password=Secret("correct horse")))


@pytest.mark.parametrize(
    ("password", "encrypted"),
    [
        ("correct horse", "0gC9jLqeDtZw2/u20PBCjw=="),
        ("0123456789abcdef", "Muc/fHf7doiCtstxK4TQJSXHrlqAcD+BScefLdGwJuE="),
    ],
)
def test_the_published_encrypted_passwords(password: str, encrypted: str) -> None:
    network = WifiNetwork(ssid="MyNet", password=Secret(password))
    told = network.encrypted(None, model_type="mss310", uuid=UUID)
    assert (told.ssid, told.password) == ("TXlOZXQ=", encrypted)


def test_the_strongest_access_point_of_the_network_is_found() -> None:
    network = WifiNetwork(ssid="Küche ☕", password=Secret("12345678"))
    own = base64_of("Küche ☕")
    scanned = [
        Network(ssid=base64_of("Kuche"), signal=100),
        Network(ssid=own, bssid="far", signal=20),
        Network(ssid=own, bssid="near", signal=90),
        Network(ssid=own, bssid="mute"),
    ]
    found = network.find(scanned)
    assert found is not None
    assert found.bssid == "near"


def test_a_network_that_the_plug_does_not_hear_is_not_found() -> None:
    assert WifiNetwork(ssid="MyNet", password=Secret("")).find([]) is None
    assert WifiNetwork(ssid="MyNet", password=Secret("")).find([Network(ssid=base64_of("mynet"))]) is None


@pytest.mark.parametrize("strange", ["not base64!", "====", "a", "ü", base64_of(b"\xff\xfe"), ""])
def test_somebody_elses_strange_network_does_not_matter(strange: str) -> None:
    network = WifiNetwork(ssid="MyNet", password=Secret(""))
    scanned = [Network(ssid=strange, signal=100), Network(ssid="TXlOZXQ=", signal=10)]
    assert network.find(scanned) == scanned[1]


def test_what_the_scan_tells_is_passed_on_and_its_signal_is_not() -> None:
    seen = Network(ssid="TXlOZXQ=", bssid="aa:bb:cc:dd:ee:ff", signal=80, channel=6, encryption=6, cipher=3)
    told = WifiNetwork(ssid="MyNet", password=Secret("12345678")).plain(seen)
    assert told == Network(
        ssid="TXlOZXQ=",
        bssid="aa:bb:cc:dd:ee:ff",
        channel=6,
        encryption=6,
        cipher=3,
        password=base64_of("12345678"),
    )


@given(st.text(max_size=40), st.text(max_size=70))
def test_any_text_is_a_network_that_a_plug_can_read_or_refused(ssid: str, password: str) -> None:
    fits = 0 < len(ssid.encode()) <= 32 and (not password or 8 <= len(password.encode()) <= 64)
    try:
        told = WifiNetwork(ssid=ssid, password=Secret(password)).plain(None)
    except UsageError:
        assert not fits
        return
    assert fits
    assert base64.b64decode(told.ssid).decode() == ssid
    assert isinstance(told.password, str)
    assert base64.b64decode(told.password).decode() == password
