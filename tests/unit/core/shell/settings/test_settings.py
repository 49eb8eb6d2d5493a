from __future__ import annotations

from ownplug.core.shell import GROUPS, SETTINGS, OwnValue, SettingKind, find_setting, settings_of

SOURCES = {"seed", "derived", "assumed", "sdk"}


def test_there_are_234_in_six_groups() -> None:
    assert len(SETTINGS) == len({setting.key for setting in SETTINGS}) == 234
    assert GROUPS == ("common", "STA", "AP", "network", "meross", "factory")
    assert [len(settings_of(group)) for group in GROUPS] == [13, 32, 28, 4, 151, 6]
    assert [setting for group in GROUPS for setting in settings_of(group)] == list(SETTINGS)


def test_a_setting_says_where_its_meaning_is_from() -> None:
    for setting in SETTINGS:
        assert bool(setting.meaning) == bool(setting.source), setting.key
        assert setting.source in {"", *SOURCES}, setting.key
        assert setting.meaning == "" or setting.meaning.endswith("."), setting.key


def test_a_flag_is_0_or_1() -> None:
    flags = [setting for setting in SETTINGS if setting.kind is SettingKind.FLAG]
    assert {flag.default for flag in flags} == {"0", "1"}


def test_passwords_and_keys_are_secret() -> None:
    assert {setting.key for setting in SETTINGS if setting.secret} == {
        "STA:WpaPsk",
        "STA:PMK_INFO",
        "STA:SharedKey",
        "AP:WpaPsk",
        "AP:SharedKey",
        "meross:dev.cfg.Key",
    }


def test_what_each_plug_has_of_its_own_has_no_default() -> None:
    own = {setting.key: setting.own for setting in SETTINGS if setting.own}
    assert own == {
        "STA:MacAddr": OwnValue.MAC,
        "AP:MacAddr": OwnValue.MAC,
        "AP:Ssid": OwnValue.ACCESS_POINT,
        "factory:dev.fac.locale": OwnValue.LOCALE,
        "factory:dev.fac.uuid": OwnValue.UUID,
        "factory:dev.fac.mac": OwnValue.MAC,
    }
    assert not any(setting.default for setting in SETTINGS if setting.own)


def test_a_setting_is_found_by_its_exact_name() -> None:
    found = find_setting("meross", "dev.cfg.Key")
    assert found is not None
    assert found.secret
    assert find_setting("meross", "dev.cfg.key") is None
    assert find_setting("STA", "dev.cfg.Key") is None
    assert settings_of("none") == ()
