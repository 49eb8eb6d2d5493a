"""Replies as tables for people."""

from __future__ import annotations

from ownplug.cli.reply import reply_text
from ownplug.console import reply_document
from ownplug.core.identity import Mac, Uuid
from ownplug.core.shell import Command, UnknownCommand, replies

HW = Command("meross hw")
HARDWARE = replies.Hardware(
    model="mss310",
    locale=None,
    version="2.0.0",
    chip="mt7682",
    uuid=Uuid("1811081234567890123448e1e9000001"),
    mac=Mac("48:e1:e9:00:00:01"),
)


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
