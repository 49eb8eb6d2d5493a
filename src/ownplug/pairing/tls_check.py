"""Whether plugs could speak TLS with a server, and if not, which part of it is in the way.

Tried as a plug would, then in other ways until one tells what the first did not.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from enum import Enum

from ownplug.core.errors import LinkError, LinkTimeout, OwnplugError, WireError
from ownplug.core.mqtt import ClientMachine, Connect
from ownplug.transport.certificates import CertificateFacts, read_certificate
from ownplug.transport.tcp import open_tcp
from ownplug.transport.tls import (
    TlsMachine,
    legacy_context,
    modern_context,
    oldest_plug_context,
    plug_context,
    start_tls,
)

_PATIENCE_S = 10.0
_PROBE_S = 3.0  # a server that expects TLS does not answer anything else
_HTTP_QUESTION = b"GET / HTTP/1.0\r\n\r\n"
_CONNACK = b"\x20\x02"


class TlsVerdict(Enum):
    """What is the matter: a name for scripts, a sentence, and what to do."""

    GOOD = "good", "Plugs can speak TLS with it.", ""
    ECDSA = (
        "certificate-ecdsa",
        "Its certificate has no RSA key, and plugs know RSA only: they find no shared cipher.",
        "Give the server a certificate with an RSA key of 2048 bits.",
    )
    TOO_NEW = (
        "version-too-new",
        "It speaks TLS 1.3 only, and plugs speak 1.2 at most.",
        "Let the server take TLS 1.2 too.",
    )
    TOO_OLD = (
        "version-too-old",
        "It speaks TLS 1.0 or 1.1 only; later plugs want 1.2.",
        "Let the server take TLS 1.2.",
    )
    CIPHERS = (
        "no-shared-cipher",
        "It speaks TLS, but accepts none of the ciphers that go with RSA and TLS 1.2.",
        "Lower its security level: the cipher list DEFAULT:@SECLEVEL=1 suits plugs.",
    )
    PLAIN_MQTT = (
        "not-tls-mqtt",
        "It speaks MQTT without TLS on this port.",
        "Name the port with TLS, often 8883, or set one up: plugs speak nothing else.",
    )
    PLAIN_HTTP = (
        "not-tls-http",
        "It is a web server: MQTT has another port.",
        "Name the MQTT server's TLS port, often 8883.",
    )
    NO_TLS = (
        "not-tls",
        "It does not speak TLS on this port.",
        "Name the MQTT server's TLS port, often 8883.",
    )

    @property
    def code(self) -> str:
        """Its name for scripts."""
        return self.value[0]

    @property
    def sentence(self) -> str:
        """What is the matter."""
        return self.value[1]

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self.value[2]

    @property
    def is_tls(self) -> bool:
        """Whether the server speaks TLS at all."""
        return not self.code.startswith("not-tls")


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFinding:
    """What was found.

    Attributes:
        verdict: what is the matter.
        agreed: TLS version and cipher that were agreed on, however that was reached; empty for none.
        certificate: what the server showed; None for nothing.
        takes_oldest: whether it takes the ciphers of the oldest chips too, which may be all that a plug has.
    """

    verdict: TlsVerdict
    agreed: str = ""
    certificate: CertificateFacts | None = None
    takes_oldest: bool = False


async def check_tls(host: str, port: int) -> TlsFinding:
    """Try a server as a plug would, and find out why it fails.

    Raises:
        Unreachable: there is nobody to try: `NameUnknown`, `ConnectionRefused`, or no answer.
    """
    speaks_tls = False
    for context, judge in (
        (plug_context(), lambda _: TlsVerdict.GOOD),
        (modern_context(), _verdict_of),
        (legacy_context(), lambda _: TlsVerdict.TOO_OLD),
    ):
        found = await _shake_hands(host, port, context)
        if isinstance(found, _Shaken):
            verdict = judge(found)
            takes_oldest = verdict is TlsVerdict.GOOD and await _takes(host, port, oldest_plug_context())
            return TlsFinding(
                verdict=verdict, agreed=found.agreed, certificate=found.certificate, takes_oldest=takes_oldest
            )
        speaks_tls = speaks_tls or found
    return TlsFinding(verdict=TlsVerdict.CIPHERS if speaks_tls else await _other_language(host, port))


def _verdict_of(found: _Shaken) -> TlsVerdict:
    """Why plugs cannot, with a server that others can speak with."""
    if found.certificate is not None and not found.certificate.is_rsa:
        return TlsVerdict.ECDSA
    return TlsVerdict.TOO_NEW if found.agreed.startswith("TLSv1.3") else TlsVerdict.CIPHERS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shaken:
    agreed: str
    certificate: CertificateFacts | None


async def _takes(host: str, port: int, context: ssl.SSLContext) -> bool:
    return isinstance(await _shake_hands(host, port, context), _Shaken)


async def _shake_hands(host: str, port: int, context: ssl.SSLContext) -> _Shaken | bool:
    """Carry one handshake through; where it fails, tell whether the far side at least refused it in TLS."""
    stream = await open_tcp(host, port, timeout_s=_PATIENCE_S)
    machine = TlsMachine(context, server_side=False)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            encrypted = await start_tls(stream, machine)
    except (LinkError, WireError, TimeoutError) as error:
        return "alert" in str(error)
    shown = machine.peer_certificate()
    encrypted.abort()
    return _Shaken(agreed=machine.cipher(), certificate=read_certificate(shown) if shown else None)


async def _other_language(host: str, port: int) -> TlsVerdict:
    """What it speaks instead."""
    machine = ClientMachine(Connect(client_id="ownplug-doctor"), answer_timeout_s=_PROBE_S)
    machine.start(asyncio.get_running_loop().time())
    if (await _answer_to(host, port, machine.data_to_send())).startswith(_CONNACK):
        return TlsVerdict.PLAIN_MQTT
    if (await _answer_to(host, port, _HTTP_QUESTION)).startswith(b"HTTP/"):
        return TlsVerdict.PLAIN_HTTP
    return TlsVerdict.NO_TLS


async def _answer_to(host: str, port: int, question: bytes) -> bytes:
    """What comes back first; nothing where nothing does."""
    try:
        stream = await open_tcp(host, port, timeout_s=_PATIENCE_S)
    except LinkTimeout:
        return b""
    try:
        async with asyncio.timeout(_PROBE_S):
            await stream.write(question)
            return await stream.read()
    except (OwnplugError, TimeoutError):
        return b""
    finally:
        stream.abort()
