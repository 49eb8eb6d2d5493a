"""A server on free ports of this machine, with guests, and callers that speak raw bytes or run foreign programs."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ownplug.aio import SystemClock
from ownplug.broker import Access, Broker, BrokerSettings, Connection, Gatekeeper
from ownplug.core.mqtt import Packet, PacketReader, Passage, encode
from ownplug.transport.certificates import CertificateFiles, ensure_certificates
from ownplug.transport.tls import client_context, server_context

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 20.0
"""How long anything may take on a busy machine before a test gives up; nothing here measures speed."""


@dataclass(frozen=True)
class Guest:
    """Rights to everything below the guest's own name."""

    name: str

    def may_subscribe(self, topic_filter: str) -> bool:
        return topic_filter.startswith(f"{self.name}/")

    def may_publish(self, topic: str) -> bool:
        return topic.startswith(f"{self.name}/")


class Doorman:
    """Lets in whoever's password is `pw-` and the user name."""

    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> Access | None:
        await asyncio.sleep(0)
        return Guest(username) if username and password == f"pw-{username}".encode() else None

    def screen(self, topic: str, payload: bytes, access: Access) -> Passage:
        return Passage.FREE


class Diary:
    """Notes what a listener is told, and lets tests wait for it."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str, str]] = []
        self._changed = asyncio.Event()

    def handshake_failed(self, address: str, why: str) -> None:
        self._note("no handshake", address, why)

    def connected(self, connection: Connection) -> None:
        self._note("connected", connection.client_id, connection.address)

    def subscribed(self, connection: Connection, topic_filter: str) -> None:
        self._note("subscribed", connection.client_id, topic_filter)

    def disconnected(self, connection: Connection, reason: str) -> None:
        self._note("disconnected", connection.client_id, reason)

    async def until(self, event: str, client_id: str) -> str:
        """Wait for an entry; return its last part."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for entry in self.entries:
                    if entry[:2] == (event, client_id):
                        return entry[2]
                self._changed.clear()
                await self._changed.wait()

    def _note(self, event: str, client_id: str, detail: str) -> None:
        self.entries.append((event, client_id, detail))
        self._changed.set()


class Caller:
    """A connection that says whatever bytes a test wants."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._packets = PacketReader(1 << 24)
        self._heard: list[Packet] = []

    async def say(self, *what: Packet | bytes) -> None:
        self._writer.write(b"".join(item if isinstance(item, bytes) else encode(item) for item in what))
        await self._writer.drain()

    async def hear(self) -> Packet | None:
        """The next packet, None when the server has closed."""
        async with asyncio.timeout(PATIENCE_S):
            while not self._heard:
                data = await self._reader.read(65536)
                if not data:
                    return None
                self._heard += self._packets.feed(data)
        return self._heard.pop(0)

    async def closed(self) -> bytes:
        """Wait until the server has closed; return what it said before."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                return await self._reader.read()
            except ConnectionError:
                return b""

    async def hang_up(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except (ConnectionError, ssl.SSLError):
            return


class House:
    """A running server, and ways to reach it."""

    def __init__(self, broker: Broker, diary: Diary, files: CertificateFiles) -> None:
        self.broker = broker
        self.diary = diary
        self.ca = files.ca
        assert broker.tls_address is not None
        assert broker.tcp_address is not None
        self.tls_port = broker.tls_address[1]
        self.tcp_port = broker.tcp_address[1]

    @asynccontextmanager
    async def call(self, *, tls: bool = False, raw_on_tls: bool = False) -> AsyncIterator[Caller]:
        """A connection: plain, with TLS, or plain to the port where TLS is expected."""
        context = client_context(self.ca) if tls else None
        port = self.tls_port if tls or raw_on_tls else self.tcp_port
        host = "localhost" if tls else None
        caller = Caller(*await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=host))
        try:
            yield caller
        finally:
            await caller.hang_up()


@asynccontextmanager
async def running(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A foreign program, ended by its pid."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def output(*command: str) -> tuple[int, str]:
    """Run a foreign program to its end; return its exit status and what it printed."""
    async with running(*command) as process, asyncio.timeout(PATIENCE_S):
        printed, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, printed.decode(errors="replace")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    folder: Path = tmp_path_factory.mktemp("tls") / "home"
    return asyncio.run(ensure_certificates(folder, ["localhost", "127.0.0.1"], SystemClock()))


Open = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def open_house(certificates: CertificateFiles) -> Open:
    """Start a server with these settings: `async with open_house(max_packet_bytes=100) as house`."""

    @asynccontextmanager
    async def start(*, gatekeeper: Gatekeeper | None = None, **settings: object) -> AsyncIterator[House]:
        diary = Diary()
        chosen = BrokerSettings(mqtts="127.0.0.1:0", mqtt="127.0.0.1:0", **settings)  # type: ignore[arg-type] # fields of BrokerSettings, as each test needs them
        modern, old = (
            server_context(certificates.server, certificates.server_key, legacy=legacy)
            for legacy in (False, True)
        )
        broker = Broker(
            chosen, gatekeeper or Doorman(), SystemClock(), tls=modern, legacy_tls=old, listener=diary
        )
        async with broker:
            yield House(broker, diary, certificates)

    return start


@pytest.fixture
def call_port() -> Callable[..., AbstractAsyncContextManager[Caller]]:
    """A connection to a port of this machine, with TLS or without."""

    @asynccontextmanager
    async def call(port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[Caller]:
        host = "localhost" if tls else None
        caller = Caller(*await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=host))
        try:
            yield caller
        finally:
            await caller.hang_up()

    return call


@pytest.fixture
def run_program() -> Callable[..., AbstractAsyncContextManager[asyncio.subprocess.Process]]:
    return running


@pytest.fixture
def run_to_end() -> Callable[..., object]:
    return output
