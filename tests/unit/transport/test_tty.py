"""Where a console can be offered, in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ownplug.core.errors import UsageError
from ownplug.transport.tty import offer_tty


@pytest.mark.parametrize(
    "where", ["tcp:", "tcp:1234", "tcp::1234", "tcp:host:", "tcp:host:x", "tcp:host:65536"]
)
def test_a_place_that_is_none_is_refused(where: str) -> None:
    with pytest.raises(UsageError, match=r"is not tcp:HOST:PORT"):
        offer_tty(where)


@pytest.mark.skipif(os.name != "posix", reason="PTYs are POSIX")
async def test_a_path_is_a_pty(tmp_path: Path) -> None:
    async with offer_tty(str(tmp_path / "tty")) as offered:
        assert offered.address == str(tmp_path / "tty")
