from __future__ import annotations

import pytest

from ownplug.core.errors import UsageError
from ownplug.virtual.faults import Faults, parse_faults


def test_by_default_nothing_is_wrong() -> None:
    assert parse_faults([]) == Faults() == Faults(chatter=0, garble=0)


def test_a_fault_has_a_name_and_a_value_or_one_worth_a_try() -> None:
    assert parse_faults(["chatter=2.5"]).chatter == 2.5
    assert parse_faults(["chatter"]).chatter > 0
    assert parse_faults(["garble=1", "chatter=3"]) == Faults(chatter=3, garble=1)
    assert parse_faults(["chatter=5", "chatter=0"]).chatter == 0


@pytest.mark.parametrize(
    "text", ["chatter=", "chatter=loud", "chatter=-1", "chatter=1e9", "chatter=nan", "garble=1.1"]
)
def test_a_value_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match=text):
        parse_faults([text])


@pytest.mark.parametrize("text", ["", "smoke", "smoke=1", "=3"])
def test_an_unknown_fault_is_refused_and_the_known_are_listed(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_faults([text])
    assert "chatter" in refused.value.hint
