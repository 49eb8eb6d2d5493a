from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from ownplug.bridges.homekit.setup_code import new_device_id, new_setup_code, new_setup_id, setup_uri


@pytest.mark.parametrize(
    ("code", "setup_id", "uri"),
    [
        ("031-45-154", "ACMN", "X-HM://0023ISYWYACMN"),
        ("123-44-321", "ACMN", "X-HM://0023OA51DACMN"),
        ("031-45-154", "7U1H", "X-HM://0023ISYWY7U1H"),
    ],
)
def test_the_link_of_a_bridge_is_what_others_publish_for_the_same_code(
    code: str, setup_id: str, uri: str
) -> None:
    assert setup_uri(code, setup_id) == uri


def test_codes_that_everybody_would_try_are_not_given() -> None:
    numbers: Iterator[int] = iter([0, 12345678, 87654321, 77777777, 3145154])
    assert new_setup_code(lambda _: next(numbers)) == "031-45-154"


def test_what_is_random_has_its_form() -> None:
    below = random.Random(7).randrange
    for _ in range(50):
        assert re.fullmatch(r"\d{3}-\d\d-\d{3}", new_setup_code(below))
        assert re.fullmatch(r"[0-9A-Z]{4}", new_setup_id(below))
        assert re.fullmatch(r"([0-9A-F]{2}:){5}[0-9A-F]{2}", new_device_id(below))
    assert len({new_setup_code(below) for _ in range(50)}) == 50
