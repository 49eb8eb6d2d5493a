from __future__ import annotations

import pytest

from ownplug.cli.firmware import _fields, upgrade_words

KETTLE = {"name": "kettle", "model": "mss310", "hardware": "2.0.0", "chip": "", "version": "2.1.7"}
JOB = {"state": "failed", "percent": 40, "after": "", "changed_at": "2026-01-05T12:00:00Z"}


@pytest.mark.parametrize(
    ("state", "percent", "version", "words"),
    [
        ("offered", 0, "", "the plug was told where the image lies"),
        ("downloading", 40, "", "the plug fetches the image, 40 %"),
        ("done", 100, "2.1.17", "the plug is back with firmware 2.1.17"),
        ("of-a-newer-hub", 0, "", "of-a-newer-hub"),
    ],
)
def test_how_far_an_upgrade_is_is_said_in_words(state: str, percent: int, version: str, words: str) -> None:
    assert upgrade_words(state, percent, version) == words


def test_a_plug_that_was_never_upgraded_shows_what_it_has() -> None:
    assert _fields(KETTLE | {"upgrade": None}) == [
        ("name", "kettle"),
        ("model", "mss310"),
        ("hardware", "2.0.0"),
        ("chip", "-"),
        ("version", "2.1.7"),
    ]


def test_how_the_last_upgrade_ended_is_shown_with_its_reason() -> None:
    failed = JOB | {"failure": {"code": "refused", "message": "It said no.", "hint": ""}}
    assert _fields(KETTLE | {"upgrade": failed})[-2:] == [
        ("upgrade", "the upgrade failed, 2026-01-05T12:00:00Z"),
        ("failure", "It said no."),
    ]
