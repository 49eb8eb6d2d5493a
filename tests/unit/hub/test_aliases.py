"""Names for a report: the same plug has the same one everywhere, and what is not on the list is hidden."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.identity import Mac, Uuid
from ownplug.core.records import PlugRecord
from ownplug.hub.aliases import Aliases

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
KETTLE = Uuid("1811081234567825182734298f1a2b3c")
LAMP = Uuid("1909182170548290802048e1e9522946")
PLUGS = [
    PlugRecord(uuid=KETTLE, name="Kettle", registered_at=NOON, room="kitchen"),
    PlugRecord(uuid=LAMP, name="lamp", registered_at=NOON, room="hall"),
    PlugRecord(uuid=Uuid("1" * 32), name="fan", registered_at=NOON, room="kitchen"),
]
ALIASES = Aliases(PLUGS)


@pytest.mark.parametrize(
    "said", [KETTLE.text, KETTLE.text.upper(), KETTLE.mac.text, KETTLE.mac.digits, "Kettle", "kettle"]
)
def test_a_plug_has_one_alias_whatever_it_is_called_by(said: str) -> None:
    assert ALIASES.word(said) == "plug-1"
    assert ALIASES.sentence(f"It comes as {said}, and stays.") == "It comes as plug-1 and stays."


def test_plugs_and_rooms_are_numbered_as_they_came() -> None:
    assert [ALIASES.plug(plug.uuid) for plug in PLUGS] == ["plug-1", "plug-2", "plug-3"]
    assert [ALIASES.room(plug.room) for plug in PLUGS] == ["room-1", "room-2", "room-1"]
    assert (ALIASES.room(""), ALIASES.plug(Uuid("2" * 32))) == ("", "***")


def test_a_stranger_keeps_its_alias() -> None:
    one, other = Mac.parse("aabbccddeeff"), Mac.parse("aabbccddee00")
    names = [ALIASES.mac(mac) for mac in (one, other, one, LAMP.mac, None)]
    assert names == ["stranger-1", "stranger-2", "stranger-1", "plug-2", ""]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("the client said goodbye", "the client said goodbye"),
        ("it signs in with another home's key or user id", "it signs in with another home's key or user id"),
        ("it fell silent for 45 s", "it fell silent for 45 s"),
        ("it asked for 'my secret name' today", "it asked for *** today"),
        ('it said "my secret"', "it said ***"),
        ("connect to 192.168.1.50 failed", "connect to *** failed"),
        ("nobody at fe80::1 or plugs.example", "nobody at *** or ***"),
        ("ann@example.org used 0123456789abcdef", "*** used ***"),
        ("it is c2VjcmV0 or hunter2", "it is *** or ***"),
        ("as 1811081234567825182734298f1a2b3d", "as ***"),
    ],
)
def test_a_sentence_keeps_its_plain_words(sentence: str, told: str) -> None:
    assert ALIASES.sentence(sentence) == told


@given(
    st.from_regex(
        r"[0-9a-f]{8,32}|([0-9a-f]{2}:){5}[0-9a-f]{2}|\d{1,3}(\.\d{1,3}){3}", fullmatch=True
    ).filter(lambda text: any(char.isdigit() for char in text))
)
def test_what_has_the_form_of_a_key_or_an_address_never_shows(text: str) -> None:
    assert text not in ALIASES.sentence(f"it said {text} to us")


def test_a_word_that_names_no_plug_is_hidden() -> None:
    assert ALIASES.word("sunshine") == "***"
