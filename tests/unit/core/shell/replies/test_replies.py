from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.core.shell.strategies import TEXTS, replies

from ownplug.core.errors import UsageError
from ownplug.core.identity import Mac
from ownplug.core.secret import Secret
from ownplug.core.shell import (
    COMMANDS,
    Command,
    Reply,
    UnknownCommand,
    UnknownLine,
    menu_reply,
    missing,
    parse_command,
    parse_reply,
    render_reply,
)
from ownplug.core.shell.replies import (
    REPLIES,
    AccessPoint,
    ConfigRead,
    ConfigReset,
    ConfigShow,
    ConfigWrite,
    Debug,
    FactoryMode,
    Hardware,
    HistoryDay,
    Identity,
    Interface,
    IotStatus,
    IpConfig,
    Menu,
    NotKnown,
    Power,
    Quiet,
    Restarting,
    Rules,
    Scan,
    StoredItem,
    StoredRule,
    Switched,
    Upgrading,
    Usage,
)
from ownplug.core.shell.replies.layouts import LAYOUTS

MENUS = [name for name, spec in COMMANDS.items() if spec.is_menu]
KINDS = sorted(LAYOUTS, key=lambda kind: kind.__name__)


def parse(line: str, *lines: str) -> Reply:
    command = parse_command(line)
    assert command is not None
    return parse_reply(command, lines)


def command_of(kind: type[Reply]) -> Command | UnknownCommand:
    names = (name for name, its_kind in REPLIES.items() if its_kind is kind)
    return next((Command(name) for name in names), UnknownCommand("x", "x"))


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read(kind: type[Reply], data: st.DataObject) -> None:
    reply = data.draw(replies(LAYOUTS[kind]))
    assert parse_reply(command_of(kind), render_reply(reply)) == reply


@pytest.mark.parametrize("name", MENUS)
def test_a_menu_is_read_as_it_is_written(name: str) -> None:
    reply = menu_reply(name)
    assert parse(name, *render_reply(reply)) == reply
    assert reply.incomplete == (not name.endswith("?"))


def test_every_command_has_its_reply() -> None:
    assert set(REPLIES) == {name for name, spec in COMMANDS.items() if not spec.is_menu}
    assert set(REPLIES.values()) <= {*LAYOUTS, Debug}


@pytest.mark.parametrize("name", [name for name, spec in COMMANDS.items() if spec.usage])
def test_usage_is_read_as_it_is_written(name: str) -> None:
    usage = Usage(lines=COMMANDS[name].usage)
    assert parse_reply(Command(name), render_reply(usage)) == usage


@pytest.mark.parametrize("line", ["nonsense", "meross nonsense x", "meross hw"])
def test_the_plug_may_not_know_a_command(line: str) -> None:
    assert parse(line, "nonsense unknown command") == NotKnown(word="nonsense")


LINES = [line for name in REPLIES for line in COMMANDS[name].usage]


@pytest.mark.parametrize("name", sorted(REPLIES))
@given(
    st.lists(TEXTS | st.sampled_from(["heap info:", "total:5", "{", "}", '\t\t"a":\t1', *LINES]), max_size=8)
)
@settings(max_examples=15)
def test_no_line_is_dropped_whatever_was_printed(name: str, lines: list[str]) -> None:
    reply = parse_reply(Command(name), lines)
    kept = Counter(line.text for line in reply.unknown) + Counter(render_reply(reply))
    assert {line for line in lines if line.strip("\t{},")} <= {part for line in kept for part in _parts(line)}


def _parts(line: str) -> set[str]:
    return {line, line + ",", line.removesuffix(",")}


@pytest.mark.parametrize(
    ("command", "lines", "reply"),
    [  # what the page does not show; assumed
        ("reboot", ["Reboot Bye Bye Bye!!!!"], Restarting()),
        ("meross fac", ["In fac mode:YES"], FactoryMode(on=True)),
        ("meross ping 127.0.0.1", [], Quiet()),
        ("meross switch x on", ["switch error:uuid"], Switched(refusal="uuid")),
        ("meross iot upgrade http://x", ["upgrade url:http://x"], Upgrading(url="http://x")),
        ("meross e2p mac", ["mac:34:29:8f:1a:2b:3c"], Identity(mac=Mac("34:29:8f:1a:2b:3c"))),
        ("meross e2p uuid x", ["write error"], Identity(written=False)),
        (
            "meross iot rule",
            ["timer rules info:", "[00] {}", "autooff rules info:", "[03] x"],
            Rules(timers=(StoredRule(index=0, text="{}"),), autooffs=(StoredRule(index=3, text="x"),)),
        ),
        ("config read STA Ssid", ["Ssid = my net"], ConfigRead(name="Ssid", value=Secret("my net"))),
        (
            "config read STA x",
            ["the data item is not exist"],
            ConfigRead(missing=True),
        ),
        (
            "config write STA Ssid net",
            ["STA-Ssid = net", "write data item ok"],
            ConfigWrite(group="STA", name="Ssid", value=Secret("net"), written=True),
        ),
        ("config reset STA", ["reset group STA"], ConfigReset(group="STA")),
        ("config reset", ["reset all group "], ConfigReset(everything=True)),
        (
            "config show network",
            ["show group network", "[network]IpMode: dhcp"],
            ConfigShow(
                group="network",
                items=(StoredItem(group="network", name="IpMode", value=Secret("dhcp")),),
            ),
        ),
    ],
)
def test_replies_that_the_page_does_not_show(command: str, lines: list[str], reply: Reply) -> None:
    assert parse(command, *lines) == reply
    assert render_reply(reply) == lines


def test_an_interface_may_have_asked_for_its_address() -> None:
    interface = Interface(
        name="st2", mode="dhcp", address="192.168.1.50", netmask="255.255.255.0", gateway="192.168.1.1"
    )
    lines = render_reply(IpConfig(interfaces=(interface,)))
    assert lines == [
        "",
        "interface: st2",
        "mode:      dhcp",
        "dhcp:",
        "  ip      192.168.1.50",
        "  netmask 255.255.255.0",
        "  gateway 192.168.1.1",
    ]
    assert parse("ip", *lines) == IpConfig(interfaces=(interface,))


def test_a_network_may_have_any_name_that_fits() -> None:
    for ssid in ("", "a b  c", "Café", "x" * 32, "\udcff\udcfe", "6   34:29:8f:1a:2b:3c   9"):
        point = AccessPoint(
            channel=11,
            ssid=ssid,
            bssid=Mac("34:29:8f:1a:2b:3c"),
            auth=7,
            cipher=6,
            rssi_dbm=-70,
            wps=0,
            cm=0,
            dpid=0,
            sr=0,
        )
        scan = Scan(access_points=(point,), done=True)
        assert parse("meross scan", *render_reply(scan)) == scan


def test_days_of_energy_come_in_place_of_no_data() -> None:
    lines = ["--------------history data----------------", "data[1] 2018-11-08 120", "data[2] 2018-11-09 90"]
    reply = parse("meross power", *lines)
    assert isinstance(reply, Power)
    assert reply.history == (
        HistoryDay(index=1, day="2018-11-08", energy_wh=120),
        HistoryDay(index=2, day="2018-11-09", energy_wh=90),
    )


def test_a_reply_that_was_cut_says_what_is_missing() -> None:
    reply = parse("meross hw", "hardware info", "model     :mss310", "local     :us")
    assert isinstance(reply, Hardware)
    assert (reply.model, reply.locale) == ("mss310", "us")
    assert missing(reply) == ["version", "chip", "uuid", "mac"]
    assert missing(parse("ip", "interface: lo0", "mode:      static")) == [
        "interfaces[0].address",
        "interfaces[0].netmask",
        "interfaces[0].gateway",
    ]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("meross e2p mac", "mac:x"),
        ("config read STA x", "the data item is not exist"),
        ("config reset", "reset all group "),
        ("meross switch x on", "switch error:uuid"),
    ],
)
def test_a_reply_that_may_be_silent_about_something_is_whole(command: str, line: str) -> None:
    assert missing(parse(command, line)) == []


def test_a_line_of_newer_firmware_is_kept() -> None:
    reply = parse("meross fw", "firmware info", "homekit   :4.1", "fw version:4.2.1")
    assert reply.unknown == (UnknownLine(1, "homekit   :4.1"),)
    assert render_reply(reply)[1] == "homekit   :4.1"


def test_secrets_do_not_show() -> None:
    status = parse("meross iot status", "user key      : 23f6bcbc", "bind id       : x")
    assert isinstance(status, IotStatus)
    assert "23f6bcbc" not in repr(status)
    assert status.user_key == Secret("23f6bcbc")
    shown = {
        ("STA", "WpaPsk"): "***",
        ("meross", "dev.cfg.Key"): "***",
        ("meross", "dev.cfg.unheardOf"): "***",
        ("STA", "Ssid"): "value",
    }
    for (group, name), text in shown.items():
        item = StoredItem(group=group, name=name, value=Secret("value"))
        assert item.shown == text
        assert "value" not in repr(item).replace("value=", "")
    assert StoredItem(group="STA", name="Ssid", value=None).shown == ""


def test_a_menu_keeps_what_it_does_not_know() -> None:
    menu = parse("meross", "incomplete command, more options:", "", "hw     - hardware info", "???")
    assert isinstance(menu, Menu)
    assert [entry.word for entry in menu.entries] == ["hw"]
    assert menu.unknown == (UnknownLine(3, "???"),)


def test_there_is_no_menu_of_a_command() -> None:
    with pytest.raises(UsageError, match="meross hw"):
        menu_reply("meross hw")
