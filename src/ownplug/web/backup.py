"""A backup of the home through the API: one file, sealed by the hub and sent as it is made."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Annotated, Protocol, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ConfigDict, Field, JsonValue, SecretStr, StrictBool
from starlette import types

from ownplug.core.backup import PASSPHRASE_LENGTH
from ownplug.core.errors import OwnplugError, UsageError
from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.web.description import failures
from ownplug.web.schema import Sent
from ownplug.web.scopes import needs

log = logging.getLogger(__name__)

_PATIENCE_S = 60.0  # with a caller who does not take the next piece: nobody else gets a backup meanwhile


_LOCKED: dict[str, JsonValue] = {
    "required": ["passphrase"],
    "properties": {
        "passphrase": {"type": "string", "minLength": PASSPHRASE_LENGTH},
        "without_secrets": {"const": False},
    },
}
_BARE: dict[str, JsonValue] = {
    "required": ["without_secrets"],
    "properties": {"passphrase": {"type": "null"}, "without_secrets": {"const": True}},
}


class BackupDoor(Protocol):
    """What the API needs for backups. Errors are `ownplug.core.errors`."""

    def open(self, passphrase: Secret | None, /) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Make a backup, and give it piece by piece; without a passphrase it holds no secrets."""


class BackupBody(Sent):
    """What locks the backup, or that it shall hold nothing secret."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_LOCKED, _BARE]})

    passphrase: SecretStr | None = Field(default=None, max_length=1000)
    without_secrets: StrictBool = False


class BackupFile(Response):
    """An answer that is a backup; ends what made it, however it ends itself."""

    media_type = "application/octet-stream"

    def __init__(self, pieces: AsyncIterator[bytes], at_the_end: AsyncExitStack) -> None:
        super().__init__()
        del self.headers["content-length"]  # nobody knows it yet
        self._pieces = pieces
        self._at_the_end = at_the_end

    async def __call__(self, scope: types.Scope, receive: types.Receive, send: types.Send) -> None:
        """Send it; one that is not sent to its end has no end, so that nobody takes it for whole."""
        try:
            async with self._at_the_end:
                await self._send(send)
        except OwnplugError as error:
            log.warning("A backup was not sent to its end: %s", error)
        except TimeoutError:
            log.warning("A backup was not sent to its end: nobody takes it")

    async def _send(self, send: types.Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for piece in self._pieces:
            async with asyncio.timeout(_PATIENCE_S):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


_FILE = {"content": {BackupFile.media_type: {"schema": {"type": "string", "format": "binary"}}}}


async def _door_of(request: Request) -> BackupDoor:
    return cast("BackupDoor", request.app.state.doors.backup)


Door = Annotated[BackupDoor, Depends(_door_of)]
backup = APIRouter(prefix="/api/v1/backup", dependencies=[needs(Scope.ADMIN)])


@backup.post("", status_code=200, response_class=BackupFile, responses={200: _FILE, **failures(409)})
async def make_backup(door: Door, body: BackupBody) -> BackupFile:
    """Make a backup: locked with a passphrase of at least ten characters, or without secrets."""
    if (body.passphrase is None) != body.without_secrets:
        raise UsageError("A backup has either a passphrase or `without_secrets`.")
    passphrase = Secret(body.passphrase.get_secret_value()) if body.passphrase is not None else None
    async with AsyncExitStack() as on_failure:
        pieces = await on_failure.enter_async_context(door.open(passphrase))
        return BackupFile(pieces, on_failure.pop_all())
