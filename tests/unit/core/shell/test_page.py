from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.core.shell.page import Page, read_page

from ownplug.core.shell import (
    COMMANDS,
    SETTINGS,
    BootLine,
    Command,
    DamagedLog,
    DriverText,
    Echo,
    Event,
    Exchange,
    LogLine,
    Prompt,
    ResetReason,
    ShellReader,
    Stage,
    TextLine,
    menu_reply,
    parse_command,
    read_boot,
    read_transcript,
    render_boot,
    render_reply,
    render_transcript,
)
from ownplug.core.shell.replies import (
    ConfigShow,
    Debug,
    IotStatus,
    Menu,
    Power,
    Scan,
    Sun,
    Tasks,
    TimeInfo,
    UnknownLine,
)

MASKED_MAC = "xx:xx:xx:xx:xx:xx"


@pytest.fixture(scope="module")
def page(reference: Path) -> Page:
    return read_page(reference)


@pytest.fixture(scope="module")
def events(page: Page) -> list[Event]:
    reader = ShellReader()
    return [*reader.feed(page.data), *reader.flush()]


@pytest.fixture(scope="module")
def exchanges(events: list[Event]) -> list[Exchange]:
    return list(read_transcript(events))


def reply_to(exchanges: list[Exchange], line: str) -> object:
    command = parse_command(line)
    [found] = [exchange.reply for exchange in exchanges if exchange.command == command]
    return found


def test_the_whole_listing_is_written_as_it_was_read(page: Page, exchanges: list[Exchange]) -> None:
    assert render_transcript(exchanges) == page.console


def test_every_reply_is_written_as_it_was_read(exchanges: list[Exchange]) -> None:
    for exchange in exchanges:
        if exchange.reply is not None:
            assert render_reply(exchange.reply) == list(exchange.lines), exchange.typed


def test_no_line_is_left_that_the_page_explains(
    page: Page, events: list[Event], exchanges: list[Exchange], tell: Callable[[str], None]
) -> None:
    kinds = Counter(type(event) for event in events)
    replies = [exchange.reply for exchange in exchanges if exchange.reply is not None]
    start, *rest = exchanges
    unexplained = [
        *(line for line in start.lines if line),
        *(extra.text for reply in replies for extra in reply.unknown),
    ]
    silent = sum(len(exchange.lines) for exchange in rest if exchange.reply is None)
    reply_lines = sum(len(exchange.lines) for exchange in rest)
    blanks = sum(not line for line in start.lines)
    tell(
        f"page: {len(page.console)} console lines, {len(page.prose)} of prose; "
        f"{kinds[BootLine]} boot, {kinds[DriverText]} driver, {kinds[LogLine]} log, "
        f"{kinds[DamagedLog]} damaged log, {kinds[Prompt]} prompts with {kinds[Echo]} echoes, "
        f"{reply_lines} reply lines to {len(replies)} commands, {blanks} blank in the start; "
        f"unexplained: {len(unexplained)} {unexplained}"
    )
    # The garbage before the start, and the beginning of a key that a log line was printed over.
    assert unexplained == ["R⸮", '\t\t"sysOnlineT']
    assert silent == 0
    assert sum(kinds.values()) >= len(page.console)


def test_the_page_shows_what_the_table_of_commands_says(exchanges: list[Exchange]) -> None:
    menus = [exchange.reply for exchange in exchanges if isinstance(exchange.reply, Menu)]
    assert menus == [menu_reply(name) for name in ("?", "meross", "meross iot", "config")]
    typed = {exchange.command.name for exchange in exchanges if isinstance(exchange.command, Command)}
    unseen = {name for name in COMMANDS if name not in typed and not name.endswith(" ?")}
    assert unseen == {
        "stat",
        "reboot",
        "meross switch",
        "meross iot upgrade",
        "config read",
        "config write",
        "config reset",
    }


def test_the_start_of_the_page_is_the_one_that_is_rendered(page: Page, events: list[Event]) -> None:
    rendered = render_boot(MASKED_MAC, noise="R⸮")
    assert page.console[: len(rendered)] == rendered
    report = read_boot(events[: len(rendered)])
    assert report.reset_reason is ResetReason.SOFTWARE
    assert (report.mac, report.access_point, report.platform) == (MASKED_MAC, MASKED_MAC, "MT7682-E3")
    assert (report.timers, report.autooffs, report.port, report.stage) == (0, 0, 1, Stage.PAIRING)
    assert (report.logs, report.damaged, report.unexplained) == (12, 1, ("R⸮",))


def test_the_settings_of_the_page_are_those_of_the_table(exchanges: list[Exchange]) -> None:
    reply = reply_to(exchanges, "config show")
    assert isinstance(reply, ConfigShow)
    assert [(item.group, item.name) for item in reply.items] == [(s.group, s.name) for s in SETTINGS]
    for item, setting in zip(reply.items, SETTINGS, strict=True):
        assert item.value is not None
        assert setting.own or item.value.reveal() == setting.default
    assert Counter(setting.group for setting in SETTINGS) == {
        "common": 13,
        "STA": 32,
        "AP": 28,
        "network": 4,
        "meross": 151,
        "factory": 6,
    }


def test_the_destroyed_key_is_named_and_every_other_is_there(exchanges: list[Exchange]) -> None:
    reply = reply_to(exchanges, "meross iot dbg")
    assert isinstance(reply, Debug)
    assert reply.lost == ("cloud.sysOnlineTime",)
    assert reply.unknown == (UnknownLine(24, '\t\t"sysOnlineT'),)
    assert [len(part) for part in reply.parts.values()] == [5, 5, 9]
    assert reply.parts["cloud"]["sysDisconnectCount"] == 0
    assert reply.parts["cloud"]["pingTrace"] == []


def test_what_replies_of_the_page_say(exchanges: list[Exchange]) -> None:
    tasks, power = reply_to(exchanges, "meross task"), reply_to(exchanges, "meross power")
    scan, sun = reply_to(exchanges, "meross scan"), reply_to(exchanges, "meross sun")
    time, status = reply_to(exchanges, "meross time"), reply_to(exchanges, "meross iot status")
    assert isinstance(tasks, Tasks)
    assert len(tasks.tasks) == 14
    assert isinstance(power, Power)
    assert (power.voltage_ratio, power.report_status, power.history) == (188, "todo", ())
    assert isinstance(scan, Scan)
    assert scan.done
    assert [(p.channel, p.ssid, p.auth, p.rssi_dbm) for p in scan.access_points] == [(6, "VM0000000", 9, -21)]
    assert isinstance(sun, Sun)
    assert (sun.sunrise_min, sun.sunset_min) == (5 * 60 + 59, 18 * 60 + 7)
    assert isinstance(time, TimeInfo)
    assert (time.local_time, time.unix_s, time.uptime_s) == ("Thu Jan  1 00:08:57 1970", 537, 537)
    assert isinstance(status, IotStatus)
    assert (status.wifi, status.primary_host, status.primary_port) == ("disconnect", "", 0)


def test_log_lines_after_a_prompt_are_not_what_was_typed(exchanges: list[Exchange]) -> None:
    [after_ping] = [exchange for exchange in exchanges if exchange.prompt and exchange.typed is None]
    assert [type(aside.event) for aside in after_ping.asides] == [LogLine, LogLine]
    assert after_ping.lines == ()


def test_the_page_can_be_read_byte_by_byte(page: Page, events: list[Event]) -> None:
    reader = ShellReader()
    pieces = [event for at in range(len(page.data)) for event in reader.feed(page.data[at : at + 1])]
    assert [*pieces, *reader.flush()] == events


@pytest.mark.slow
@pytest.mark.parametrize("step", range(7))
def test_a_log_line_anywhere_in_the_page_changes_nothing_else(
    page: Page, events: list[Event], step: int
) -> None:
    log = b"[T: 99 M: tick C: debug F: tick_tock L: 1]: tick\r\n"
    seen = LogLine(time_ms=99, module="tick", level="debug", function="tick_tock", line=1, message="tick")
    for at in range(step, len(page.data) + 1, 97):
        if page.data[at - 1 : at + 1] == b"\r\n":
            continue  # two line ends would become of one
        reader = ShellReader()
        found = [*reader.feed(page.data[:at] + log + page.data[at:]), *reader.flush()]
        ours = [event for event in found if isinstance(event, LogLine) and event.module == seen.module]
        assert len(ours) == 1, page.data[at - 20 : at + 20]
        assert [event for event in found if event not in ours] == events, page.data[at - 20 : at + 20]


def test_blank_lines_are_text(events: list[Event]) -> None:
    assert TextLine("") in events
