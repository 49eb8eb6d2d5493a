from __future__ import annotations

from ownplug.console.keys import setting_of, split_key
from ownplug.core.shell import SETTINGS, find_setting


def test_a_key_is_group_and_name() -> None:
    assert split_key("meross:dev.cfg.Key") == ("meross", "dev.cfg.Key")


def test_every_setting_is_found_by_its_key() -> None:
    assert [setting_of(setting.key) for setting in SETTINGS] == list(SETTINGS)
    assert setting_of("STA:Ssid") == find_setting("STA", "Ssid")
    assert setting_of("STA:OfTomorrow") is None
