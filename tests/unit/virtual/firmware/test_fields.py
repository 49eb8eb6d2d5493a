from __future__ import annotations

from typing import Any

import pytest

from ownplug.core.errors import Malformed
from ownplug.virtual.firmware.fields import number, objects, part, text


def test_reads_what_fits() -> None:
    fields = {"a": {"b": 1}, "t": "text", "n": 5, "q": "8883", "l": [{}, {}]}
    assert part(fields, "a") == {"b": 1}
    assert text(fields, "t", limit=4) == "text"
    assert text(fields, "none", limit=4, default="x") == "x"
    assert number(fields, "n", low=5, high=5) == 5
    assert number(fields, "q", low=0, high=65535) == 8883
    assert number(fields, "none", low=0, high=9, default=3) == 3
    assert objects(fields, "l") == [{}, {}]
    assert objects(fields, "a") == [{"b": 1}]


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_a_part_is_an_object(value: Any) -> None:
    with pytest.raises(Malformed):
        part({"a": value}, "a")


@pytest.mark.parametrize("value", [None, 1, [], {}, "12345", "\ud800"])
def test_a_text_is_short_and_utf8(value: Any) -> None:
    with pytest.raises(Malformed):
        text({"a": value}, "a", limit=4)


@pytest.mark.parametrize("value", [None, True, 1.0, "", "x", "-1", "\u0663", "9" * 5000, 10, -1, 10**30, []])
def test_a_number_is_whole_and_in_range(value: Any) -> None:
    with pytest.raises(Malformed):
        number({"a": value}, "a", low=0, high=9)


@pytest.mark.parametrize("value", [None, [], [1], [{}, None], "x"])
def test_objects_are_objects(value: Any) -> None:
    with pytest.raises(Malformed):
        objects({"a": value}, "a")
