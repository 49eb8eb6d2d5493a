"""The journal of a move: what was written is what is read, and anything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.pairing import Allegiance, GatewayAddress, MoveJournal, MoveState, PlugToMove

UUID = Uuid("1911181236754000000134298f000001")
TARGET = Allegiance(
    user_id="10001",
    key=Secret("new"),
    servers=(GatewayAddress(host="hub", port=8883), GatewayAddress(host="::1", port=1)),
)
OLD = Allegiance(user_id="1", key=Secret("old"), servers=(GatewayAddress(host="10.0.0.1", port=443),))


@pytest.mark.parametrize("state", MoveState)
def test_it_reads_what_it_wrote(state: MoveState) -> None:
    old = None if state is MoveState.WAITING else OLD
    plug = PlugToMove(uuid=UUID, address="10.0.0.9:81", key=Secret("old"), name="Küche", old=old)
    journal = MoveJournal(TARGET, {UUID: plug})
    journal.note(plug, state, why="because")
    assert MoveJournal.decode(journal.encode()) == journal


def test_it_is_done_when_all_have_moved() -> None:
    plug = PlugToMove(uuid=UUID, address="10.0.0.9", key=Secret("old"))
    journal = MoveJournal(TARGET, {UUID: plug})
    assert not journal.is_done
    journal.note(plug, MoveState.RETURNED)
    assert not journal.is_done
    journal.note(plug, MoveState.MOVED)
    assert journal.is_done


@given(st.binary(max_size=80), st.integers(min_value=0))
def test_anything_else_is_named_so(noise: bytes, at: int) -> None:
    whole = MoveJournal(TARGET, {}).encode()
    for text in (noise, whole[: at % (len(whole) - 2)]):
        with pytest.raises(Malformed, match="no journal"):
            MoveJournal.decode(text)


def test_a_plug_that_cannot_be_is_no_journal_either() -> None:
    whole = MoveJournal(TARGET, {UUID: PlugToMove(uuid=UUID, address="", key=Secret("k"))}).encode()
    with pytest.raises(Malformed):
        MoveJournal.decode(whole.replace(UUID.text.encode(), b"nobody"))
    with pytest.raises(Malformed, match="nothing is known"):
        MoveJournal.decode(whole.replace(b'"waiting"', b'"told"'))
