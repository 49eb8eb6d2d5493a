"""TLS as a machine: ciphertext in, plaintext out, no socket and no waiting.

The broker drives one `TlsMachine` for each plug from an `asyncio.Protocol`; clients drive theirs with
`TlsStream` over any `ByteStream`. Own memory BIOs instead of the event loop's TLS because that costs a tenth
of the memory for each connection and lets us see what a failed handshake offered.

What plugs need decides the server's contexts: RSA certificates, TLS 1.2 with cipher suites that Python's own
default refuses (AES128-SHA and its kin), and for the oldest a legacy listener that starts at TLS 1.0.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ssl
from typing import TYPE_CHECKING

from ownplug.aio import READ_SIZE, ByteStream
from ownplug.core.errors import LinkBroken, LinkClosed, LinkError, Malformed, OwnplugError, UsageError
from ownplug.transport.hello import HELLO_LIMIT, describe_first_bytes

if TYPE_CHECKING:
    from pathlib import Path

_CIPHERS = "DEFAULT:@SECLEVEL=1"
_DECRYPT_SIZE = (
    4096  # bytes asked for at once: most messages fit, and the library sets aside as much each time
)
_LEGACY_CIPHERS = "DEFAULT:@SECLEVEL=0"  # OpenSSL 3 speaks TLS 1.0 and 1.1 at this level only
_CLOSE_TIMEOUT_S = 5.0  # for a far side that does not take what was written


def server_context(cert_file: Path, key_file: Path, *, legacy: bool = False) -> ssl.SSLContext:
    """Make the TLS settings of a listener for plugs; reads both files, so call it before serving.

    Without `legacy`: TLS 1.2 and 1.3. With it: TLS 1.0 and later, for plugs that can do no better.
    Session tickets are on, because a resumed handshake costs a third.

    Raises:
        UsageError: a file is missing, unreadable, or the two do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # MINIMUM_SUPPORTED and not TLSv1, whose mere mention is deprecated; SSL 3 is off by PROTOCOL_TLS_SERVER
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED if legacy else ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_LEGACY_CIPHERS if legacy else _CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION  # lets one side make the other calculate; nobody needs it
    load_certificate(context, cert_file, key_file)
    return context


def web_context(cert_file: Path, key_file: Path) -> ssl.SSLContext:
    """Make the TLS settings of a listener for browsers: TLS 1.2 and later, and only what is strong.

    Raises:
        UsageError: see `load_certificate`.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    load_certificate(context, cert_file, key_file)
    return context


def load_certificate(context: ssl.SSLContext, cert_file: Path, key_file: Path) -> None:
    """Let a listener show this certificate from its next connection on; reads both files.

    Raises:
        UsageError: a file is missing, unreadable, or the two do not belong together.
    """
    try:
        context.load_cert_chain(cert_file, key_file)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"The TLS certificate {cert_file} with key {key_file} cannot be used: {_reason(error)}.",
            hint="Both must be PEM files that belong together. Remove them to have new ones made.",
        ) from error


def client_context(ca_file: Path | None = None, *, verify: bool = True) -> ssl.SSLContext:
    """Make the TLS settings of a client: TLS 1.2 and later.

    Args:
        ca_file: trust only what this CA signed; without it, what this machine trusts.
        verify: False accepts every certificate, as the plugs themselves do; who listens is then unknown.

    Raises:
        UsageError: the CA file is missing or no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if ca_file is None:
        context.load_default_certs()
        return context
    try:
        context.load_verify_locations(ca_file)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"The CA file {ca_file} cannot be used: {_reason(error)}.") from error
    return context


@functools.cache
def modern_context() -> ssl.SSLContext:
    """TLS as programs of today speak it, for finding out what a server can do; it trusts everybody."""
    return client_context(verify=False)


@functools.cache
def legacy_context() -> ssl.SSLContext:
    """The same, as programs of twenty years ago spoke it: TLS 1.0 and 1.1, any cipher."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


@functools.cache
def plug_context() -> ssl.SSLContext:
    """TLS as these plugs speak it: at most 1.2, RSA certificates only, whoever signed them.

    Source: protocol notes, 4.1 (RSA only; self-signed works); assumed (the cipher suites: no ClientHello of
    a real plug is known, so everything that goes with RSA is offered, down to AES128-SHA).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aRSA:@SECLEVEL=0")
    return context


@functools.cache
def oldest_plug_context() -> ssl.SSLContext:
    """The same with the ciphers alone that the oldest chips have: key exchange by RSA, AES in CBC, SHA-1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA:AES256-SHA:@SECLEVEL=0")
    return context


class TlsMachine:
    """One end of one TLS connection.

    After each call, send what `data_to_send` returns, even when the call raised: it may hold the alert that
    tells the far side why. After an error the machine is of no further use.

    Attributes:
        handshake_done: plaintext can flow.
        peer_closed: the far side said that it will send no more.
    """

    __slots__ = ("_first", "_incoming", "_outgoing", "_server_side", "_tls", "handshake_done", "peer_closed")

    def __init__(
        self, context: ssl.SSLContext, *, server_side: bool, server_hostname: str | None = None
    ) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side, server_hostname)
        self._server_side = server_side
        self._first = b""  # what a client said first, until the handshake is done
        self.handshake_done = False
        self.peer_closed = False

    def start(self) -> None:
        """Begin the handshake; only a client has something to send before it hears anything."""
        self._shake_hands()

    def receive(self, ciphertext: bytes) -> bytes:
        """Take what came from the network and return the plaintext it carried, often none.

        Raises:
            LinkBroken: both speak TLS but cannot agree, or one does not trust the other.
            Malformed: what came is no TLS. On a server the sentence says what it was.
        """
        if self._server_side and not self.handshake_done and len(self._first) < HELLO_LIMIT:
            self._first += ciphertext[: HELLO_LIMIT - len(self._first)]
        self._incoming.write(ciphertext)
        if not self.handshake_done:
            self._shake_hands()
        return self._decrypt() if self.handshake_done else b""

    def write(self, plaintext: bytes) -> None:
        """Encrypt `plaintext`; fetch the result with `data_to_send`.

        Raises:
            UsageError: the handshake is not done.
            LinkError: the connection failed or was closed before.
        """
        if not self.handshake_done:
            raise UsageError("Nothing can be sent through TLS before the handshake is done.")
        if not plaintext:
            return
        try:
            self._tls.write(plaintext)
        except ssl.SSLError as error:
            raise self._failure(error) from error

    def data_to_send(self) -> bytes:
        """Return, once, the ciphertext that is due; `b""` when none is."""
        return self._outgoing.read() if self._outgoing.pending else b""

    def close_notify(self) -> None:
        """Say that no more will be sent; the far side's own farewell is not waited for."""
        if not self.handshake_done:
            return
        try:
            self._tls.unwrap()
        except (
            ssl.SSLError
        ):  # always: either the far side's farewell is missing, or the session is broken anyway
            return

    def hello(self) -> str:
        """One sentence about what the client said first, for the log of a failed handshake (server side)."""
        return describe_first_bytes(self._first)

    def peer_certificate(self) -> bytes | None:
        """The far side's certificate, DER; None while there is none."""
        return self._tls.getpeercert(binary_form=True)

    def cipher(self) -> str:
        """Agreed TLS version and cipher suite, such as `TLSv1.2 AES128-SHA`; empty while there is none."""
        agreed = self._tls.cipher()
        return f"{self._tls.version()} {agreed[0]}" if agreed else ""

    def _shake_hands(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        except ssl.SSLError as error:
            raise self._failure(error) from error
        self.handshake_done = True
        self._first = b""

    def _decrypt(self) -> bytes:
        chunks = []
        try:
            while chunk := self._tls.read(_DECRYPT_SIZE):
                chunks.append(chunk)
                # Asking once more would raise and be caught, on nearly every packet: half the cost of reading it.
                if not self._incoming.pending and not self._tls.pending():
                    return b"".join(chunks)
            self.peer_closed = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            raise self._failure(error) from error
        return b"".join(chunks)

    def _failure(self, error: ssl.SSLError) -> OwnplugError:
        said = f" {self.hello()}" if self._first else ""
        return _translate(error, said)


class TlsStream:
    """A `ByteStream` that speaks TLS over another; make one with `start_tls`.

    A far side that ends the connection without TLS's farewell has ended it all the same: plugs never say
    goodbye, and what is spoken inside has its own framing.
    """

    def __init__(self, stream: ByteStream, machine: TlsMachine) -> None:
        self._stream = stream
        self._machine = machine
        self._plain = b""  # decrypted and not yet read
        self._ended = False
        self._closed = False
        self._sending = asyncio.Lock()  # reading may have to send, too, and records must keep their order

    async def shake_hands(self) -> None:
        """Carry the handshake through.

        Raises:
            LinkError: the connection ended, or the two sides cannot agree.
            Malformed: the far side speaks no TLS.
        """
        if not self._machine.handshake_done:
            self._machine.start()
        while not self._machine.handshake_done:
            await self._flush()
            await self._take(await self._stream.read())
            if self._ended and not self._machine.handshake_done:
                raise LinkBroken(
                    "The far side ended the connection during the TLS handshake.",
                    hint="It may not speak TLS on this port, or refuse our TLS versions or certificate.",
                )
        await self._flush()

    async def read(self, max_bytes: int = READ_SIZE) -> bytes:
        """See `ByteStream.read`."""
        self._check_open()
        while not self._plain and not self._ended:
            await self._take(await self._stream.read())
        chunk, self._plain = self._plain[:max_bytes], self._plain[max_bytes:]
        return chunk

    async def write(self, data: bytes) -> None:
        """See `ByteStream.write`."""
        self._check_open()
        self._machine.write(data)
        await self._flush()

    async def close(self) -> None:
        """See `ByteStream.close`; says TLS's farewell first."""
        if self._closed:
            return
        self._closed = True
        self._machine.close_notify()
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._flush()
        except (LinkError, TimeoutError):  # gone already, or nobody takes the rest
            self._stream.abort()
        await self._stream.close()

    def abort(self) -> None:
        """See `ByteStream.abort`."""
        self._closed = True
        self._stream.abort()

    def _check_open(self) -> None:
        if self._closed:
            raise LinkClosed("The TLS connection was closed by this side.")

    async def _take(self, ciphertext: bytes) -> None:
        if not ciphertext:
            self._ended = True
            return
        try:
            self._plain += self._machine.receive(ciphertext)
        except OwnplugError:
            with contextlib.suppress(LinkError):  # the alert is a courtesy; what went wrong is the news
                await self._flush()
            raise
        self._ended = self._machine.peer_closed
        if (
            not self._sending.locked()
        ):  # whoever sends now also sends this; waiting here could be for each other
            await self._flush()

    async def _flush(self) -> None:
        async with self._sending:
            while data := self._machine.data_to_send():
                await self._stream.write(data)


async def start_tls(stream: ByteStream, machine: TlsMachine) -> TlsStream:
    """Carry a handshake through over `stream`; on failure the stream is aborted.

    Raises:
        LinkError: the connection ended, or the two sides cannot agree.
        Malformed: the far side speaks no TLS.
    """
    encrypted = TlsStream(stream, machine)
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(stream.abort)
        await encrypted.shake_hands()
        on_failure.pop_all()
    return encrypted


def _translate(error: ssl.SSLError, said: str) -> OwnplugError:
    """Say in a sentence why TLS failed; `said` is what the client offered, if we know."""
    reason = _reason(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return LinkBroken(
            f"The certificate of the far side is not trusted: {error.verify_message or reason}.",
            hint="Name the right CA file, and reach the far side by a name that its certificate carries.",
        )
    if "alert" in reason:
        return LinkBroken(f"The far side ended the TLS handshake: {reason}.{said}")
    if error.reason in {"NO_SHARED_CIPHER", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW"}:
        return LinkBroken(
            f"The two sides have no TLS version or cipher in common ({reason}).{said}",
            hint="Very old plugs need the legacy listener.",
        )
    return Malformed(f"What came is not the TLS that was expected ({reason}).{said}")


def _reason(error: OSError) -> str:
    """The library's own words, without their ornaments."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return (error.strerror or str(error)).rstrip(".")
