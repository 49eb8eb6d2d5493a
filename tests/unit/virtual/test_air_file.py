from __future__ import annotations

from pathlib import Path

import pytest

from ownplug.core.errors import UsageError
from ownplug.virtual import AccessPoint, load_air


def test_what_is_left_out_is_as_usual_and_a_network_without_password_is_open(tmp_path: Path) -> None:
    file = tmp_path / "air.toml"
    file.write_text(
        '[[network]]\nssid = "Höhle"\npassword = "secret123"\nsignal = 33\nhidden = true\n'
        '[[network]]\nssid = "Cafe"\n[names]\n"hub.lan" = "127.0.0.1"\n'
    )
    air = load_air(file)
    assert air.networks == (
        AccessPoint(ssid="Höhle", password="secret123", signal=33, hidden=True),
        AccessPoint(ssid="Cafe", encryption=0, cipher=0),
    )
    assert (air.is_generous, air.names) == (False, {"hub.lan": "127.0.0.1"})


def test_an_empty_file_is_an_empty_air(tmp_path: Path) -> None:
    file = tmp_path / "air.toml"
    file.write_text("")
    assert (load_air(file).networks, load_air(file).names) == ((), None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[network]]\n", "missing required field `ssid`"),
        ("[[network]]\nssid = 5", "$.network[0].ssid"),
        ('[[network]]\nssid = "a"\ncolour = "red"', "unknown field `colour`"),
        ('[[network]]\nssid = "a"\nsignal = 101', "signal"),
        ('[[network]]\nssid = "' + "ä" * 17 + '"', "more than 32 bytes"),
        ('[[network]]\nssid = "a"\npassword = "' + "x" * 65 + '"', "more than 64 bytes"),
        ("network = ", "Invalid value (at end of document)"),
    ],
)
def test_a_bad_file_says_where_it_is_bad(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "air.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        load_air(file)
    assert reason in str(refused.value)
    assert "air.toml" in str(refused.value)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load_air(tmp_path / "none.toml")
