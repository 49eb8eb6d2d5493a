"""The interface behind HTTPS."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ownplug.aio import Clock
from ownplug.bridges.cloud.calls import Cloud
from ownplug.bridges.cloud.ports import AppsDoor, PlugsDoor
from ownplug.bridges.cloud.settings import CloudSettings
from ownplug.core.meross.cloud import ApiAnswer, ApiStatus
from ownplug.transport.endpoint import authority
from ownplug.transport.http_server import HttpReply, HttpRequest, serve_http


@asynccontextmanager
async def open_cloud(
    hub: PlugsDoor,
    apps: AppsDoor,
    settings: CloudSettings,
    clock: Clock,
    *,
    host: str,
    tls: ssl.SSLContext,
) -> AsyncIterator[str]:
    """Serve the vendor's HTTP interface for as long as the context lasts; gives its URL.

    Args:
        hub: the home and its plugs.
        apps: who may come in.
        settings: where to listen.
        clock: the time of answers.
        host: by which programs find this machine.
        tls: the server's certificate.

    Raises:
        Conflict, UsageError: nothing can listen there.
    """
    cloud = Cloud(hub, apps, host=host)

    async def answer(request: HttpRequest) -> HttpReply:
        if not cloud.knows(request.path):
            return _reply(ApiAnswer(status=ApiStatus.NOT_FOUND), clock, status=404)
        if request.method != "POST":
            return _reply(ApiAnswer(status=ApiStatus.INVALID_PARAMETER), clock, status=405)
        return _reply(await cloud.answer(request), clock)

    async with serve_http(settings.listen, "--cloud", answer, tls=tls) as (_, port):
        yield f"https://{authority(host, port)}"


def _reply(answer: ApiAnswer, clock: Clock, *, status: int = 200) -> HttpReply:
    return HttpReply(body=answer.encode(now_s=clock.now().timestamp()), status=status)
