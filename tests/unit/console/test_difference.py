from __future__ import annotations

from ownplug.console.difference import Difference, differences
from ownplug.core.secret import Secret

A, B = Secret("a"), Secret("b")


def test_equal_settings_do_not_differ() -> None:
    assert differences({"STA:Ssid": A}, {"STA:Ssid": Secret("a")}) == ()


def test_what_differs_is_told_in_the_order_of_the_first_and_what_is_new_last() -> None:
    assert differences({"x:1": A, "x:2": A, "x:3": A}, {"x:0": B, "x:3": B, "x:1": B, "x:2": A}) == (
        Difference(key="x:1", one=A, other=B),
        Difference(key="x:3", one=A, other=B),
        Difference(key="x:0", one=None, other=B),
    )


def test_empty_is_not_the_same_as_missing() -> None:
    assert differences({"x:1": Secret("")}, {}) == (Difference(key="x:1", one=Secret(""), other=None),)
