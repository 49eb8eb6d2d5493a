"""Our server's TLS judged by OpenSSL's command line, which verifies strictly and offers what it is told to."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ownplug.core.errors import OwnplugError
from ownplug.testing import FakeClock
from ownplug.transport.certificates import CertificateFiles, ensure_certificates
from ownplug.transport.tls import TlsMachine, server_context

pytestmark = pytest.mark.e2e

OLD_SUITES = ["AES128-SHA", "AES256-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES128-GCM-SHA256"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    directory = tmp_path_factory.mktemp("tls")
    # OpenSSL reads the machine's clock; certificates of the fake one begin in January 2026 and last for years
    return asyncio.run(ensure_certificates(directory, ["127.0.0.1", "localhost"], FakeClock()))


class Greeting(asyncio.Protocol):
    """Says which cipher was agreed on, then ends; drives the machine as the broker does."""

    def __init__(self, files: CertificateFiles, told: list[str], *, legacy: bool) -> None:
        context = server_context(files.server, files.server_key, legacy=legacy)
        self._machine = TlsMachine(context, server_side=True)
        self._told = told

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._machine.receive(data)
        except OwnplugError as error:
            self._told.append(str(error))
            self._end()
            return
        if self._machine.handshake_done:
            self._machine.write(self._machine.cipher().encode())
            self._machine.close_notify()
            self._end()
        else:
            self._transport.write(self._machine.data_to_send())

    def _end(self) -> None:
        self._transport.write(self._machine.data_to_send())
        self._transport.close()


class OpenSsl:
    """`openssl s_client` against a `Greeting`."""

    def __init__(self, program: str, files: CertificateFiles) -> None:
        self._program = program
        self._files = files
        self.told: list[str] = []

    async def greets(self, *options: str, legacy: bool = False) -> str:
        """What the client read through TLS; empty where the handshake failed."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Greeting(self._files, self.told, legacy=legacy), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        command = [self._program, "s_client", "-connect", f"127.0.0.1:{port}", "-quiet"]
        trust = [
            "-CAfile",
            str(self._files.ca),
            "-verify_return_error",
            "-x509_strict",
            "-verify_ip",
            "127.0.0.1",
        ]
        done = await asyncio.to_thread(
            subprocess.run,
            [*command, *trust, *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
        )
        server.close()
        await server.wait_closed()
        return done.stdout.decode()


@pytest.fixture
def openssl(require_program: Callable[[str, str], str], files: CertificateFiles) -> OpenSsl:
    return OpenSsl(require_program("openssl", "apt-get install openssl"), files)


@pytest.mark.parametrize("suite", OLD_SUITES)
async def test_openssl_agrees_on_the_suites_of_old_plugs(suite: str, openssl: OpenSsl) -> None:
    assert await openssl.greets("-tls1_2", "-cipher", suite) == f"TLSv1.2 {suite}"


async def test_openssl_agrees_on_tls_1_3(openssl: OpenSsl) -> None:
    assert (await openssl.greets("-tls1_3")).startswith("TLSv1.3 ")


@pytest.mark.parametrize(("option", "version"), [("-tls1_1", "TLS 1.1"), ("-tls1", "TLS 1.0")])
async def test_older_versions_are_refused_and_named(option: str, version: str, openssl: OpenSsl) -> None:
    assert await openssl.greets(option, "-cipher", "DEFAULT:@SECLEVEL=0") == ""
    assert f"The client offered {version} with " in openssl.told[0]


@pytest.mark.parametrize(("option", "version"), [("-tls1_1", "TLSv1.1"), ("-tls1", "TLSv1")])
async def test_the_legacy_listener_takes_older_versions(option: str, version: str, openssl: OpenSsl) -> None:
    greeting = await openssl.greets(option, "-cipher", "AES128-SHA:@SECLEVEL=0", legacy=True)

    assert greeting == f"{version} AES128-SHA"


async def test_a_client_that_wants_an_ecdsa_certificate_finds_no_shared_cipher(openssl: OpenSsl) -> None:
    assert await openssl.greets("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA") == ""
    assert "no shared cipher" in openssl.told[0]
    assert "with ECDHE-ECDSA-AES128-SHA." in openssl.told[0]


def test_the_chain_verifies_by_itself(
    require_program: Callable[[str, str], str], files: CertificateFiles
) -> None:
    program = require_program("openssl", "apt-get install openssl")
    server: Path = files.server

    done = subprocess.run(
        [program, "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", str(files.ca), str(server)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == f"{server}: OK\n", done.stderr
