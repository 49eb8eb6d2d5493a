"""What a client said first: the TLS versions and ciphers it offered, or that it spoke no TLS at all.

Plugs of a dozen hardware generations bring TLS stacks nobody has documented. When a handshake fails, these
bytes are the only witness, so they are put into one sentence for the log. Pure; any bytes are read safely.

Source: RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2 (ClientHello), RFC 6066 section 3 (server name).
"""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.errors import Malformed

HELLO_LIMIT = 5 + 16384  # bytes; one TLS record and its header, and all that parsing ever looks at

_HANDSHAKE = 22
_CLIENT_HELLO = 1
_SERVER_NAME = 0
_SUPPORTED_VERSIONS = 43
_NAMES_TOLD = 12  # ciphers in the sentence; the rest is counted

_VERSIONS = {0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}

_HTTP_METHODS = (b"GET ", b"POST ", b"PUT ", b"HEAD ", b"OPTIONS ", b"CONNECT ", b"DELETE ", b"PRI ")

# OpenSSL's names, because those are what goes into a cipher list; weak ones too, for old stacks offer them.
_CIPHERS = {
    0x0004: "RC4-MD5",
    0x0005: "RC4-SHA",
    0x0009: "DES-CBC-SHA",
    0x000A: "DES-CBC3-SHA",
    0x0016: "DHE-RSA-DES-CBC3-SHA",
    0x002F: "AES128-SHA",
    0x0033: "DHE-RSA-AES128-SHA",
    0x0035: "AES256-SHA",
    0x0039: "DHE-RSA-AES256-SHA",
    0x003C: "AES128-SHA256",
    0x003D: "AES256-SHA256",
    0x0041: "CAMELLIA128-SHA",
    0x0067: "DHE-RSA-AES128-SHA256",
    0x006B: "DHE-RSA-AES256-SHA256",
    0x0084: "CAMELLIA256-SHA",
    0x008C: "PSK-AES128-CBC-SHA",
    0x008D: "PSK-AES256-CBC-SHA",
    0x009C: "AES128-GCM-SHA256",
    0x009D: "AES256-GCM-SHA384",
    0x009E: "DHE-RSA-AES128-GCM-SHA256",
    0x009F: "DHE-RSA-AES256-GCM-SHA384",
    0x1301: "TLS_AES_128_GCM_SHA256",
    0x1302: "TLS_AES_256_GCM_SHA384",
    0x1303: "TLS_CHACHA20_POLY1305_SHA256",
    0xC009: "ECDHE-ECDSA-AES128-SHA",
    0xC00A: "ECDHE-ECDSA-AES256-SHA",
    0xC011: "ECDHE-RSA-RC4-SHA",
    0xC012: "ECDHE-RSA-DES-CBC3-SHA",
    0xC013: "ECDHE-RSA-AES128-SHA",
    0xC014: "ECDHE-RSA-AES256-SHA",
    0xC023: "ECDHE-ECDSA-AES128-SHA256",
    0xC024: "ECDHE-ECDSA-AES256-SHA384",
    0xC027: "ECDHE-RSA-AES128-SHA256",
    0xC028: "ECDHE-RSA-AES256-SHA384",
    0xC02B: "ECDHE-ECDSA-AES128-GCM-SHA256",
    0xC02C: "ECDHE-ECDSA-AES256-GCM-SHA384",
    0xC02F: "ECDHE-RSA-AES128-GCM-SHA256",
    0xC030: "ECDHE-RSA-AES256-GCM-SHA384",
    0xCCA8: "ECDHE-RSA-CHACHA20-POLY1305",
    0xCCA9: "ECDHE-ECDSA-CHACHA20-POLY1305",
    0xCCAA: "DHE-RSA-CHACHA20-POLY1305",
}
_SIGNALS = {0x00FF, 0x5600}  # renegotiation info and fallback: flags in the cipher list, not ciphers


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHello:
    """What a TLS client offered.

    Attributes:
        versions: as on the wire, lowest first; 0x0303 is TLS 1.2. The first is a lower bound only where the
            client listed its versions (TLS 1.3 style); older clients name just the highest they speak.
        cipher_suites: as on the wire, in the client's order of preference, without signalling values.
        server_name: the host it believes to talk to; text from the network, so print it with `ascii()`.
    """

    versions: tuple[int, ...]
    cipher_suites: tuple[int, ...]
    server_name: str | None

    @classmethod
    def parse(cls, data: bytes) -> ClientHello | None:
        """Read the hello from the first bytes of a connection; None while more bytes are needed.

        Raises:
            Malformed: this is no TLS hello; the sentence says what it is, as far as that can be told.
        """
        if other := _other_language(data):
            raise Malformed(other)
        if len(data) < 9:
            return None
        body_length = int.from_bytes(data[6:9], "big")
        if not body_length + 4 <= int.from_bytes(data[3:5], "big") <= HELLO_LIMIT - 5:
            raise Malformed("The client split its TLS hello over several records, or garbled it.")
        if len(data) < 9 + body_length:
            return None
        return _read_hello(data[9 : 9 + body_length])

    @property
    def cipher_names(self) -> tuple[str, ...]:
        """OpenSSL's name of each cipher suite, or its number as `0xC0FF`."""
        return tuple(_CIPHERS.get(suite, f"0x{suite:04X}") for suite in self.cipher_suites)

    def describe(self) -> str:
        """One sentence for the log: what this client can do."""
        versions = ", ".join(_VERSIONS.get(version, f"version 0x{version:04X}") for version in self.versions)
        names = list(self.cipher_names[:_NAMES_TOLD])
        if more := len(self.cipher_suites) - len(names):
            names.append(f"{more} more")
        name = "" if self.server_name is None else f" to {self.server_name!a}"
        return (
            f"The client offered {versions or 'no TLS version'}{name} with {', '.join(names) or 'no cipher'}."
        )


def describe_first_bytes(data: bytes) -> str:
    """One sentence for the log about a connection whose TLS handshake failed; takes any bytes."""
    if not data:
        return "The client sent nothing."
    try:
        hello = ClientHello.parse(data[:HELLO_LIMIT])
    except Malformed as problem:
        return str(problem)
    if hello is None:
        return f"The client sent only the first {len(data)} bytes of a TLS hello."
    return hello.describe()


def _other_language(data: bytes) -> str | None:
    """Name what is not TLS; None as long as it may be TLS."""
    if data.startswith(_HTTP_METHODS):
        return "The client spoke HTTP without TLS."
    if data[:1] == b"\x10":
        if data[2:16].find(b"MQIsdp") >= 0 or data[2:16].find(b"MQTT") >= 0:
            return "The client spoke MQTT without TLS; the listener without TLS has another port."
        return "The client began like MQTT without TLS."
    if len(data) >= 3 and data[0] & 0x80 and data[2] == _CLIENT_HELLO:
        return "The client sent an SSL 2 hello, which nothing supports any more."
    expected = bytes([_HANDSHAKE, 3])
    if data[:2] != expected[: len(data)] or (len(data) > 5 and data[5] != _CLIENT_HELLO):
        return f"The client did not begin a TLS handshake; its first bytes were {data[:8].hex(' ')}."
    return None


def _read_hello(body: bytes) -> ClientHello:
    cursor = _Cursor(body)
    highest = cursor.number(2)
    cursor.take(32)  # random
    cursor.block(1)  # session id
    suites = _numbers(cursor.block(2))
    cursor.block(1)  # compression methods
    extensions = _read_extensions(cursor.block(2)) if cursor.left else {}
    return ClientHello(
        versions=_versions(extensions.get(_SUPPORTED_VERSIONS)) or (highest,),
        cipher_suites=tuple(suite for suite in suites if suite not in _SIGNALS and not _is_grease(suite)),
        server_name=_server_name(extensions.get(_SERVER_NAME)),
    )


def _read_extensions(block: bytes) -> dict[int, bytes]:
    cursor = _Cursor(block)
    found: dict[int, bytes] = {}
    while cursor.left:
        kind = cursor.number(2)
        found[kind] = cursor.block(2)
    return found


def _versions(extension: bytes | None) -> tuple[int, ...]:
    if extension is None:
        return ()
    return tuple(sorted(v for v in _numbers(_Cursor(extension).block(1)) if not _is_grease(v)))


def _server_name(extension: bytes | None) -> str | None:
    if not extension:
        return None
    names = _Cursor(_Cursor(extension).block(2))
    names.take(1)  # the only kind there is: a host name
    return names.block(2)[:255].decode("ascii", "backslashreplace")


def _numbers(block: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(block[i : i + 2], "big") for i in range(0, len(block) - 1, 2))


def _is_grease(number: int) -> bool:
    """Whether this is one of the meaningless numbers that keep servers tolerant (RFC 8701)."""
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF


class _Cursor:
    """Reads big-endian numbers and length-prefixed blocks, and never past the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise Malformed("The client garbled its TLS hello: a length in it points past its end.")
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def block(self, length_size: int) -> bytes:
        return self.take(self.number(length_size))
