"""Commands against a running hub: what they print, literally, and what they did."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.cli.main import run
from ownplug.core import errors
from ownplug.core.identity import Uuid
from ownplug.core.state import Reading
from ownplug.hub import KeptRules, PlugOnline, PowerRead, RelaySwitched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.web.conftest import Home

pytestmark = pytest.mark.e2e

UUID = "1706223411101036000134298f1a2b3c"
KEY = "0123456789abcdef0123456789abcdef"


class Terminal:
    """Runs commands in a home: `terminal("on", "kettle")` returns status, stdout and stderr."""

    def __init__(self, home: Home, capture: pytest.CaptureFixture[str]) -> None:
        self._home = home
        self._capture = capture

    def __call__(self, *words: str) -> tuple[int, str, str]:
        status = run([*words, "--home", str(self._home.folder)])
        out, err = self._capture.readouterr()
        return status, out, err


@pytest.fixture
def terminal(home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for variable in ("OWNPLUG_HOME", "OWNPLUG_HUB", "OWNPLUG_TOKEN", "OWNPLUG_KEY"):
        monkeypatch.delenv(variable, raising=False)
    return Terminal(home, capsys)


def test_plugs_are_listed(terminal: Terminal) -> None:
    expected = (
        f"NAME    STATE   RELAY  POWER   MODEL   ADDRESS       UUID\n"
        f"kettle  online  off    41.5 W  mss310  192.168.1.20  {UUID}\n"
    )
    assert terminal("plugs") == (0, expected, "")
    assert terminal("plugs", "list") == (0, expected, "")


def test_a_home_without_plugs_says_what_to_do(terminal: Terminal, home: Home) -> None:
    home.hub.kettle = None
    assert terminal("plugs") == (0, "", "No plugs yet. Bring one home with `ownplug pair`.\n")
    assert terminal("plugs", "--json") == (0, "[]\n", "")


def test_a_plug_is_shown(terminal: Terminal) -> None:
    status, out, err = terminal("plugs", "show", "2b3c")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        f"uuid:          {UUID}",
        "name:          kettle",
        "room:",
        "icon:",
        "series:        3",
        "mac:           34:29:8f:1a:2b:3c",
        "key:           ***",
        "model:         mss310",
        "sub type:      eu",
        "hardware:      2.0.0",
        "firmware:      2.1.7",
        "address:       192.168.1.20",
        "availability:  online",
        "since:         2025-06-01T12:00:00Z",
        "reason:",
        "bound:         yes",
        "signal:        87",
        "link:          mqtt",
        "answers in s:  0.25",
        "timezone:      Europe/Berlin",
        "registered at: 2025-06-01T12:00:00Z",
        "relays:        off",
        "reading:       41.5 W, 229.8 V, 0.181 A at 2025-06-01T12:00:00Z",
        "safeguards:    none",
    ]


def test_a_key_is_shown_only_when_asked_for(terminal: Terminal) -> None:
    assert json.loads(terminal("plugs", "show", "kettle", "--json")[1])["key"] == "***"
    assert json.loads(terminal("plugs", "show", "kettle", "--json", "--show-secrets")[1])["key"] == KEY


def test_a_plug_is_renamed_and_forgotten(terminal: Terminal, home: Home) -> None:
    assert terminal("plugs", "rename", "2b3c", "tea pot") == (0, "2b3c is now called tea pot.\n", "")
    assert terminal("plugs", "room", "tea pot", "kitchen") == (0, "tea pot is in kitchen now.\n", "")
    assert terminal("plugs", "room", "tea pot", "") == (0, "tea pot is in no room now.\n", "")
    assert terminal("plugs", "forget", "tea pot") == (0, "tea pot is forgotten.\n", "")
    assert home.hub.calls == [
        "change 2b3c {'name': 'tea pot'}",
        "change tea pot {'room': 'kitchen'}",
        "change tea pot {'room': ''}",
        "forget tea pot",
    ]


@pytest.mark.parametrize(
    ("words", "out", "call"),
    [
        (("on", "kettle"), "kettle is on.\n", "switch kettle 0 True"),
        (("off", "2b3c"), "2b3c is off.\n", "switch 2b3c 0 False"),
        (("on", "kettle", "--channel", "2"), "kettle outlet 2 is on.\n", "switch kettle 2 True"),
        (("toggle", "kettle"), "kettle is on.\n", "switch kettle 0 True"),
        (
            ("on", "kettle", "--json"),
            '{"channel": 0, "on": true, "changed_at": "2025-06-01T12:00:00Z"}\n',
            "switch kettle 0 True",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_switching_is_done_and_told(
    terminal: Terminal, home: Home, words: tuple[str, ...], out: str, call: str
) -> None:
    assert terminal(*words) == (0, out, "")
    assert home.hub.calls == [call]


def test_energy_is_shown_now_and_by_day(terminal: Terminal) -> None:
    words = ("energy", "kettle", "--from", "2025-06-01", "--to", "2025-06-02")
    assert terminal(*words) == (
        0,
        f"now: 41.5 W, 229.8 V, 0.181 A\nin all: 1.234 kWh\n\nSun 2025-06-01  {'█' * 30}     1.000 kWh  0.30 EUR\n",
        "",
    )
    told = json.loads(terminal(*words, "--json")[1])
    assert (told["reading"]["power_w"], told["counter_wh"]) == (41.5, 1234.5)
    assert (told["energy"][0]["begin"], told["energy"][0]["energy_wh"]) == ("2025-06-01", 1000.0)
    assert "week of 2025-06-01" in terminal(*words, "--by", "week")[1]


def test_what_a_plug_has_used_is_known_while_it_is_away(
    terminal: Terminal, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_away(reference: str, *, channel: int = 0) -> Reading:
        raise errors.Unreachable(f"{reference} is offline.")

    monkeypatch.setattr(home.hub, "read_power", is_away)
    status, told, _ = terminal("energy", "kettle")
    assert (status, told.splitlines()[:2]) == (0, ["now: not reached", "in all: 1.234 kWh"])


def test_the_days_that_a_plug_remembers_are_told_as_it_tells_them(terminal: Terminal) -> None:
    assert terminal("energy", "kettle", "--told") == (
        0,
        "now: 41.5 W, 229.8 V, 0.181 A\n\nDAY         kWh\n2025-05-31  0.812\n2025-06-01  0.240\n",
        "",
    )
    told = json.loads(terminal("energy", "kettle", "--told", "--json")[1])
    assert told["days"][1] == {"day": "2025-06-01", "energy_wh": 240}


def test_the_house_at_a_glance(terminal: Terminal) -> None:
    status, told, _ = terminal("energy")
    assert status == 0
    assert [line.split() for line in told.splitlines()[1:2]] == [
        ["kettle", "1.000", "0.500", "1.000", "0.500", "0.300"]
    ]


def test_corrections_are_told_with_their_reasons(terminal: Terminal) -> None:
    status, told, _ = terminal("energy", "kettle", "--corrections")
    assert (status, told.splitlines()[1].split()[:5]) == (0, ["2025-06-01", "gap", "1.0", "2.0", "2"])


def test_a_table_is_saved_whole_or_not_at_all(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "energy.csv"
    assert terminal("energy", "--save", str(file))[0] == 0
    assert file.read_text().startswith("plug,uuid,room,start,energy_wh,covered_s\n")
    assert terminal("energy", "toaster", "--save", str(tmp_path / "none.csv"))[0] == 1
    assert terminal("energy", "--save", str(tmp_path / "energy.xls"))[0] == 2
    assert not list(tmp_path.glob("*none*"))


def test_a_raw_message_is_sent_and_its_reply_printed(terminal: Terminal, home: Home) -> None:
    home.hub.reply = {"method": "SETACK", "namespace": "N", "payload": {"a": "\x1b[2J"}}
    words = ("raw", "kettle", "N", "--method", "set", "--payload", '{"x": 1}')
    assert terminal(*words) == (0, '{\n  "a": "\\u001b[2J"\n}\n', "")
    assert json.loads(terminal(*words, "--json")[1]) == home.hub.reply
    assert home.hub.calls[0] == "request kettle SET N {'x': 1}"


@pytest.mark.parametrize(
    ("typed", "password"),
    [("geheim wort\n", "geheim wort"), ("a\r\n", "a"), ("no end", "no end"), ("two\n\n", "two\n")],
)
def test_a_password_on_stdin_loses_one_line_end(
    terminal: Terminal, home: Home, monkeypatch: pytest.MonkeyPatch, typed: str, password: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    status, out, _ = terminal(
        "user", "add", "ann@example.org", "--password-stdin", "--read", "a/#", "--read", "b"
    )
    assert (status, out) == (0, "ann@example.org may log in to the MQTT server.\n")
    assert home.hub.calls == [f"user ann@example.org {password} ['a/#', 'b'] [] None None"]


def test_users_are_listed_and_removed(terminal: Terminal, home: Home) -> None:
    name = "ann+mqtt@example.org"
    assert terminal("user", "list") == (
        0,
        (
            "NAME                  SCOPE  READ            WRITE  PROGRAMS SEE\n"
            f"{name}  -      /appliance/# a  -      -\n"
        ),
        "",
    )
    shown = json.loads(terminal("user", "list", "--json")[1])
    assert shown == [
        {"name": name, "read": ["/appliance/#", "a"], "write": [], "scope": None, "app_plugs": None}
    ]
    assert terminal("user", "remove", name) == (0, f"{name} may not log in any more.\n", "")
    assert terminal("user", "list") == (0, "", "No users yet. Add one with `ownplug user add`.\n")
    status, out, err = terminal("user", "remove", name)
    assert (status, out) == (1, "")
    assert err == f"There is no user '{name}'.\n`ownplug user list` shows them.\n"
    assert home.hub.calls == [f"remove {name}"] * 2


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "\udcff"])
def test_what_cannot_be_a_user_never_reaches_the_hub(terminal: Terminal, home: Home, name: str) -> None:
    status, _, err = terminal("user", "remove", name)
    assert status == 2
    assert "does not name a user" in err
    assert home.hub.calls == []


def test_no_password_is_wrong_usage(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert terminal("user", "add", "ann", "--password-stdin")[0] == 2
    assert terminal("user", "add", "ann") == (
        2,
        "",
        "There is no terminal to ask for the password.\nUse --password-stdin.\n",
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound("No.", hint="Do."), 1),
        (errors.DeviceError("No.", device_code=5001, hint="Do."), 3),
        (errors.LinkTimeout("No.", hint="Do."), 4),
        (errors.Unreachable("No.", hint="Do."), 4),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
def test_what_the_hub_refuses_becomes_an_exit_status(
    terminal: Terminal, home: Home, error: errors.OwnplugError, status: int
) -> None:
    home.hub.failure = error
    assert terminal("on", "kettle") == (status, "", "No.\nDo.\n")
    told = json.loads(terminal("on", "kettle", "--json")[1])
    assert (told["code"], told["message"], told["hint"]) == (error.code, "No.", "Do.")


def test_a_name_from_a_device_cannot_command_the_terminal(terminal: Terminal, home: Home) -> None:
    home.hub.failure = errors.NotFound("Not \x1b[2J.\n")
    assert "\x1b" not in terminal("on", "kettle")[2]
    assert "\x1b" not in terminal("on", "kettle", "--json")[1]


def test_a_hub_elsewhere_is_reached_with_its_token(
    terminal: Terminal, home: Home, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = json.loads((home.folder / "runtime.json").read_text())["web"]
    (home.folder / "runtime.json").unlink()
    monkeypatch.setenv("OWNPLUG_TOKEN", token)
    assert terminal("on", "kettle", "--hub", url)[0] == 0
    assert terminal("plugs", "--hub", url)[0] == 0
    assert terminal("plugs", "--hub", url, "show", "kettle")[0] == 0
    monkeypatch.setenv("OWNPLUG_HUB", url)
    assert terminal("toggle", "kettle")[0] == 0
    monkeypatch.setenv("OWNPLUG_TOKEN", "wrong")
    assert terminal("toggle", "kettle")[0] == 1


# --- commands that run until somebody ends them ----------------------------------------------------


@pytest.fixture
def started(home: Home) -> Iterator[list[subprocess.Popen[str]]]:
    """Programs that the test started; whatever is left of them is ended."""
    programs: list[subprocess.Popen[str]] = []
    yield programs
    for program in programs:
        program.kill()
        program.communicate()


def start(home: Home, started: list[subprocess.Popen[str]], *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "OWNPLUG_HOME": str(home.folder), "TZ": "UTC"}
    program = subprocess.Popen(
        [sys.executable, "-m", "ownplug", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    started.append(program)
    return program


def test_watch_tells_each_event_at_once_and_ends_on_ctrl_c(
    home: Home, started: list[subprocess.Popen[str]]
) -> None:
    program = start(home, started, "watch", "kettle")
    assert program.stdout is not None
    home.wait_for_listener()
    who: dict[str, Any] = {"at": home.now, "uuid": Uuid(UUID), "name": "ket\x1btle"}
    reading = Reading(at=home.now, power_w=41.5, voltage_v=229.8, current_a=0.2)
    home.publish(PlugOnline(at=home.now, uuid=Uuid("0" * 32), name="another"))
    home.publish(RelaySwitched(**who, channel=0, on=True))
    assert program.stdout.readline() == "12:00:00  ket\\x1btle  relay-switched  on\n"
    home.publish(PowerRead(**who, reading=reading))
    assert program.stdout.readline() == "12:00:00  ket\\x1btle  power-read  41.5 W, 229.8 V\n"
    program.send_signal(signal.SIGINT)
    assert program.communicate() == ("", "Interrupted.\n")
    assert program.returncode == 130


def test_watch_in_json_is_one_object_a_line(home: Home, started: list[subprocess.Popen[str]]) -> None:
    program = start(home, started, "watch", "--json")
    assert program.stdout is not None
    home.wait_for_listener()
    home.publish(PlugOnline(at=home.now, uuid=Uuid(UUID), name="kettle"))
    assert json.loads(program.stdout.readline()) == {
        "event": "plug-online",
        "at": "2025-06-01T12:00:00Z",
        "uuid": UUID,
        "name": "kettle",
    }
    home.stop_events()
    out, err = program.communicate()
    assert (json.loads(out)["code"], err, program.returncode) == ("broken", "", 4)


def test_energy_can_be_watched(home: Home, started: list[subprocess.Popen[str]]) -> None:
    program = start(home, started, "energy", "kettle", "--watch")
    assert program.stdout is not None
    for _ in range(2):
        assert program.stdout.readline() == "2025-06-01T12:00:00Z  41.5 W, 229.8 V, 0.181 A\n"
    program.send_signal(signal.SIGTERM)
    program.communicate()
    assert program.returncode == 143


def test_tokens_are_made_listed_and_taken_back(terminal: Terminal, home: Home) -> None:
    status, out, err = terminal("token", "create", "grafana")
    assert (status, err) == (0, "Keep it: it is not shown again. grafana has the scope read.\n")
    token = out.strip()
    assert token.startswith("ownplug_")
    listed = terminal("token", "list")[1]
    assert listed.splitlines()[0].split() == ["NAME", "SCOPE", "MADE", "ID"]
    assert listed.splitlines()[1].split()[:2] == ["grafana", "read"]
    assert token not in listed
    assert terminal("token", "create", "Grafana")[0] == 1
    assert terminal("token", "revoke", "grafana", "--yes") == (
        0,
        "grafana may not use the API any more.\n",
        "",
    )
    assert terminal("token", "list") == (0, "", "No tokens yet. Make one with `ownplug token create`.\n")


@pytest.mark.parametrize(
    ("options", "scope"),
    [
        ((), "Scope.SWITCH"),
        (("--read", "a/#"), "None"),
        (("--write", "a/#"), "None"),
        (("--read", "a/#", "--scope", "read"), "Scope.READ"),
        (("--scope", "none"), "None"),
        (("--scope", "admin"), "Scope.ADMIN"),
    ],
)
def test_a_person_may_switch_and_a_program_of_mqtt_may_not(
    terminal: Terminal,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    scope: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))
    assert terminal("user", "add", "ann", "--password-stdin", *options)[0] == 0
    assert home.hub.calls[0].endswith(f" {scope} None")


def test_what_the_hub_sees_to_is_shown_and_changed(terminal: Terminal, home: Home) -> None:
    assert terminal("plugs", "safeguard", "kettle") == (0, "kettle: none.\n", "")
    assert home.hub.calls == []
    told = terminal("plugs", "safeguard", "kettle", "--limit", "2kW/0.5min", "--after-power-loss", "off")
    assert told == (0, "kettle: at most 2000 W for 30 s; off after a power loss.\n", "")
    told = terminal("plugs", "safeguard", "kettle", "--limit", "none", "--after-power-loss", "keep", "--lock")
    assert told == (0, "kettle: locked: never switched off.\n", "")
    assert terminal("plugs", "safeguard", "kettle", "--unlock") == (0, "kettle: none.\n", "")
    assert terminal("plugs", "allow", "kettle") == (0, "kettle may be switched on again.\n", "")
    assert terminal("plugs", "icon", "kettle", "tea") == (0, "kettle is shown as tea now.\n", "")


@pytest.mark.parametrize(
    "limit", ["", "2000", "W", "-1W", "1e9W", "2000W/", "2000W/10h", "nan W", "0W", "99kW"]
)
def test_what_is_no_limit_is_wrong_usage(terminal: Terminal, home: Home, limit: str) -> None:
    assert terminal("plugs", "safeguard", "kettle", "--limit", limit)[0] == 2
    assert home.hub.calls == []


LISTED = """\
ID      NAME  OUTLET  STATE    WHAT                                                NEXT
n1jxa2  lamp  0       enabled  on weekdays, 30 minutes before sunset: on           Sun 2025-06-01 12:00
q7      iron  0       enabled  1 hour after it was turned on, on the weekend: off  -
g       door  -       ?        No.                                                 -
g       door  -       ?        No.                                                 -
"""


@pytest.fixture
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are shown by this machine's clock: let it be UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_utc")
def test_timers_are_listed_in_the_owners_words(terminal: Terminal, home: Home) -> None:
    assert terminal("timer", "list", "kettle") == (0, LISTED, "")
    told = json.loads(terminal("timer", "list", "kettle", "--json")[1])
    assert [timer["id"] for timer in told["timers"]] == ["n1jxa2"]
    assert [auto_off["after_s"] for auto_off in told["auto_offs"]] == [3600]
    assert [rule["id"] for rule in told["unread"]] == ["g", "g"]
    home.hub.timers.kept = KeptRules(rules=())
    home.hub.auto_offs.kept = KeptRules(rules=())
    assert terminal("timer", "list", "kettle") == (0, "", "kettle keeps no timers and no auto-offs.\n")


@pytest.mark.usefixtures("in_utc")
def test_a_warning_is_told_beside_the_timer(terminal: Terminal, home: Home) -> None:
    [lamp] = home.hub.timers.kept.rules
    home.hub.timers.kept = KeptRules(rules=(replace(lamp, warning="It is nowhere."),))
    assert terminal("timer", "list", "kettle")[2] == "It is nowhere.\n"
    assert terminal("timer", "add", "kettle", "on", "--at", "sunset") == (
        0,
        "kettle: on weekdays, 30 minutes before sunset: on; next Sun 2025-06-01 12:00 (n1jxa2).\n",
        "It is nowhere.\n",
    )


LAMP = "on weekdays, 30 minutes before sunset: on, lamp True"


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        (
            ("add", "kettle", "on", "--at", "6:45", "--days", "mon,wed", "--name", "tea"),
            ["add timer kettle: on Monday and Wednesday, at 06:45: on, tea True"],
        ),
        (
            ("add", "kettle", "off", "--at", "sunrise+1h15m", "--once"),
            ["add timer kettle: once, 1 hour 15 minutes after sunrise: off,  True"],
        ),
        (("change", "kettle", "lamp", "--enable"), [f"change timer kettle n1jxa2: {LAMP}"]),
        (
            ("change", "kettle", "n1", "--at", "7:00", "--turns", "off", "--days", "weekend", "--disable"),
            ["change timer kettle n1jxa2: on the weekend, at 07:00: off, lamp False"],
        ),
        (
            ("change", "kettle", "n1jxa2", "--once", "--name", "tea"),
            ["change timer kettle n1jxa2: once, on the next weekday, 30 minutes before sunset: on, tea True"],
        ),
        (("remove", "kettle", "lamp"), ["remove timer kettle n1jxa2"]),
        (("remove", "kettle", "q"), ["remove auto-off kettle q7"]),
        (
            ("auto-off", "kettle", "1h15m"),
            [
                "change auto-off kettle q7: 1 hour 15 minutes after it was turned on, on the weekend: off, iron True"
            ],
        ),
        (
            ("auto-off", "kettle", "90s", "--channel", "2", "--days", "every day"),
            ["add auto-off kettle: 1 minute 30 seconds after it was turned on: off,  True"],
        ),
        (("auto-off", "kettle", "never"), ["remove auto-off kettle q7"]),
    ],
    ids=" ".join,
)
def test_a_rule_is_made_changed_and_removed_by_the_words_of_people(
    terminal: Terminal, home: Home, words: tuple[str, ...], calls: list[str]
) -> None:
    assert terminal("timer", *words)[::2] == (0, "")
    assert home.hub.calls == calls


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("add", "kettle", "on"), 2, "Missing option '--at'"),
        (("add", "kettle", "up", "--at", "7:00"), 2, "Invalid value for '{on|off}'"),
        (("add", "kettle", "on", "--at", "noon"), 2, "no time of a timer"),
        (("add", "kettle", "on", "--at", "7:00", "--days", "someday"), 2, "are no days"),
        (("change", "kettle", "lamp"), 2, "What shall be changed?"),
        (("change", "kettle", "heater", "--once"), 1, "keeps no 'heater'"),
        (("remove", "kettle", ""), 1, "keeps no ''"),
        (("remove", "kettle", "door"), 2, "may be any of g, g"),
        (("auto-off", "kettle", "soon"), 2, "no duration"),
    ],
)
def test_what_cannot_be_done_to_a_rule_is_said_and_changes_nothing(
    terminal: Terminal, home: Home, words: tuple[str, ...], status: int, said: str
) -> None:
    ended, out, err = terminal("timer", *words)
    assert (ended, out) == (status, "")
    assert said in err
    assert home.hub.calls == []


def test_of_several_auto_offs_none_is_replaced(terminal: Terminal, home: Home) -> None:
    [iron] = home.hub.auto_offs.kept.rules
    home.hub.auto_offs.kept = KeptRules(rules=(iron, replace(iron, id="q8")))
    status, _, err = terminal("timer", "auto-off", "kettle", "2h")
    assert status == 2
    assert "has 2 auto-offs" in err
    assert home.hub.calls == []
    assert terminal("timer", "auto-off", "kettle", "never")[0] == 0
    assert home.hub.calls == ["remove auto-off kettle q7", "remove auto-off kettle q8"]


def test_the_light_is_shown_and_kept_dark(terminal: Terminal, home: Home) -> None:
    assert terminal("led", "kettle") == (0, "The light of kettle is kept dark.\n", "")
    assert terminal("led", "kettle", "on") == (0, "The light of kettle shows what it does.\n", "")
    assert terminal("led", "kettle", "off", "--json") == (0, '{"on": false}\n', "")
    assert home.hub.calls == ["light kettle True", "light kettle False"]


def test_a_user_gets_other_rights_and_keeps_its_password(terminal: Terminal, home: Home) -> None:
    name = "ann+mqtt@example.org"
    told = f"{name}: scope admin, reads /appliance/# a, writes -; programs see every plug.\n"
    assert terminal("user", "change", name, "--scope", "admin") == (0, told, "")
    told = f"{name}: scope -, reads b, writes c d; programs see -.\n"
    rights = ("--scope", "none", "--read", "b", "--write", "c", "--write", "d")
    assert terminal("user", "change", name, *rights) == (0, told, "")
    assert terminal("user", "change", name)[0] == 2
    assert terminal("user", "change", "nobody", "--scope", "read")[0] == 1


def test_the_code_for_apples_home_is_shown_until_a_home_has_the_bridge(terminal: Terminal) -> None:
    taken_out = "A home has the bridge. `ownplug bridge homekit --unpair` takes it out.\n"
    assert terminal("bridge", "homekit") == (0, taken_out, "")
    status, _, error = terminal("bridge", "homekit", "--unpair")
    assert (status, "--yes" in error) == (2, True)
    assert terminal("bridge", "homekit", "--unpair", "--yes")[0] == 0
    assert terminal("bridge", "homekit") == (
        0,
        (
            "In Apple's Home choose Add Accessory, then scan this, or type the code.\n\n"
            "█▀\n"
            "\n  code  031-45-154\n  link  X-HM://0023ISYWYACMN\n"
        ),
        "",
    )
