"""Replies as JSON and as tables; no secret in either unless asked for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ownplug.cli.reply import reply_document, reply_text
from ownplug.core.identity import Mac, Uuid
from ownplug.core.secret import Secret
from ownplug.core.shell import Command, UnknownCommand, replies
from ownplug.core.shell.replies import StoredItem

HW = Command("meross hw")
HARDWARE = replies.Hardware(
    model="mss310",
    locale=None,
    version="2.0.0",
    chip="mt7682",
    uuid=Uuid("1811081234567890123448e1e9000001"),
    mac=Mac("48:e1:e9:00:00:01"),
)


def test_a_reply_is_its_attributes_by_name() -> None:
    assert reply_document(HW, HARDWARE, show_secrets=False) == {
        "unknown": [],
        "model": "mss310",
        "locale": None,
        "version": "2.0.0",
        "chip": "mt7682",
        "uuid": "1811081234567890123448e1e9000001",
        "mac": "48:e1:e9:00:00:01",
    }


def test_a_person_reads_names_and_values() -> None:
    assert reply_text(reply_document(HW, HARDWARE, show_secrets=False)).splitlines() == [
        "model:   mss310",
        "locale:  ?",
        "version: 2.0.0",
        "chip:    mt7682",
        "uuid:    1811081234567890123448e1e9000001",
        "mac:     48:e1:e9:00:00:01",
    ]


def test_a_list_is_a_table_and_what_was_not_understood_is_shown() -> None:
    tasks = replies.Tasks(
        tasks=(
            replies.Task(name="cli", status=replies.TaskStatus.READY, priority=7, stack=748, number=10),
            replies.Task(name="x\x1b[2J", status="?", priority=None, stack=None, number=1),
        ),
        unknown=(replies.UnknownLine(at=3, text="oops"),),
    )
    assert reply_text(reply_document(Command("meross task"), tasks, show_secrets=False)).splitlines() == [
        "tasks",
        "name      status  priority  stack  number",
        "cli       R       7         748    10",
        r"x\x1b[2J  ?       ?         ?      1",
        "",
        "not understood",
        "at  text",
        "3   oops",
    ]


def test_a_reply_with_nothing_in_it_was_still_done() -> None:
    assert reply_text(reply_document(Command("meross led"), replies.Quiet(), show_secrets=False)) == "Done."


def test_numbers_stay_exact() -> None:
    sun = replies.Sun(
        latitude=Decimal("51.50"), longitude=Decimal(0), offset_s=0, sunrise_min=359, sunset_min=1087
    )
    assert reply_document(Command("meross sun"), sun, show_secrets=False)["latitude"] == "51.50"


ITEMS = replies.ConfigShow(
    everything=True,
    items=(
        StoredItem(group="AP", name="Channel", value=Secret("6")),
        StoredItem(group="STA", name="WpaPsk", value=Secret("hunter2")),
        StoredItem(group="meross", name="dev.cfg.Key", value=Secret("")),
        StoredItem(group="meross", name="of.a.newer.firmware", value=Secret("who knows")),
    ),
)


@pytest.mark.parametrize(
    ("show_secrets", "values"),
    [(False, ["6", "***", "", "***"]), (True, ["6", "hunter2", "", "who knows"])],
)
def test_settings_are_shown_but_for_secrets_and_what_nobody_knows(
    values: list[str], *, show_secrets: bool
) -> None:
    document = reply_document(Command("config show"), ITEMS, show_secrets=show_secrets)
    assert [item["value"] for item in document["items"]] == values


@pytest.mark.parametrize(
    ("command", "reply", "shown"),
    [
        (
            Command("config read", ("AP", "Channel")),
            replies.ConfigRead(name="Channel", value=Secret("6")),
            "6",
        ),
        (
            Command("config read", ("STA", "WpaPsk")),
            replies.ConfigRead(name="WpaPsk", value=Secret("hunter2")),
            "***",
        ),
        (
            Command("config write", ("AP", "Channel", "6")),
            replies.ConfigWrite(group="AP", name="Channel", value=Secret("6"), written=True),
            "6",
        ),
        (
            Command("config write", ("STA", "WpaPsk", "hunter2")),
            replies.ConfigWrite(group="STA", name="WpaPsk", value=Secret("hunter2"), written=True),
            "***",
        ),
        (
            Command("config read", ("no", "such")),
            replies.ConfigRead(name=None, value=None, missing=True),
            None,
        ),
    ],
)
def test_one_setting_is_shown_by_the_same_rule(
    command: Command, reply: replies.Reply, shown: str | None
) -> None:
    assert reply_document(command, reply, show_secrets=False)["value"] == shown


def test_parts_of_parts_have_a_section_each() -> None:
    debug = replies.Debug(
        parts={"system": {"version": "2.1.7"}, "cloud": {"pingTrace": [1, True]}}, lost=("cloud.x",)
    )
    assert reply_text(reply_document(UnknownCommand("x", "x"), debug, show_secrets=False)).splitlines() == [
        "system",
        "version: 2.1.7",
        "",
        "cloud",
        "pingTrace: 1, yes",
        "",
        "lost",
        "cloud.x",
    ]
