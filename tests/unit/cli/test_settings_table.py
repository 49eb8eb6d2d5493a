from __future__ import annotations

from ownplug.cli.settings_table import compared, counted, settings_table
from ownplug.core.secret import Secret

SSID = compared("STA:Ssid", Secret("Ki\x1btchen"), Secret(""), show_secrets=False)
PSK = compared("STA:WpaPsk", Secret("hunter22"), None, show_secrets=False)


def test_a_row_tells_both_values_and_the_meaning_and_no_secret() -> None:
    assert PSK == {
        "setting": "STA:WpaPsk",
        "one": "***",
        "other": None,
        "meaning": "Password of the network to join.",
    }
    assert compared("STA:WpaPsk", Secret("x"), None, show_secrets=True)["one"] == "x"
    assert compared("STA:OfTomorrow", Secret("x"), None, show_secrets=False) == {
        "setting": "STA:OfTomorrow",
        "one": "***",
        "other": None,
        "meaning": "",
    }


def test_people_read_a_table_in_which_empty_and_none_differ() -> None:
    assert settings_table([SSID, PSK], "now", "backup").splitlines() == [
        "setting     now          backup",
        r'STA:Ssid    Ki\x1btchen  ""',
        "STA:WpaPsk  ***          (none)",
    ]


def test_a_reason_has_a_column_of_its_own() -> None:
    assert settings_table([{**PSK, "reason": "because"}], "now", "backup").splitlines() == [
        "setting     now  backup  why it stays",
        "STA:WpaPsk  ***  (none)  because",
    ]


def test_one_is_no_plural() -> None:
    assert [counted(number) for number in (0, 1, 2)] == ["0 settings", "1 setting", "2 settings"]
