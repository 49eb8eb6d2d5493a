"""Two machines back to back, without a socket; Python's own client is the independent one."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ownplug.aio import memory_pair
from ownplug.core.errors import LinkBroken, LinkClosed, Malformed, OwnplugError, UsageError
from ownplug.testing import FakeClock
from ownplug.transport.certificates import CertificateFiles, ensure_certificates
from ownplug.transport.tls import TlsMachine, client_context, server_context, start_tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    directory = tmp_path_factory.mktemp("tls")
    return asyncio.run(ensure_certificates(directory, ["hub.home", "127.0.0.1"], FakeClock()))


@pytest.fixture(scope="module")
def server_settings(files: CertificateFiles) -> ssl.SSLContext:
    return server_context(files.server, files.server_key)


def server_of(context: ssl.SSLContext) -> TlsMachine:
    return TlsMachine(context, server_side=True)


def client_of(context: ssl.SSLContext, name: str = "hub.home") -> TlsMachine:
    machine = TlsMachine(context, server_side=False, server_hostname=name)
    machine.start()
    return machine


def pump(one: TlsMachine, other: TlsMachine) -> None:
    """Carry ciphertext to and fro until both are quiet."""
    while (there := one.data_to_send()) or (back := other.data_to_send()):
        if there:
            assert other.receive(there) == b""
        else:
            assert one.receive(back) == b""


def connected(files: CertificateFiles, server_settings: ssl.SSLContext) -> tuple[TlsMachine, TlsMachine]:
    client, server = client_of(client_context(files.ca)), server_of(server_settings)
    pump(client, server)
    return client, server


def test_a_handshake_then_plaintext_both_ways(
    files: CertificateFiles, server_settings: ssl.SSLContext
) -> None:
    client, server = connected(files, server_settings)
    assert client.handshake_done
    assert server.handshake_done
    assert server.cipher().startswith("TLSv1.3 ")

    client.write(b"hello")
    assert server.receive(client.data_to_send()) == b"hello"
    server.write(b"welcome")
    assert client.receive(server.data_to_send()) == b"welcome"


def test_nothing_can_be_written_before_the_handshake(server_settings: ssl.SSLContext) -> None:
    with pytest.raises(UsageError, match="before the handshake"):
        server_of(server_settings).write(b"early")


def test_the_farewell_is_told_apart_from_data(
    files: CertificateFiles, server_settings: ssl.SSLContext
) -> None:
    client, server = connected(files, server_settings)
    client.write(b"last words")
    client.close_notify()

    assert server.receive(client.data_to_send()) == b"last words"
    assert server.peer_closed
    with pytest.raises(OwnplugError):
        client.write(b"too late")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(data=st.data())
def test_ciphertext_in_any_pieces_means_the_same(
    data: st.DataObject, files: CertificateFiles, server_settings: ssl.SSLContext
) -> None:
    client, server = connected(files, server_settings)
    message = data.draw(st.binary(min_size=1, max_size=2000))
    client.write(message)
    ciphertext = client.data_to_send()

    received = b""
    for piece in pieces_of(ciphertext, data):
        received += server.receive(piece)

    assert received == message


def pieces_of(whole: bytes, data: st.DataObject) -> Iterator[bytes]:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        yield whole[begin:end]


@pytest.mark.parametrize(
    "suite", ["AES128-SHA", "AES256-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES128-GCM-SHA256"]
)
def test_the_cipher_suites_of_old_plugs_are_accepted(
    suite: str, files: CertificateFiles, server_settings: ssl.SSLContext
) -> None:
    context = client_context(files.ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
    client, server = client_of(context), server_of(server_settings)

    pump(client, server)

    assert server.cipher() == f"TLSv1.2 {suite}"


def test_a_resumed_session_is_taken_up_again(
    files: CertificateFiles, server_settings: ssl.SSLContext
) -> None:
    context = client_context(files.ca)
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    first = python_client_after_handshake(context, server_of(server_settings), session=None)
    second = python_client_after_handshake(context, server_of(server_settings), session=first.session)

    assert second.session_reused


def python_client_after_handshake(
    context: ssl.SSLContext, server: TlsMachine, *, session: ssl.SSLSession | None
) -> ssl.SSLObject:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="hub.home", session=session)
    while True:
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            server.receive(outgoing.read())
            incoming.write(server.data_to_send())
        else:
            return client


def test_a_client_that_offers_tls_1_1_at_most_is_refused_and_described(
    server_settings: ssl.SSLContext,
) -> None:
    hello = bytes.fromhex("0302") + bytes(32) + bytes.fromhex("00 0002 002f 01 00")
    message = b"\x01" + len(hello).to_bytes(3, "big") + hello
    server = server_of(server_settings)

    with pytest.raises(LinkBroken, match=r"no TLS version .* in common .* offered TLS 1.1 with AES128-SHA"):
        server.receive(b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message)
    assert server.data_to_send()[:1] == b"\x15"  # an alert tells the client, too


@pytest.mark.parametrize("version", ["0301", "0302"])
def test_the_legacy_listener_takes_tls_1_0_and_1_1(version: str, files: CertificateFiles) -> None:
    hello = bytes.fromhex(version) + bytes(32) + bytes.fromhex("00 0002 002f 01 00")
    message = b"\x01" + len(hello).to_bytes(3, "big") + hello
    server = server_of(server_context(files.server, files.server_key, legacy=True))

    server.receive(b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message)

    answer = server.data_to_send()
    assert answer[:3] == b"\x16" + bytes.fromhex(version)  # a handshake record of that very version


@pytest.mark.parametrize(
    ("first_bytes", "sentence"),
    [
        (b"\x10\x1e\x00\x06MQIsdp\x03\xc2\x00\x1e", "spoke MQTT without TLS"),
        (b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n", "spoke HTTP without TLS"),
        (bytes(range(64)), "first bytes were 00 01"),
    ],
)
def test_what_is_no_tls_is_malformed_and_named(
    first_bytes: bytes, sentence: str, server_settings: ssl.SSLContext
) -> None:
    with pytest.raises(Malformed, match=sentence):
        server_of(server_settings).receive(first_bytes)


def test_a_garbled_record_after_the_handshake_is_malformed(
    files: CertificateFiles, server_settings: ssl.SSLContext
) -> None:
    client, server = connected(files, server_settings)
    client.write(b"switch on")
    ciphertext = bytearray(client.data_to_send())
    ciphertext[-1] ^= 1

    with pytest.raises(Malformed, match="not the TLS that was expected"):
        server.receive(bytes(ciphertext))


@pytest.mark.parametrize(
    ("name", "why"), [("elsewhere.home", "Hostname mismatch"), ("hub.home", "self-signed certificate")]
)
def test_a_certificate_that_is_not_trusted_breaks_the_link_with_the_reason(
    name: str, why: str, files: CertificateFiles, server_settings: ssl.SSLContext
) -> None:
    context = client_context(files.ca) if name != "hub.home" else client_context()
    client, server = client_of(context, name), server_of(server_settings)

    with pytest.raises(LinkBroken, match=f"not trusted: .*{why}"):
        pump(client, server)
    with pytest.raises(LinkBroken, match=r"far side ended the TLS handshake: .*alert"):
        server.receive(client.data_to_send())


def test_without_verification_any_certificate_will_do(server_settings: ssl.SSLContext) -> None:
    client, server = client_of(client_context(verify=False), "whoever"), server_of(server_settings)

    pump(client, server)

    assert client.handshake_done


def test_the_certificate_passes_the_strict_checks_of_newer_pythons(
    files: CertificateFiles, server_settings: ssl.SSLContext
) -> None:
    context = client_context(files.ca)
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    client, server = client_of(context, "127.0.0.1"), server_of(server_settings)

    pump(client, server)

    assert client.handshake_done


def test_files_that_cannot_be_used_are_named(files: CertificateFiles, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere.pem.* cannot be used: No such file"):
        server_context(tmp_path / "nowhere.pem", files.server_key)
    with pytest.raises(UsageError, match="cannot be used"):
        server_context(files.server, files.server)
    with pytest.raises(UsageError, match=r"CA file .* cannot be used"):
        client_context(files.server_key)


async def test_a_stream_that_ends_during_the_handshake_is_broken_and_let_go(files: CertificateFiles) -> None:
    near, far = memory_pair()
    await far.close()

    with pytest.raises(LinkBroken):
        await start_tls(
            near, TlsMachine(client_context(files.ca), server_side=False, server_hostname="hub.home")
        )
    with pytest.raises(LinkClosed):
        await near.read()


async def test_a_stream_without_a_farewell_has_ended_all_the_same(
    files: CertificateFiles, server_settings: ssl.SSLContext
) -> None:
    near, far = memory_pair()
    client_machine = TlsMachine(client_context(files.ca), server_side=False, server_hostname="hub.home")
    async with asyncio.TaskGroup() as group:
        answering = group.create_task(start_tls(far, server_of(server_settings)))
        client = await start_tls(near, client_machine)
        server = await answering
    await client.write(b"then silence")
    await near.close()

    assert await server.read() == b"then silence"
    assert await server.read() == b""
