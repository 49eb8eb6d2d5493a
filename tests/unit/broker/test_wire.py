"""The wire between a played transport and a TLS client in memory."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ownplug.aio import SystemClock
from ownplug.broker.wire import Wire, address_of
from ownplug.core.errors import OwnplugError
from ownplug.transport.certificates import ensure_certificates
from ownplug.transport.tls import TlsMachine, client_context, server_context

if TYPE_CHECKING:
    import ssl


class PlayedTransport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.7", 1)})
        self.written = bytearray()
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    def take(self) -> bytes:
        data = bytes(self.written)
        self.written.clear()
        return data


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    folder: Path = tmp_path_factory.mktemp("tls")
    files = asyncio.run(ensure_certificates(folder, ["localhost"], SystemClock()))
    return server_context(files.server, files.server_key), client_context(files.ca)


def connected(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> tuple[Wire, PlayedTransport, TlsMachine]:
    transport = PlayedTransport()
    wire = Wire(transport, TlsMachine(contexts[0], server_side=True))
    client = TlsMachine(contexts[1], server_side=False, server_hostname="localhost")
    client.start()
    while not (wire.is_ready and client.handshake_done):
        wire.receive(client.data_to_send())
        client.receive(transport.take())
    return wire, transport, client


def test_without_tls_bytes_pass_as_they_are() -> None:
    transport = PlayedTransport()
    wire = Wire(transport, None)
    assert (wire.is_ready, wire.has_ended, wire.hello()) == (True, False, "")
    assert wire.receive(b"up") == b"up"
    wire.send(b"down")
    assert transport.take() == b"down"
    wire.close()
    assert transport.is_closed


def test_with_tls_bytes_pass_in_both_directions(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    wire, transport, client = connected(contexts)
    client.write(b"up")
    assert wire.receive(client.data_to_send()) == b"up"
    wire.send(b"down")
    assert client.receive(transport.take()) == b"down"


def test_the_clients_goodbye_is_heard_after_its_last_words(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    wire, _, client = connected(contexts)
    client.write(b"last words")
    client.close_notify()
    assert wire.receive(client.data_to_send()) == b"last words"
    assert wire.has_ended


def test_the_client_hears_our_goodbye(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    wire, transport, client = connected(contexts)
    wire.close()
    client.receive(transport.take())
    assert (client.peer_closed, transport.is_closed) == (True, True)


def test_whoever_speaks_no_tls_is_told_by_an_alert(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    transport = PlayedTransport()
    wire = Wire(transport, TlsMachine(contexts[0], server_side=True))
    with pytest.raises(OwnplugError, match="HTTP"):
        wire.receive(b"GET / HTTP/1.1\r\n\r\n")
    assert not wire.is_ready
    assert transport.take()[:1] in (b"", b"\x15")


def test_the_address_of_a_connection_that_is_gone_is_nowhere() -> None:
    assert address_of(PlayedTransport()) == "192.0.2.7"
    assert address_of(asyncio.BaseTransport()) == "nowhere"
