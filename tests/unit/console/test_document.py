"""Replies as JSON; no secret in them unless asked for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ownplug.console.document import reply_document, setting_value
from ownplug.core.identity import Mac, Uuid
from ownplug.core.secret import Secret
from ownplug.core.shell import Command, find_setting, replies
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


def test_an_empty_secret_is_empty_and_none_is_none() -> None:
    psk = find_setting("STA", "WpaPsk")
    assert setting_value(psk, Secret(""), show_secrets=False) == ""
    assert setting_value(psk, None, show_secrets=True) is None


def test_a_key_is_masked_wherever_it_stands() -> None:
    status = replies.IotStatus(
        wifi="connected",
        iot="online",
        primary_host="hub.example",
        primary_port=8883,
        secondary_host="",
        secondary_port=0,
        user_id="1",
        user_key=Secret("0123456789abcdef"),
        bind_id="",
    )
    command = Command("meross iot status")
    assert reply_document(command, status, show_secrets=False)["user_key"] == "***"
    assert reply_document(command, status, show_secrets=True)["user_key"] == "0123456789abcdef"
