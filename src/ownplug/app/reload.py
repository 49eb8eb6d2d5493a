"""Looks whether the server's certificate has changed on the disk, and has new connections use the new one.

Whoever renews certificates need tell nobody; connections that are there keep theirs. A file that is half written, or
does not fit the other, is left until it does.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from ownplug.aio import Backoff, Clock, supervise
from ownplug.core.errors import UsageError
from ownplug.transport.certificates import CertificateFiles
from ownplug.transport.tls import load_certificate, server_context

log = logging.getLogger(__name__)

LOOK_S = 10.0
"""Seconds between two looks at the files."""


class Server(Protocol):
    """The MQTT server, which uses the certificate."""

    def use_certificate(self, tls: ssl.SSLContext, legacy_tls: ssl.SSLContext) -> None:
        """Use these for connections that come from now on."""


def contexts(files: CertificateFiles) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Read the certificate for both listeners.

    Raises:
        UsageError: the files cannot be used.
    """
    modern = server_context(files.server, files.server_key)
    return modern, server_context(files.server, files.server_key, legacy=True)


class CertificateWatch:
    """Remembers which files are in use, by the MQTT server and, where it speaks HTTPS, by `web`."""

    def __init__(self, files: CertificateFiles, server: Server, web: ssl.SSLContext | None = None) -> None:
        self._files = files
        self._server = server
        self._web = web
        self._seen = self._tried = _stamp(files)

    async def look(self) -> bool:
        """Take a new certificate into use if there is one. True if there was."""
        stamp = await asyncio.to_thread(_stamp, self._files)
        if stamp == self._seen:
            return False
        try:
            tls, legacy_tls = await asyncio.to_thread(contexts, self._files)
            if self._web is not None:
                load_certificate(self._web, self._files.server, self._files.server_key)
        except UsageError as error:
            if stamp != self._tried:
                log.warning("The changed certificate is not used yet: %s", error)
            self._tried = stamp
            return False
        self._seen = self._tried = stamp
        self._server.use_certificate(tls, legacy_tls)
        log.info("New connections use the certificate that %s holds now", self._files.server)
        return True


@asynccontextmanager
async def watching(
    files: CertificateFiles, server: Server, clock: Clock, *, web: ssl.SSLContext | None = None
) -> AsyncIterator[None]:
    """Look every now and then for as long as the context lasts."""
    watch = CertificateWatch(files, server, web)

    async def run() -> None:
        while True:
            await clock.sleep(LOOK_S)
            await watch.look()

    tasks = asyncio.TaskGroup()
    await tasks.__aenter__()
    task = tasks.create_task(supervise("certificate watch", run, backoff=Backoff(), clock=clock))
    try:
        yield
    finally:
        task.cancel()
        await tasks.__aexit__(None, None, None)  # without the body's error, which would come back in a group


def _stamp(files: CertificateFiles) -> tuple[tuple[int, int, int], ...]:
    """What changes when a file does; a file that is missing for a moment has a stamp, too."""
    stamps = []
    for path in (files.server, files.server_key):
        try:
            found = path.stat()
        except OSError:
            stamps.append((0, 0, 0))
        else:
            stamps.append((found.st_mtime_ns, found.st_size, found.st_ino))
    return tuple(stamps)
