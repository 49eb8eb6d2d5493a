"""The vendor's HTTP interface in bytes: how a call is signed and read, and what an answer looks like.

Source: four published programs that call it agree (protocol notes, 8), and the answers that their users have quoted.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from ownplug.core.meross.sign import md5_hex

# Every program carries it, so it proves nothing but that a call arrived whole.
_SALT = "23x17ahWarFH6w29"
_FIELDS = 32  # of a form; a call has four


class ApiStatus(Enum):
    """How a call ended: the number, and the words that come with it."""

    OK = (0, "Success")
    NO_USER = (1000, "Missing email")
    NO_PASSWORD = (1001, "Missing password")
    WRONG_LOGIN = (1004, "Wrong email or password")
    BAD_PASSWORD_FORMAT = (1006, "Bad password format")
    TOKEN_ERROR = (1022, "Token error")
    WRONG_SIGN = (1023, "Sign check failed")  # Source: an answer quoted in MerossIot's issue 19
    TOO_FREQUENT = (1028, "Requested too frequently")
    ACCESS_DENIED = (1043, "Resource access deny")
    TOKEN_EXPIRED = (1200, "Token has expired")
    NO_TOKEN_MADE = (1201, "Server was unable to generate token")
    SYSTEM_ERROR = (10001, "System error")
    INVALID_PARAMETER = (20101, "Invalid parameter")
    NOT_FOUND = (20106, "Not existing resource")

    @property
    def code(self) -> int:
        """The number that programs look at."""
        return self.value[0]

    @property
    def info(self) -> str:
        """The words that they show."""
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """A call whose signature is right: what it asks with."""

    params: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """What is answered; on errors `data` is an empty object, because programs look into it without asking."""

    status: ApiStatus = ApiStatus.OK
    data: dict[str, Any] | list[dict[str, Any]] = field(default_factory=dict)

    def encode(self, *, now_s: float) -> bytes:
        """Return the body of the answer, whose HTTP status is 200 whatever it says."""
        return msgspec.json.encode(
            {
                "apiStatus": self.status.code,
                "sysStatus": 0,
                "info": self.status.info,
                "timeStamp": int(now_s),
                "data": self.data,
            }
        )


def sign_call(params: str, *, timestamp: str, nonce: str) -> str:
    """Return the signature of a call; `params` are base64, as they are sent."""
    return md5_hex(f"{_SALT}{timestamp}{nonce}{params}")


def read_call(body: bytes) -> ApiCall | ApiStatus:
    """Read the body of a call, which is a JSON object or a form; say what is wrong with one that cannot be read."""
    fields = _json_fields(body) if body.lstrip()[:1] == b"{" else _form_fields(body)
    if fields is None:
        return ApiStatus.INVALID_PARAMETER
    params, sign, nonce = fields.get("params"), fields.get("sign"), fields.get("nonce")
    timestamp = _timestamp(fields.get("timestamp"))
    if not (isinstance(params, str) and isinstance(sign, str) and isinstance(nonce, str) and timestamp):
        return ApiStatus.INVALID_PARAMETER
    expected = sign_call(params, timestamp=timestamp, nonce=nonce)
    if not hmac.compare_digest(expected.encode(), sign.lower().encode("utf-8", "replace")):
        return ApiStatus.WRONG_SIGN
    told = _params(params)
    return ApiStatus.INVALID_PARAMETER if told is None else ApiCall(params=told)


def _json_fields(body: bytes) -> dict[str, Any] | None:
    try:
        found: Any = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None


def _form_fields(body: bytes) -> dict[str, Any] | None:
    try:
        text = body.decode("ascii")  # all else is written in percent signs
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS))
    except (UnicodeDecodeError, ValueError):
        return None


def _timestamp(value: object) -> str | None:
    """Return it as it was signed: programs send a number, or its digits."""
    match value:
        case bool():
            return None
        case int():
            return str(value)
        case str() if value.isascii() and value.isdigit():
            return value
    return None


def _params(text: str) -> dict[str, Any] | None:
    try:
        return _json_fields(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return None
