"""Where a setting comes from, and what is refused with a sentence."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from pathlib import Path

import pytest
import tzlocal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ownplug.app import Origin, Settings, load_settings
from ownplug.broker import BrokerSettings
from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret
from ownplug.hub import HubSettings
from ownplug.web import WebSettings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ownplug.toml"


def found(origins: list[Origin], name: str) -> tuple[object, str]:
    [origin] = [origin for origin in origins if origin.name == name]
    return origin.value, origin.source


def test_without_anything_said_the_defaults_are_in_force(file: Path) -> None:
    loaded, origins = load_settings(file, {}, {})
    zone = loaded.hub.timezone
    assert (loaded.broker, loaded.web) == (BrokerSettings(), WebSettings())
    assert loaded.hub == HubSettings(timezone=zone)
    assert {origin.source for origin in origins if origin.name != "hub.timezone"} == {"default"}


def test_every_setting_of_every_room_is_told_once(file: Path) -> None:
    loaded, origins = load_settings(file, {}, {})
    expected = {
        f"{section.name}.{field.name}": getattr(getattr(loaded, section.name), field.name)
        for section in dataclasses.fields(Settings)
        for field in dataclasses.fields(getattr(loaded, section.name))
    }
    assert len(origins) == len(expected)
    assert {origin.name: origin.value for origin in origins} == expected


def test_an_option_counts_before_the_environment_before_the_file_before_the_default(file: Path) -> None:
    variable = "OWNPLUG_HUB_REQUEST_TIMEOUT_S"
    name = "hub.request_timeout_s"
    assert found(load_settings(file, {}, {})[1], name) == (5.0, "default")
    file.write_text("[hub]\nrequest_timeout_s = 6\n")
    assert found(load_settings(file, {}, {})[1], name) == (6.0, str(file))
    assert found(load_settings(file, {variable: "7"}, {})[1], name) == (7.0, f"${variable}")
    assert found(load_settings(file, {variable: "7"}, {name: None})[1], name) == (7.0, f"${variable}")
    loaded, origins = load_settings(file, {variable: "7"}, {name: 8})
    assert found(origins, name) == (8.0, "option")
    assert loaded.hub.request_timeout_s == 8.0


def test_each_setting_is_chosen_for_itself(file: Path) -> None:
    file.write_text('[broker]\nmqtt = "127.0.0.1:1883"\n[web]\nport = 8481\n')
    loaded, origins = load_settings(
        file, {"OWNPLUG_NETWORK_ADVERTISE": "plugs.example"}, {"web.host": "0.0.0.0"}
    )
    assert (loaded.broker.mqtt, loaded.web.port, loaded.web.host) == ("127.0.0.1:1883", 8481, "0.0.0.0")
    assert loaded.network.advertise == "plugs.example"
    assert found(origins, "broker.mqtts")[1] == "default"


def test_a_value_is_told_as_it_is_in_force(file: Path) -> None:
    environment = {
        "OWNPLUG_HUB_HTTP_FALLBACK": "true",
        "OWNPLUG_WEB_PORT": "0",
        "OWNPLUG_WEB_ALLOWED_HOSTS": "plugs.example, other.example:8480,",
    }
    loaded, origins = load_settings(file, environment, {})
    assert found(origins, "hub.http_fallback")[0] is loaded.hub.http_fallback is True
    assert found(origins, "web.port")[0] == loaded.web.port == 0
    assert found(origins, "web.allowed_hosts")[0] == ("plugs.example", "other.example:8480")
    assert load_settings(file, {"OWNPLUG_WEB_ALLOWED_HOSTS": ""}, {})[0].web.allowed_hosts == ()


def test_a_list_in_the_file_is_a_list(file: Path) -> None:
    file.write_text('[web]\nallowed_hosts = ["plugs.example"]\n')
    assert load_settings(file, {}, {})[0].web.allowed_hosts == ("plugs.example",)


def test_what_is_empty_is_set_all_the_same(file: Path) -> None:
    loaded, origins = load_settings(file, {}, {"broker.mqtts": ""})
    assert loaded.broker.mqtts == ""
    assert found(origins, "broker.mqtts") == ("", "option")


def test_the_zone_is_that_of_this_machine(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: "Asia/Qatar")
    assert found(load_settings(file, {}, {})[1], "hub.timezone") == ("Asia/Qatar", "this machine")
    file.write_text('[hub]\ntimezone = "Europe/Berlin"\n')
    assert found(load_settings(file, {}, {})[1], "hub.timezone") == ("Europe/Berlin", str(file))


@pytest.mark.parametrize("failure", [KeyError, ValueError, OSError])
def test_a_machine_without_a_zone_of_its_own_is_in_utc(
    file: Path, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    import zoneinfo

    def unset() -> str:
        raise zoneinfo.ZoneInfoNotFoundError("two files disagree") if failure is KeyError else failure("odd")

    monkeypatch.setattr(tzlocal, "get_localzone_name", unset)
    assert load_settings(file, {}, {})[0].hub.timezone == "UTC"
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: None)
    assert load_settings(file, {}, {})[0].hub.timezone == "UTC"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[hubs]\n", r"there is no section \[hubs\]"),
        ("timezone = 'UTC'\n", r"there is no section \[timezone\]"),
        ("hub = 3\n", r"hub is a section"),
        ("[hub]\ntimezon = 'UTC'\n", r"\[hub\] has no 'timezon'"),
        ("[hub.timezone]\nname = 'UTC'\n", r"settings of \[hub\] do not fit"),
        ("[hub]\ntimezone = 5\n", r"settings of \[hub\] do not fit: Expected `str`"),
        ("[hub]\nrequest_timeout_s = 'soon'\n", r"settings of \[hub\] do not fit"),
        ("[hub]\nhttp_fallback = 'maybe'\n", r"settings of \[hub\] do not fit: Expected `bool`"),
        ("[web]\nallowed_hosts = 'plugs.example'\n", r"settings of \[web\] do not fit"),
        ("[web]\nport = 1.5\n", r"settings of \[web\] do not fit"),
        ("[hub\n", "cannot be read"),
        ("[hub]\ntimezone = 'a'\ntimezone = 'b'\n", "cannot be read"),
    ],
)
def test_a_file_that_says_something_else_is_refused_with_its_name(
    file: Path, text: str, sentence: str
) -> None:
    file.write_text(text)
    with pytest.raises(UsageError, match=sentence):
        load_settings(file, {}, {})


def test_a_slip_is_answered_with_what_there_is(file: Path) -> None:
    file.write_text("[hubs]\n")
    with pytest.raises(UsageError) as caught:
        load_settings(file, {}, {})
    assert (
        caught.value.hint
        == "There are announce, bridges, broker, cloud, console, energy, foreign, hass, homekit, homie, hub, mqtt,"
        " network, web."
    )
    assert str(file) in str(caught.value)
    file.write_text("[network]\nhost = 'x'\n")
    with pytest.raises(UsageError) as caught:
        load_settings(file, {}, {})
    assert caught.value.hint == "It has advertise, firmware, ntp."


def test_a_file_that_is_no_text_or_no_file_is_refused(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(file, {}, {})
    file.unlink()
    file.mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(file, {}, {})


@pytest.mark.parametrize(
    "zone",
    ["", "Mars/Olympus", "Europe", "europe berlin", "/etc/localtime", "../../etc/passwd", "a\0b", "x" * 5000],
)
def test_what_is_no_zone_is_refused(file: Path, zone: str) -> None:
    with pytest.raises(UsageError, match="is not a time zone") as caught:
        load_settings(file, {}, {"hub.timezone": zone})
    assert "Europe/Berlin" in caught.value.hint
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("hub.request_timeout_s", value) for value in ("0", "-1", "nan", "inf", "601")],
        *[("hub.reading_interval_s", value) for value in ("0", "0.5", "-10", "nan", "inf", "86401")],
        *[("broker.connect_timeout_s", value) for value in ("-1", "nan", "inf")],
        ("broker.max_connections", "-1"),
        ("web.port", "-1"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_by_name(file: Path, name: str, value: str) -> None:
    variable = f"OWNPLUG_{name.replace('.', '_')}".upper()
    with pytest.raises(UsageError, match=name.replace(".", r"\.")):
        load_settings(file, {variable: value}, {})


@pytest.mark.parametrize(
    "host", ["192.168.1.10", "fe80::1", "plugs.example", "my_pc", "a", "xn--bcher-kva.example"]
)
def test_an_address_for_plugs_is_an_address_or_a_name(file: Path, host: str) -> None:
    assert load_settings(file, {}, {"network.advertise": host})[0].network.advertise == host


@pytest.mark.parametrize(
    "host",
    [
        "plugs.example:8883",
        "http://plugs.example",
        "a b",
        "*",
        "ü.example",
        "[::1]",
        "-a",
        "a.",
        "a\n",
        "x" * 254,
    ],
)
def test_what_is_no_address_for_plugs_is_refused(file: Path, host: str) -> None:
    with pytest.raises(UsageError, match="neither an address nor a host name"):
        load_settings(file, {}, {"network.advertise": host})


@pytest.mark.parametrize("variable", ["OWNPLUG_HUB_TIMEZON", "OWNPLUG_WEB_", "OWNPLUG_BROKER_MQTTS_PORT"])
def test_a_variable_that_names_no_setting_is_refused(file: Path, variable: str) -> None:
    with pytest.raises(UsageError, match=f"There is no setting \\${variable}") as caught:
        load_settings(file, {variable: "1"}, {})
    assert "config show" in caught.value.hint


def test_other_variables_are_none_of_our_business(file: Path) -> None:
    environment = {"PATH": "/bin", "OWNPLUG_HOME": "/x", "OWNPLUG_HUB": "http://x", "OWNPLUG_TOKEN": "x"}
    assert load_settings(file, environment, {}) == load_settings(file, {}, {})


@pytest.mark.parametrize("option", ["hub.timezon", "hub", "timezone", "web.hub.timezone", ""])
def test_an_option_that_is_no_setting_is_refused(file: Path, option: str) -> None:
    with pytest.raises(UsageError, match="There is no setting"):
        load_settings(file, {}, {option: "x"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.sampled_from(["[hub]\n", "[web]\n"]).flatmap(lambda head: st.text().map(head.__add__)))
def test_any_text_for_a_file_is_settings_or_a_sentence(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
    with contextlib.suppress(UsageError):
        assert load_settings(file, {}, {})[1]


def test_no_setting_is_a_secret() -> None:
    """A backup without secrets has the settings in it: before one becomes secret, that has to be thought over."""
    _, origins = load_settings(Path("none"), {}, {})
    names = [origin.name for origin in origins]
    assert not [name for name in names if re.search("key|password|secret|token|passphrase", name)]
    assert not [origin.name for origin in origins if isinstance(origin.value, Secret)]


def test_where_images_are_handed_out_is_a_place(tmp_path: Path) -> None:
    file = tmp_path / "ownplug.toml"
    assert load_settings(file, {}, {"network.firmware": "0.0.0.0:8484"})[0].network.firmware == "0.0.0.0:8484"
    with pytest.raises(UsageError, match=r"network\.firmware '8484' is not HOST:PORT"):
        load_settings(file, {}, {"network.firmware": "8484"})


def test_every_setting_has_its_name(file: Path) -> None:
    joined, origins = load_settings(file, {}, {"web.port": "1234"})
    assert joined.by_name() == {origin.name: origin.value for origin in origins}
    assert joined.by_name()["web.port"] == 1234


@pytest.mark.parametrize("port", ["http://evil.example", "socket://shed", "rfc2217://shed:1/x", ""])
def test_what_is_no_serial_port_is_not_configured(file: Path, port: str) -> None:
    with pytest.raises(UsageError, match=r"serial port|empty"):
        load_settings(file, {}, {"console.ports": [port]})


def test_serial_ports_are_configured_as_paths_and_addresses(file: Path) -> None:
    file.write_text('[console]\nports = ["/dev/ttyAMA0", "rfc2217://shed:2217"]\n')
    loaded, _ = load_settings(file, {}, {})
    assert loaded.console.ports == ("/dev/ttyAMA0", "rfc2217://shed:2217")
