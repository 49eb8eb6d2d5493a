"""What of a message may be shown to a person: the payload with its secrets as `***`.

A list of what is hidden: by namespace where all of it is nobody's business, by the name of a field at any depth of
any namespace, known or not, and by value for texts that hold a secret which the caller knows.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote

from ownplug.core.meross import namespaces as ns

MASK = "***"

SECRET_NAMESPACES = frozenset(
    {
        ns.CONFIG_INFO,  # the code by which a plug is taken into HomeKit
        ns.CONFIG_KEY,
        ns.CONFIG_TRACE,
        ns.CONFIG_WIFI,
        ns.CONFIG_WIFI_LIST,
        ns.CONFIG_WIFI_X,
        ns.ENCRYPT_ECDHE,
        ns.SYSTEM_POSITION,
    }
)
"""Of these every value is hidden. Source: protocol notes, 3.2 and 5.8 (what they carry)."""

SECRET_FIELDS = frozenset(
    {
        *("key", "sign", "signature", "token", "secret", "password", "passwd", "passphrase", "pwd", "psk"),
        *("ssid", "bssid", "wifimac", "gatewaymac", "routermac"),
        *("setupcode", "setupid", "sn"),
        *("longitude", "latitude", "position", "suncalc"),
        *("userid", "username", "user", "email"),
    }
)
"""Names of fields, in small letters, whose values are hidden wherever they stand.

Sunrise and sunset (`suncalc`) tell where a plug is to some ten kilometres.
Source: protocol notes, 3.2, 5.8 (names that are known); assumed (the rest).
"""

_SHORTEST = 4  # characters; a shorter secret would hide half of every text that is not it


def mask_payload(namespace: str, payload: dict[str, Any], secrets: Collection[str] = ()) -> dict[str, Any]:
    """Return a payload with `***` in place of each secret; what is no secret stays as it is.

    Args:
        namespace: the subject of the message.
        payload: plain values, as `Message.data` returns them.
        secrets: texts that are hidden wherever they stand, also inside of others and as Base64, hex or in a URL.

    Examples:
        >>> mask_payload("Appliance.New.Thing", {"level": 3, "ssid": "Home"})
        {'level': 3, 'ssid': '***'}
    """
    return _payload(namespace, payload, _known(secrets))


def mask_text(text: str, secrets: Collection[str]) -> str:
    """Return a text with `***` in place of each of these secrets, in any of those writings."""
    return _text(text, _known(secrets))


def _payload(namespace: str, payload: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    if namespace in SECRET_NAMESPACES:
        return {_text(name, known): _hidden(value) for name, value in payload.items()}
    return _object(payload, known)


def _known(secrets: Collection[str]) -> tuple[str, ...]:
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
    return tuple(sorted(forms, key=len, reverse=True))  # the longest first: one may be part of another


def _forms(secret: str) -> Iterator[str]:
    data = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield base64.b64encode(data).decode()
    yield base64.urlsafe_b64encode(data).decode()
    yield data.hex()
    yield quote(data, safe="")


def _field(name: str, value: object, known: tuple[str, ...]) -> object:
    return _hidden(value) if name.lower().replace("_", "") in SECRET_FIELDS else _masked(value, known)


def _masked(value: object, known: tuple[str, ...]) -> object:
    match value:
        case dict():
            return _object(value, known)
        case list():
            return [_masked(inner, known) for inner in value]
        case str():
            return _text(value, known)
        case _:
            return value


def _object(value: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    match value:
        case {
            "header": {"namespace": str(namespace)},
            "payload": dict(payload),
        }:  # one of several in one message
            return _fields({**value, "payload": {}}, known) | {"payload": _payload(namespace, payload, known)}
        case _:
            return _fields(value, known)


def _fields(value: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    return {_text(name, known): _field(name, inner, known) for name, inner in value.items()}


def _text(text: str, known: tuple[str, ...]) -> str:
    for secret in known:
        text = text.replace(secret, MASK)
    return text


def _hidden(value: object) -> object:
    """The same shape without a value in it; what is empty hides nothing."""
    match value:
        case dict():
            return {name: _hidden(inner) for name, inner in value.items()}
        case list():
            return [_hidden(inner) for inner in value]
        case None | "":
            return value
        case _:
            return MASK
