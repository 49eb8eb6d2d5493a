"""Logins, judged by published vectors and by the MerossIot library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meross_iot.utilities.mqtt import generate_mqtt_password

from ownplug.core.identity import Mac, Uuid
from ownplug.core.meross.login import app_login, device_client_id, device_login, parse_device_client_id
from ownplug.core.secret import Secret

KEY = Secret("0123456789abcdef0123456789abcdef")
UUID = Uuid("1811081234567825182734298f1a2b3c")


def test_the_published_login_of_a_plug() -> None:
    login = device_login(Mac("34:29:8f:1a:2b:3c"), "10001", KEY)
    assert login.username == "34:29:8f:1a:2b:3c"
    assert login.password.reveal() == "10001_ec747c57a5154a505489a92d779fd451"


def test_the_published_login_of_an_app() -> None:
    login = app_login("10001", KEY)
    assert (login.username, login.password.reveal()) == ("10001", "b74d6d7fb0ef01007a7e1e27b69cd28e")


@given(st.text(), st.text())
def test_a_foreign_library_makes_the_same_app_password(user_id: str, key: str) -> None:
    assert app_login(user_id, Secret(key)).password.reveal() == generate_mqtt_password(user_id, key)


def test_a_login_does_not_print_its_password() -> None:
    assert "b74d6d7f" not in repr(app_login("10001", KEY))


def test_the_client_id_of_a_plug_has_56_characters_and_names_it() -> None:
    client_id = device_client_id(UUID, "aB3dE6gH9jK2mN5p")
    assert client_id == f"fmware:{UUID}_aB3dE6gH9jK2mN5p"
    assert len(client_id) == 56
    assert parse_device_client_id(client_id) == UUID


@pytest.mark.parametrize(
    "client_id",
    [
        "",
        f"app:{UUID}",
        f"fmware:{UUID}",
        f"fmware:{str(UUID)[:-1]}_x",
        f"fmware:{'z' * 32}_x",
        f"x fmware:{UUID}_x",
    ],
)
def test_other_client_ids_name_no_plug(client_id: str) -> None:
    assert parse_device_client_id(client_id) is None


@given(st.text(max_size=60) | st.text("fmware:_0123456789abcdefhz", min_size=40, max_size=60))
def test_a_client_id_that_names_a_plug_names_one_with_a_mac(text: str) -> None:
    found = parse_device_client_id(text)
    assert found is None or len(found.mac.digits) == 12


@given(st.text(max_size=20))
def test_whatever_follows_the_uuid_it_is_still_that_plug(tail: str) -> None:
    assert parse_device_client_id(device_client_id(UUID, tail)) == UUID
