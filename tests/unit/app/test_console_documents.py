"""What a plug's console told, as the API shows it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ownplug.app.console_documents import (
    difference_views,
    plan_view,
    readable,
    start_document,
    start_view,
    stored_settings,
)
from ownplug.console import Change, Difference, Left, RestorePlan, Why
from ownplug.core.secret import Secret
from ownplug.core.shell import BootPhase, BootReport, ResetReason, Stage

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
SSID, PASSWORD = "STA:Ssid", "STA:WpaPsk"


@pytest.mark.parametrize(("show_secrets", "password"), [(False, "***"), (True, "hunter22")])
def test_secrets_are_masked_unless_they_are_asked_for(show_secrets: bool, password: str) -> None:
    store = {SSID: Secret("Home"), PASSWORD: Secret("hunter22"), "odd:Thing": Secret("hunter22")}
    shown = stored_settings(store, show_secrets=show_secrets)
    assert [(each.key, each.value, each.is_secret) for each in shown] == [
        (SSID, "Home", False),
        (PASSWORD, password, True),
        ("odd:Thing", password, True),
    ]
    found = Difference(key=PASSWORD, one=Secret("hunter22"), other=None)
    [row] = difference_views([found], show_secrets=show_secrets)
    assert (row.plug, row.file, row.why_left) == (password, None, "")


def test_a_plan_says_why_something_stays_and_what_it_is_done_by() -> None:
    left = Left(key=PASSWORD, old=None, new=Secret(""), why=Why.LOSING, loses=SSID)
    change = Change(key=SSID, old=Secret("a"), new=Secret("b"))
    view = plan_view(
        RestorePlan(resets=("STA",), changes=(change,), left=(left,)), word="restore", show_secrets=False
    )
    assert (view.resets, view.is_whole, view.word) == (["STA"], False, "restore")
    assert [(each.plug, each.file) for each in view.changes] == [("a", "b")]
    assert [(each.why_left, each.loses) for each in view.left] == [("losing", SSID)]


def test_a_start_is_told_in_words_and_what_it_did_not_tell_is_null() -> None:
    told = BootReport(
        phases=(BootPhase.BROM,),
        reset_reason=ResetReason.WATCHDOG,
        stage=Stage.FACTORY,
        unexplained=("R\udcff",),
    )
    document = start_document(told)
    assert document is not None
    assert (document["phases"], document["reset_reason"]) == (["brom"], "HAL_WDT_TIMEOUT_RESET")
    assert (document["stage"], document["light"]) == ("factory", "red, flashing")
    assert (document["mac"], document["own_network"], document["unexplained"]) == (None, None, ["R\ufffd"])
    assert start_view(NOON, told).at == NOON
    assert start_document(None) is None


def test_bytes_that_are_no_text_do_not_break_json() -> None:
    told = {"a\udcff": ["b\udc80", {"c": 1, "d": None}], "e": "ü"}
    assert readable(told) == {"a\ufffd": ["b\ufffd", {"c": 1, "d": None}], "e": "ü"}
