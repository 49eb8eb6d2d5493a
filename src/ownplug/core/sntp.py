"""The time by SNTP: what a client asks, what a server answers. 48 bytes each way.

Source: RFC 4330 (version 4).
"""

from __future__ import annotations

import struct

from ownplug.core.errors import Malformed

SNTP_PORT = 123

_PACKET = struct.Struct(
    "!BBbb3I4Q"
)  # flags, stratum, poll, precision, delay, dispersion, who, four timestamps
_CLIENT, _SERVER = 3, 4
_VERSIONS = range(1, 5)
_UNSYNCHRONISED = 3
_STRATUM = 10  # we are far from any atomic clock, and say so
_PRECISION = -20  # 2**-20 s
_LOCAL = int.from_bytes(b"LOCL", "big")
_EPOCH_S = 2_208_988_800  # from 1900 to 1970
_FRACTIONS = 2**32
_ERA_S = 2**32  # the clock of the protocol turns over in 2036


def encode_question(now_s: float) -> bytes:
    """Ask for the time; `now_s` is what the asker believes, and comes back as proof that it is an answer."""
    return _PACKET.pack(4 << 3 | _CLIENT, 0, 0, 0, 0, 0, 0, 0, 0, 0, _stamp(now_s))


def encode_answer(question: bytes, now_s: float) -> bytes:
    """Answer a question at Unix time `now_s`, in the version in which it was asked.

    Raises:
        Malformed: that is no question.
    """
    flags, *_, asked = _decode(question)
    version, mode = flags >> 3 & 7, flags & 7
    if mode != _CLIENT or version not in _VERSIONS:
        raise Malformed("That is no question for the time.")
    now = _stamp(now_s)
    poll = question[2]
    return _PACKET.pack(
        version << 3 | _SERVER, _STRATUM, min(poll, 17), _PRECISION, 0, 0, _LOCAL, now, asked, now, now
    )


def decode_answer(answer: bytes, question: bytes) -> float:
    """The Unix time that an answer to this question tells.

    Raises:
        Malformed: it is none, answers another question, or its server does not know the time either.
    """
    flags, stratum, *_, origin, _received, sent = _decode(answer)
    *_, asked = _decode(question)
    if flags & 7 != _SERVER or origin != asked:
        raise Malformed("That is no answer to this question for the time.")
    if flags >> 6 == _UNSYNCHRONISED or not 0 < stratum < 16 or not sent:
        raise Malformed("The time server does not know the time.")
    since_1900_s = sent / _FRACTIONS
    if since_1900_s < _EPOCH_S:  # the next era: 1970 is long past
        since_1900_s += _ERA_S
    return since_1900_s - _EPOCH_S


def _decode(data: bytes) -> tuple[int, ...]:
    if len(data) < _PACKET.size:
        raise Malformed("A message of SNTP has 48 bytes at least.")
    return _PACKET.unpack_from(data)


def _stamp(unix_s: float) -> int:
    return int((unix_s + _EPOCH_S) * _FRACTIONS) % (_ERA_S * _FRACTIONS)
