from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ownplug.core.errors import OwnplugError
from ownplug.core.meross.login import Login
from ownplug.core.secret import Secret
from ownplug.testing import MemoryNetwork, run_in_loop_time
from ownplug.transport.tls import TlsMachine, plug_context, server_context
from ownplug.virtual.firmware.signals import BrokerLost, ConnectBroker, Input
from ownplug.virtual.link import BrokerLink

KEYS: dict[str, Any] = {
    "rsa": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
}


def make_server(folder: Path, kind: str) -> ssl.SSLContext:
    """A server that nobody knows, with a certificate of its own."""
    key = KEYS[kind]()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "whoever")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * 50))
        .sign(key, hashes.SHA256())
    )
    pem, raw = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, raw, serialization.NoEncryption()))
    return server_context(folder / "cert.pem", folder / "key.pem")


def shake_hands(context: ssl.SSLContext) -> TlsMachine:
    plug = TlsMachine(plug_context(), server_side=False)
    server = TlsMachine(context, server_side=True)
    plug.start()
    while not (plug.handshake_done and server.handshake_done):
        server.receive(plug.data_to_send())
        plug.receive(server.data_to_send())
    return plug


def test_a_plug_takes_any_rsa_certificate_at_tls_1_2(tmp_path: Path) -> None:
    plug = shake_hands(make_server(tmp_path, "rsa"))
    assert plug.cipher().startswith("TLSv1.2 ")


def test_a_plug_shares_no_cipher_with_another_certificate(tmp_path: Path) -> None:
    with pytest.raises(OwnplugError):
        shake_hands(make_server(tmp_path, "ecdsa"))


ORDER = ConnectBroker(
    host="127.0.0.1",
    port=8883,
    client_id="fmware",
    login=Login(username="user", password=Secret("password")),
    inbox="/appliance/1/subscribe",
)


def test_a_link_whose_server_was_not_there_can_still_be_left() -> None:
    told: list[Input] = []

    async def story() -> None:
        link = BrokerLink(ORDER, told.append)
        await link.run()
        link.leave()
        link.cut(half_open=False)

    run_in_loop_time(story(), network=MemoryNetwork())
    assert told == [BrokerLost()]


@pytest.mark.parametrize("gives_up", [True, False])
def test_half_a_connection_is_given_back_when_the_server_has_to_have_given_it_up(*, gives_up: bool) -> None:
    network = MemoryNetwork()
    told: list[Input] = []

    async def story() -> None:
        accepted: asyncio.Future[asyncio.StreamWriter] = asyncio.get_running_loop().create_future()
        await asyncio.start_server(lambda _, writer: accepted.set_result(writer), ORDER.host, ORDER.port)
        link = BrokerLink(ORDER, told.append)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(link.run())
            server_end = await accepted
            link.cut(half_open=True)
            await asyncio.sleep(60)
            assert not running.done()
            assert not server_end.is_closing()
            if gives_up:
                server_end.close()
            else:
                network.links[0].cut()
                await asyncio.sleep(60)
            await asyncio.sleep(1)
            assert running.done()
            server_end.close()
        assert not network.links

    run_in_loop_time(story(), network=network)
    assert told == []
