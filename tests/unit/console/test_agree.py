from __future__ import annotations

from collections.abc import Iterable

import pytest

from ownplug.console.agree import ask_until_agreed
from ownplug.core.errors import LinkBroken, Malformed
from ownplug.core.shell import UnknownLine
from ownplug.core.shell.replies import FactoryMode
from ownplug.testing import run_in_loop_time as in_loop_time

ON, OFF, LOST = FactoryMode(on=True), FactoryMode(on=False), FactoryMode(on=None)
MORE = FactoryMode(on=True, unknown=(UnknownLine(0, "["),))


def agreed(answers: Iterable[FactoryMode]) -> tuple[FactoryMode, int]:
    """What is believed of these answers, and how many were asked for."""
    coming, asked = iter(answers), 0

    async def ask() -> FactoryMode:
        nonlocal asked
        asked += 1
        return next(coming)

    found = in_loop_time(
        ask_until_agreed(ask, is_whole=lambda reply: reply.on is not None, what="its factory mode")
    )
    return found, asked


@pytest.mark.parametrize(
    ("answers", "found", "asked"),
    [
        ([ON, ON], ON, 2),
        ([OFF, ON, ON], ON, 3),
        ([ON, LOST, ON, ON], ON, 4),
        ([LOST, LOST, OFF, OFF], OFF, 4),
        ([MORE, ON, MORE, ON, ON], ON, 5),
    ],
)
def test_two_whole_answers_in_a_row_are_believed(
    answers: list[FactoryMode], found: FactoryMode, asked: int
) -> None:
    assert agreed(answers) == (found, asked)


def test_answers_that_never_agree_are_malformed() -> None:
    with pytest.raises(Malformed, match="tells its factory mode differently each time"):
        agreed([ON, OFF] * 10)
    with pytest.raises(Malformed):
        agreed([LOST] * 20)


def test_a_broken_wire_is_passed_on() -> None:
    async def ask() -> FactoryMode:
        raise LinkBroken("gone")

    with pytest.raises(LinkBroken):
        in_loop_time(ask_until_agreed(ask, is_whole=bool, what="x"))
