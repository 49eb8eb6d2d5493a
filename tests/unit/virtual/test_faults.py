from __future__ import annotations

from dataclasses import fields

import pytest

from ownplug.core.errors import UsageError
from ownplug.virtual.faults import FAULTS, Faults, parse_faults


def test_by_default_nothing_is_wrong() -> None:
    assert parse_faults([]) == Faults() == Faults(chatter=0, garble=0)
    assert str(Faults()) == ""


def test_every_fault_is_told_and_may_be_named_alone() -> None:
    assert {fault.field for fault in FAULTS.values()} == {field.name for field in fields(Faults)}
    for name, fault in FAULTS.items():
        assert getattr(parse_faults([name]), fault.field) == fault.unsaid
        assert fault.lowest <= fault.unsaid <= fault.highest
        assert fault.unsaid


def test_a_fault_has_a_name_and_a_value_or_one_worth_a_try() -> None:
    assert parse_faults(["chatter=2.5"]).chatter == 2.5
    assert parse_faults(["garble=1", "chatter=3"]) == Faults(chatter=3, garble=1)
    assert parse_faults(["chatter=5", "chatter=0"]).chatter == 0
    assert parse_faults(["clock=-3600"]).clock == -3600


def test_faults_are_added_to_those_that_are_there_and_shown_as_they_are_taken() -> None:
    before = parse_faults(["half-open", "loss=0.25"])
    both = parse_faults(["no-bind", "loss=0.5"], before=before)
    assert both == Faults(half_open=1, loss=0.5, no_bind=1)
    assert str(both) == "loss=0.5 half-open=1 no-bind=1"
    assert parse_faults(str(both).split()) == both


@pytest.mark.parametrize(
    "text", ["chatter=", "chatter=loud", "chatter=-1", "chatter=1e9", "chatter=nan", "garble=1.1", "loss=2"]
)
def test_a_value_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match=text):
        parse_faults([text])


@pytest.mark.parametrize("text", ["", "smoke", "smoke=1", "=3", "half_open"])
def test_an_unknown_fault_is_refused_and_the_known_are_listed(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_faults([text])
    assert "half-open" in refused.value.hint


def test_a_fault_is_a_switch_or_takes_an_amount() -> None:
    assert {name for name, fault in FAULTS.items() if fault.is_switch} == {
        *("half-open", "tls", "dns", "no-clock", "no-bind", "torn-write", "shuffle")
    }
    assert FAULTS["no-bind"].effect == "Acknowledgements of its bind do not get through."
    assert FAULTS["delay"].effect == FAULTS["delay"].about
