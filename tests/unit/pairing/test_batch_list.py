"""The list of plugs to pair: what it may say, and what it is told where it is wrong."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.core.identity import Mac
from ownplug.pairing import BatchRow, parse_batch_list


def test_a_list_out_of_a_spreadsheet_is_read() -> None:
    text = "\ufeffName;MAC;Room\n tea  pot ;34-29-8F-1A-2B-3C; kitchen \n;;\nlamp;Any;\nfan;;hall\n"
    assert parse_batch_list(text) == [
        BatchRow(name="tea pot", room="kitchen", mac=Mac.parse("34:29:8f:1a:2b:3c")),
        BatchRow(name="lamp"),
        BatchRow(name="fan", room="hall"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no plugs"),
        ("name,room,mac\n", "no plugs"),
        ("name,rooom\nlamp,hall\n", "'rooom'"),
        ("name,mac\n,any\n", "Plug 1 of the list has no name"),
        ("name,mac\nlamp,34:29\n", "Plug 1 of the list: "),
        ("name\nlamp\nLAMP\n", "Plug 2 of the list is called 'LAMP'"),
        ("name,mac\na,34:29:8f:1a:2b:3c\nb,34298f1a2b3c\n", "Plug 2 of the list has the MAC"),
    ],
)
def test_what_is_wrong_with_a_list_is_told(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        parse_batch_list(text)


@given(st.text())
def test_any_text_is_a_list_or_is_told_why_not(text: str) -> None:
    with suppress(UsageError):
        assert parse_batch_list(text)
