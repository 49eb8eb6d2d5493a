"""Listening for one plug, to read what its TLS offers, and which listener of ours would take it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from ownplug.aio import Clock
from ownplug.core.errors import Conflict, Malformed, OwnplugError
from ownplug.pairing.finding import Finding, bad, good
from ownplug.transport.certificates import ensure_certificates
from ownplug.transport.hello import HELLO_LIMIT, ClientHello, describe_first_bytes
from ownplug.transport.tls import TlsMachine, server_context

_HELLO_S = 10.0  # from the connection to a whole hello


async def first_bytes(host: str, port: int, *, timeout_s: float) -> tuple[str, bytes]:
    """Wait for somebody to connect and to say something; return from where, and what it said first.

    Raises:
        Conflict: the port is taken, or not ours to listen on.
        TimeoutError: nobody came.
    """
    came: asyncio.Future[tuple[str, bytes]] = asyncio.get_running_loop().create_future()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")  # None where it is gone already
        said = await _read_hello(reader)
        writer.transport.abort()
        if said and not came.done():  # whoever says nothing looks which ports are open, and is no plug
            came.set_result((peer[0] if peer else "an address that is not told", said))

    try:
        server = await asyncio.start_server(take, host, port)
    except OSError as error:
        raise Conflict(
            f"Nothing can listen on {host}:{port}: {error.strerror}.",
            hint="Is the hub running there? Stop it, or choose another port and tell the plug of it.",
        ) from error
    async with server:
        async with asyncio.timeout(timeout_s):
            return await came


async def judge_hello(said: bytes, clock: Clock) -> AsyncIterator[Finding]:
    """Tell what was offered, and whether our usual and our legacy listener would take it."""
    try:
        ClientHello.parse(said)
    except Malformed as error:
        yield bad("what came", str(error), "That was no plug, or it was sent to the wrong port.")
        return
    yield good("what came", describe_first_bytes(said))
    with tempfile.TemporaryDirectory(prefix="ownplug-") as folder:
        files = await ensure_certificates(Path(folder), ["doctor.invalid"], clock)
        usual = _refusal(said, files.server, files.server_key, legacy=False)
        legacy = _refusal(said, files.server, files.server_key, legacy=True)
    if not usual:
        yield good("the usual listener (--mqtts)", "it would take it")
        return
    yield bad(
        "the usual listener (--mqtts)",
        f"it would refuse it: {usual}",
        "Give the plug the legacy listener, --mqtts-legacy." if not legacy else "",
    )
    if legacy:
        yield bad("the legacy listener (--mqtts-legacy)", f"it would refuse it: {legacy}")
    else:
        yield good("the legacy listener (--mqtts-legacy)", "it would take it")


def _refusal(said: bytes, certificate: Path, key: Path, *, legacy: bool) -> str:
    """Why a listener would refuse this hello; empty where it would go on."""
    machine = TlsMachine(server_context(certificate, key, legacy=legacy), server_side=True)
    try:
        machine.receive(said)
    except OwnplugError as error:
        return str(error).partition(". ")[0]
    return ""


async def _read_hello(reader: asyncio.StreamReader) -> bytes:
    said = b""
    try:
        async with asyncio.timeout(_HELLO_S):
            while len(said) < HELLO_LIMIT and (more := await reader.read(HELLO_LIMIT - len(said))):
                said += more
                if _is_whole(said):
                    break
    except (TimeoutError, OSError):
        return said
    return said


def _is_whole(said: bytes) -> bool:
    try:
        return ClientHello.parse(said) is not None
    except Malformed:
        return True  # it will not become one
