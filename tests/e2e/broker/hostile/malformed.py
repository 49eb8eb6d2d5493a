"""Packets that break a rule, made field by field from packets that break none.

Written from the standard, not from our decoder: each case names the field and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BAD_TEXTS = {
    "U+0000": b"a\x00b",
    "a lone surrogate": b"\xed\xa0\x80",
    "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "an overlong slash": b"\xc0\xaf",
    "beyond U+10FFFF": b"\xf4\x90\x80\x80",
    "half a character": b"\xe2\x82",
    "a byte that no text has": b"\xff",
    "a continuation alone": b"\x80",
}
NO_TOPICS = {"no character": b"", "a plus": b"a/+", "a hash": b"a/#", "a plus in a word": b"a+b"}
NO_FILTERS = {
    "no character": b"",
    "a hash in a word": b"a#",
    "a hash in the middle": b"a/#/b",
    "a plus in a word": b"a+/b",
    "two hashes": b"##",
}
_TOPIC = b"local/a"


@dataclass(frozen=True)
class Case:
    """Bytes that a server must answer by closing, whatever came before them."""

    what: str
    data: bytes


def text(content: bytes) -> bytes:
    return len(content).to_bytes(2, "big") + content


def length(number: int) -> bytes:
    """A remaining length (section 2.2.3)."""
    digits = bytearray()
    while True:
        number, digit = divmod(number, 128)
        digits.append(digit | (128 if number else 0))
        if not number:
            return bytes(digits)


def packet(first: int, body: bytes) -> bytes:
    return bytes([first]) + length(len(body)) + body


def connect(
    *,
    name: bytes = b"MQTT",
    level: int = 4,
    flags: int = 0xC2,
    fields: tuple[bytes, ...] = (b"evil", b"evil", b"pw"),
) -> bytes:
    """A CONNECT whose fields are what they are told to be."""
    return packet(0x10, text(name) + bytes([level, flags]) + b"\x00\x3c" + b"".join(map(text, fields)))


def broken_connects() -> Iterator[Case]:
    """For a connection on which nothing has been said."""
    good = connect()
    body = good[2:]
    for flags in range(1, 16):
        yield Case(f"CONNECT with flags {flags:#x} in its first byte", bytes([0x10 | flags]) + good[1:])
    for size in range(len(body)):
        yield Case(f"CONNECT that ends after {size} bytes", packet(0x10, body[:size]))
    yield Case("CONNECT that goes on", packet(0x10, body + b"\x00"))
    will = connect(flags=0xCE, fields=(b"evil", b"local/a", b"gone", b"evil", b"pw"))[2:]
    for where, start in _lengths(will, [(0, 0), (10, 4)]):
        for lie in (0xFFFF, 0x7FFF):
            yield Case(
                f"CONNECT whose {where} claims {lie} bytes", packet(0x10, _with_length(will, start, lie))
            )
    yield from _connects_with_bad_texts()
    yield from _connects_that_contradict_themselves()


def _connects_with_bad_texts() -> Iterator[Case]:
    for which in range(4):
        for why, bad in BAD_TEXTS.items():
            fields = [b"evil", b"local/a", b"evil", b"pw"]
            if which == 3:
                yield Case(f"CONNECT with {why} in its protocol name", connect(name=bad))
                continue
            fields[which] = bad
            client_id, topic, user, password = fields
            yield Case(
                f"CONNECT with {why} in text {which}",
                connect(flags=0xC6, fields=(client_id, topic, b"gone", user, password)),
            )
    for why, bad in NO_TOPICS.items():
        fields = [b"evil", bad, b"gone", b"evil", b"pw"]
        yield Case(f"a will whose topic has {why}", connect(flags=0xC6, fields=tuple(fields)))


def _connects_that_contradict_themselves() -> Iterator[Case]:
    yield Case("CONNECT with its reserved flag", connect(flags=0xC3))
    yield Case("a will of QoS 3", connect(flags=0xDE, fields=(b"evil", b"local/a", b"x", b"evil", b"pw")))
    yield Case("QoS of a will that is not there", connect(flags=0xCA))
    yield Case("RETAIN of a will that is not there", connect(flags=0xE2))
    yield Case("a password without a user", connect(flags=0x42, fields=(b"evil", b"pw")))
    for name in (b"", b"mqtt", b"MQTT\x00", b"HTTP", b"MQIsdpp", b"M" * 0x1000):
        yield Case(f"the protocol name {name[:8]!r}", connect(name=name))
    for level in (0, 1, 2, 3, 5, 6, 0x7F, 0x83, 0x84, 0xFF):
        yield Case(f"level {level} of MQTT", connect(level=level))
    yield Case("3.1 without a client id", connect(name=b"MQIsdp", level=3, fields=(b"", b"evil", b"pw")))
    yield Case("no client id, and a session that stays", connect(flags=0xC0, fields=(b"", b"evil", b"pw")))
    yield Case("a length of five bytes", b"\x10\x80\x80\x80\x80\x01" + connect()[2:])
    yield Case("a length of four bytes for nothing", b"\x10\x80\x80\x80\x00")


def broken_packets() -> Iterator[Case]:
    """For a client of 3.1.1 that was let in, or for one that was not."""
    yield from _wrong_first_bytes()
    yield from _broken_publishes()
    yield from _broken_acknowledgements()
    yield from _broken_lists(0x82, "SUBSCRIBE", b"\x00")
    yield from _broken_lists(0xA2, "UNSUBSCRIBE", b"")
    for qos in (3, 4, 0x7F, 0x80, 0x81, 0xFF):
        yield Case(f"SUBSCRIBE with QoS {qos:#x}", packet(0x82, b"\x00\x01" + text(_TOPIC) + bytes([qos])))
    for first, what in ((0xC0, "PINGREQ"), (0xE0, "DISCONNECT")):
        yield Case(f"{what} with a body", packet(first, b"\x00"))
        yield Case(f"{what} of 128 bytes", packet(first, bytes(128)))
    for first in (0x30, 0x82, 0xC0):
        yield Case(f"{first:#x} with a length of five bytes", bytes([first]) + b"\xff\xff\xff\xff\x01")
        yield Case(f"{first:#x} of 268,435,455 bytes", bytes([first]) + b"\xff\xff\xff\x7f")


def _wrong_first_bytes() -> Iterator[Case]:
    right = {0x40, 0x50, 0x62, 0x70, 0x82, 0xA2, 0xC0, 0xE0}
    for first in range(256):
        if first >> 4 == 3:
            if first & 6 == 6 or first in {0x38, 0x39}:
                yield Case(f"PUBLISH with flags {first & 15:#x}", packet(first, text(_TOPIC) + b"\x00\x01"))
        elif first not in right:
            body = {8: b"\x00\x01" + text(_TOPIC) + b"\x00", 10: b"\x00\x01" + text(_TOPIC)}
            bodies = {1: connect()[2:], 2: b"\x00\x00", 9: b"\x00\x01\x00", 12: b"", 13: b"", 14: b""} | body
            yield Case(f"the first byte {first:#04x}", packet(first, bodies.get(first >> 4, b"\x00\x01")))


def _broken_publishes() -> Iterator[Case]:
    for qos in (1, 2):
        body = text(_TOPIC) + b"\x00\x01"
        first = 0x30 | qos << 1
        for size in range(len(body)):
            yield Case(f"PUBLISH of QoS {qos} that ends after {size} bytes", packet(first, body[:size]))
        yield Case(f"PUBLISH of QoS {qos} with packet id 0", packet(first, text(_TOPIC) + b"\x00\x00"))
    for size in range(2 + len(_TOPIC)):
        yield Case(f"PUBLISH that ends after {size} bytes", packet(0x30, text(_TOPIC)[:size]))
    for lie in (len(_TOPIC) + 1, 0x7FFF, 0xFFFF):
        yield Case(f"PUBLISH whose topic claims {lie} bytes", packet(0x30, lie.to_bytes(2, "big") + _TOPIC))
    for why, bad in {**BAD_TEXTS, **NO_TOPICS}.items():
        yield Case(f"PUBLISH whose topic has {why}", packet(0x30, text(bad) + b"x"))


def _broken_acknowledgements() -> Iterator[Case]:
    for first, what in ((0x40, "PUBACK"), (0x50, "PUBREC"), (0x62, "PUBREL"), (0x70, "PUBCOMP")):
        for body in (b"", b"\x00", b"\x00\x00", b"\x00\x01\x00", bytes(200)):
            yield Case(f"{what} with the {len(body)} bytes {body[:4].hex()}", packet(first, body))


def _broken_lists(first: int, what: str, tail: bytes) -> Iterator[Case]:
    body = b"\x00\x01" + text(_TOPIC) + tail
    for size in range(len(body)):
        yield Case(f"{what} that ends after {size} bytes", packet(first, body[:size]))
    yield Case(f"{what} that goes on", packet(first, body + b"\x00"))
    yield Case(f"{what} with packet id 0", packet(first, b"\x00\x00" + body[2:]))
    for lie in (0, len(_TOPIC) + 2, 0x7FFF, 0xFFFF):
        yield Case(f"{what} whose filter claims {lie} bytes", packet(first, _with_length(body, 2, lie)))
    for why, bad in {**BAD_TEXTS, **NO_FILTERS}.items():
        yield Case(f"{what} whose filter has {why}", packet(first, b"\x00\x01" + text(bad) + tail))


def _lengths(body: bytes, starts: list[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """Where the lengths of a CONNECT's texts stand: of its name, and of the fields after its keepalive."""
    for start, count in starts:
        at = start
        for number in range(max(count, 1)):
            yield f"text {number} from byte {start}", at
            at += 2 + int.from_bytes(body[at : at + 2], "big")


def _with_length(body: bytes, start: int, lie: int) -> bytes:
    return body[:start] + lie.to_bytes(2, "big") + body[start + 2 :]
