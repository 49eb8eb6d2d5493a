from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from ownplug.core.errors import Conflict
from ownplug.web.backup import BackupFile

Messages = list[dict[str, Any]]
NO_REQUEST: Any = None


async def answer(pieces: AsyncIterator[bytes], send: Any) -> list[str]:
    """Send a backup; return what was done at the end."""
    ended: list[str] = []
    async with AsyncExitStack() as stack:
        stack.callback(ended.append, "ended")
        file = BackupFile(pieces, stack.pop_all())
    await file({"type": "http"}, NO_REQUEST, send)
    return ended


async def test_a_caller_who_takes_nothing_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ownplug.web.backup._PATIENCE_S", 0.01)

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"piece"

    async def send(message: dict[str, Any]) -> None:
        if "body" in message:
            await asyncio.Event().wait()

    assert await answer(pieces(), send) == ["ended"]
    assert "not sent to its end: nobody takes it" in caplog.text


async def test_what_breaks_has_no_end(caplog: pytest.LogCaptureFixture) -> None:
    sent: Messages = []

    async def pieces() -> AsyncIterator[bytes]:
        yield b"piece"
        raise Conflict("The home changed.")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    assert await answer(pieces(), send) == ["ended"]
    assert [message.get("more_body") for message in sent] == [None, True]
    assert "The home changed." in caplog.text
