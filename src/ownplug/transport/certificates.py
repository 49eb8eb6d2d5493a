"""The certificates of a home: an own CA for decades, and under it a server certificate for the broker.

Plugs take no certificate but RSA; some early ones insist that its common name is the address they were given,
and that the CA is called otherwise. Clients verify strictly (RFC 5280, as Python 3.13 does). So: RSA-2048,
the advertised host first, all names beside it. The CA is never replaced, because people have told their
programs to trust it; the server certificate is, whenever a name is missing or its end is near.

Files appear whole or not at all, and keys are never readable by others, not even for a moment.
"""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ownplug.core.errors import Malformed, UsageError
from ownplug.transport.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ownplug.aio import Clock

_CA_DAYS = 30 * 365  # longer than any plug lives
_SERVER_DAYS = 825  # the longest that Apple's systems accept
_RENEW_DAYS = 30  # before its end
_BACKDATE = timedelta(days=2)  # plugs and small computers wake up with a clock that is behind
_RSA_BITS = 2048
_SET_CLOCK = datetime(2025, 1, 1, tzinfo=UTC)  # a clock before this was never set
_NAME_LIMIT = 64  # characters in a common name, RFC 5280 appendix A.1


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """Where the certificates lie, and whether they are new.

    Attributes:
        ca: the certificate to give to programs that shall trust the broker; public.
        server: the server certificate followed by the CA's.
        server_key: the private key of the server certificate, 0600.
        reissued: the server certificate was made just now; a running listener must load it.
    """

    ca: Path
    server: Path
    server_key: Path
    reissued: bool


async def ensure_certificates(directory: Path, hosts: Sequence[str], clock: Clock) -> CertificateFiles:
    """Make what is missing, keep what is good; takes up to seconds, in a thread.

    Args:
        directory: made with mode 0700 if it is not there.
        hosts: names and addresses by which clients reach the server; the first is what plugs are told.
        clock: tells whether the server certificate ends soon.

    Raises:
        UsageError: no host, a host that fits no certificate, or files that are damaged or not ours to write.
    """
    if not hosts:
        raise UsageError("A certificate needs at least one host name or address.")
    names = [_subject_name(host) for host in hosts]
    wanted = _Wanted(host=str(names[0].value)[:_NAME_LIMIT], names=names, now=clock.now())
    return await asyncio.to_thread(_ensure, directory, wanted)


def fingerprint(certificate: Path) -> str:
    """Return the SHA-256 of a certificate as devices show it to people: pairs of digits with colons.

    Raises:
        UsageError: the file is missing or no certificate.
    """
    try:
        digest = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256())
    except (OSError, ValueError) as error:
        raise UsageError(f"{certificate} is no certificate: {error}.") from error
    return digest.hex(":").upper()


def check_certificates(directory: Path) -> None:
    """Make sure that CA and server certificate fit their keys and each other; their ends and names may change.

    Blocks: call it from a thread where an event loop runs.

    Raises:
        Malformed: a file is missing or damaged, or two do not fit.
    """
    try:
        ca, server = (
            x509.load_pem_x509_certificate((directory / name).read_bytes())
            for name in ("ca.pem", "server.pem")
        )
        server.verify_directly_issued_by(ca)
        for certificate, name in ((ca, "ca.key"), (server, "server.key")):
            if _load_key(directory / name).public_key() != certificate.public_key():
                raise ValueError(f"{name} is the key of another certificate")
    except InvalidSignature as error:
        raise Malformed("The server certificate is not of the home's own CA.") from error
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Malformed(f"The home's certificates are damaged: {error}.") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the server certificate shall say, and when it is."""

    host: str
    names: list[x509.GeneralName]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Authority:
    """The CA and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


def _ensure(directory: Path, wanted: _Wanted) -> CertificateFiles:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        ca = _ensure_ca(directory, wanted.now)
        reissued = not _is_good(directory, ca, wanted)
        if reissued:
            _issue_server(directory, ca, wanted)
    except OSError as error:
        raise UsageError(f"The certificates in {directory} cannot be read or written: {error}.") from error
    return CertificateFiles(
        ca=directory / "ca.pem",
        server=directory / "server.pem",
        server_key=directory / "server.key",
        reissued=reissued,
    )


def _ensure_ca(directory: Path, now: datetime) -> _Authority:
    if not (directory / "ca.pem").exists():
        return _issue_ca(directory, now)
    try:
        certificate = x509.load_pem_x509_certificate((directory / "ca.pem").read_bytes())
        return _Authority(certificate=certificate, key=_load_key(directory / "ca.key"))
    except (ValueError, TypeError, FileNotFoundError) as error:
        raise UsageError(
            f"The CA in {directory} is damaged: {error}.",
            hint="Restore ca.pem and ca.key from a backup. Or remove both; "
            "then all programs that trust the old CA must be given the new one.",
        ) from error


def _issue_ca(directory: Path, now: datetime) -> _Authority:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    tail = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()[:8]
    name = _common_name(f"ownplug CA {tail}")  # two homes' CAs are told apart in a list of trusted ones
    certificate = (
        _builder(name, key, now, _CA_DAYS)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(of_ca=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(directory / "ca.key", key)
    write_whole(directory / "ca.pem", _pem(certificate), mode=0o644)
    return _Authority(certificate=certificate, key=key)


def _issue_server(directory: Path, ca: _Authority, wanted: _Wanted) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    certificate = (
        _builder(_common_name(wanted.host), key, wanted.now, _SERVER_DAYS)
        .issuer_name(ca.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(of_ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(wanted.names), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()), critical=False
        )
        .sign(ca.key, hashes.SHA256())
    )
    _write_key(directory / "server.key", key)
    write_whole(directory / "server.pem", _pem(certificate) + _pem(ca.certificate), mode=0o644)


def _is_good(directory: Path, ca: _Authority, wanted: _Wanted) -> bool:
    """Whether the server certificate can stay: ours, with its key, for these names, for a while yet."""
    try:
        certificate = x509.load_pem_x509_certificate((directory / "server.pem").read_bytes())
        certificate.verify_directly_issued_by(ca.certificate)
        key = _load_key(directory / "server.key")
        covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return (
        key.public_key() == certificate.public_key()
        and certificate.subject == _common_name(wanted.host)
        and set(covered) >= set(wanted.names)
        and certificate.not_valid_after_utc - wanted.now > timedelta(days=_RENEW_DAYS)
    )


def _builder(subject: x509.Name, key: rsa.RSAPrivateKey, now: datetime, days: int) -> x509.CertificateBuilder:
    """What CA and server certificate have in common."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(max(now, _SET_CLOCK) + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, of_ca: bool) -> x509.KeyUsage:
    """A CA signs certificates; a server signs handshakes and, for suites like AES128-SHA, decrypts keys."""
    return x509.KeyUsage(
        digital_signature=not of_ca,
        key_encipherment=not of_ca,
        key_cert_sign=of_ca,
        crl_sign=of_ca,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _subject_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host.partition("%")[0]))  # without an IPv6 zone
    except ValueError:
        pass
    try:
        name = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise UsageError(f"{host!r} is neither a host name nor an address.") from error
    if not name:
        raise UsageError("A host name in the certificate is empty.")
    return x509.DNSName(name)


def _load_key(file: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{file} holds no RSA key")
    return key


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_key(file: Path, key: rsa.RSAPrivateKey) -> None:
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_whole(file, text, mode=0o600)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What matters of a server's certificate.

    Attributes:
        key: its kind and size, such as `RSA 2048` or `ECDSA secp256r1`.
        is_rsa: whether plugs can use it.
        names: host names and addresses that it is good for.
        ends: when it ends.
    """

    key: str
    is_rsa: bool
    names: tuple[str, ...]
    ends: datetime


def read_certificate(der: bytes) -> CertificateFacts:
    """Read what a server showed.

    Raises:
        Malformed: it is no certificate.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
        names = _names_of(certificate)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed(f"The server's certificate cannot be read: {error}.") from error
    match key:
        case rsa.RSAPublicKey():
            kind = f"RSA {key.key_size}"
        case ec.EllipticCurvePublicKey():
            kind = f"ECDSA {key.curve.name}"
        case _:
            kind = type(key).__name__.removesuffix("PublicKey").lstrip("_")
    return CertificateFacts(
        key=kind,
        is_rsa=isinstance(key, rsa.RSAPublicKey),
        names=names,
        ends=certificate.not_valid_after_utc,
    )


def _names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return tuple(
            str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        )
    return tuple(str(name.value) for name in covered)
