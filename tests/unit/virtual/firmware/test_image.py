from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.core.image import Binary, parse_container, render_container
from ownplug.virtual.firmware.image import Image, parse_image, render_image

IMAGE = Image(type="mss310", hardware="2.0.0", version="2.1.17", compiled="2022/08/19")
DATA = render_image(IMAGE)


def test_what_is_made_is_read() -> None:
    assert parse_image(DATA) == IMAGE


@given(st.binary(max_size=100))
def test_any_other_binary_is_not_understood(content: bytes) -> None:
    with pytest.raises(Malformed, match="none for a virtual plug"):
        parse_image(render_container([Binary(data=content or b"\0")]))


def test_a_second_binary_is_not_understood() -> None:
    with pytest.raises(Malformed, match="none for a virtual plug"):
        parse_image(render_container([*parse_container(DATA), Binary(data=b"more")]))
