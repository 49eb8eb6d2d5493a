"""The logins and rights of a home's plugs, as mosquitto's dynamic security plugin keeps them in its file.

Its password file cannot hold a plug's user name, which has colons. Each plug has a role with literal topics: it reads
and writes what is its own and nothing else.

Source: mosquitto's documentation and sources (the file's fields, PBKDF2 with SHA-512); captures (the topics).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ownplug.core.identity import Uuid
from ownplug.core.meross.login import Login, app_login, device_login
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.secret import Secret

SALT_BYTES = 12
_ROUNDS = 101  # mosquitto's own: each login costs its loop this much
_KINDS = ("publishClientSend", "publishClientReceive", "subscribe", "unsubscribe")

_HOME_ROLE = "home"

Rights = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugLogin:
    """A plug, and the key that it signs and logs in with."""

    uuid: Uuid
    key: Secret


def dynamic_security(
    *, user_id: str, key: Secret, plugs: Iterable[PlugLogin], new_salt: Callable[[], bytes]
) -> dict[str, Any]:
    """Return the file's content, to be written as JSON.

    Args:
        user_id: the home's user id.
        key: the home's key, of which its programs' login is made.
        plugs: who shall be let in.
        new_salt: makes `SALT_BYTES` of chance, new ones each time.
    """
    listed = list(plugs)
    logins = [_client(app_login(user_id, key), _HOME_ROLE, new_salt())]
    logins += [
        _client(device_login(plug.uuid.mac, user_id, plug.key), _role_of(plug.uuid), new_salt())
        for plug in listed
    ]
    roles = [_role(_HOME_ROLE, _home_rights())]
    roles += [_role(_role_of(plug.uuid), _plug_rights(plug.uuid)) for plug in listed]
    return {
        "defaultACLAccess": dict.fromkeys(_KINDS, False),
        "clients": logins,
        "roles": roles,
    }


def _role_of(uuid: Uuid) -> str:
    return f"plug-{uuid}"


def _plug_rights(uuid: Uuid) -> Rights:
    return [
        ("subscribeLiteral", device_inbox(uuid.text)),
        ("unsubscribeLiteral", device_inbox(uuid.text)),
        ("publishClientReceive", device_inbox(uuid.text)),
        ("publishClientSend", device_outbox(uuid.text)),
        # Programs ask as /app/<user id>-<their id>/subscribe, which no filter of MQTT can tell from other users'.
        ("publishClientSend", "/app/+/subscribe"),
    ]


def _home_rights() -> Rights:
    return [
        ("subscribePattern", "/appliance/+/publish"),
        ("subscribePattern", "/appliance/+/subscribe"),
        ("subscribePattern", "/app/+/subscribe"),
        ("unsubscribePattern", "#"),
        ("publishClientReceive", "/appliance/#"),
        ("publishClientReceive", "/app/+/subscribe"),
        ("publishClientSend", "/appliance/+/subscribe"),
        ("publishClientSend", "/app/+/subscribe"),
    ]


def _role(name: str, rights: Rights) -> dict[str, Any]:
    acls = [{"acltype": kind, "topic": topic, "priority": 0, "allow": True} for kind, topic in rights]
    return {"rolename": name, "acls": acls}


def _client(login: Login, role: str, salt: bytes) -> dict[str, Any]:
    digest = hashlib.pbkdf2_hmac("sha512", login.password.reveal().encode(), salt, _ROUNDS)
    return {
        "username": login.username,
        "roles": [{"rolename": role}],
        "password": base64.b64encode(digest).decode(),
        "salt": base64.b64encode(salt).decode(),
        "iterations": _ROUNDS,
    }
