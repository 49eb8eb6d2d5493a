"""How plugs and apps sign in to an MQTT server.

Source: four published programs agree; the vectors in the tests are published ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ownplug.core.identity import Mac, Uuid
from ownplug.core.meross.sign import md5_hex
from ownplug.core.secret import Secret

_CLIENT_ID = re.compile(r"fmware:([0-9a-z]{20}[0-9a-f]{12})_.*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A user name and its password."""

    username: str
    password: Secret


def device_login(mac: Mac, user_id: str, key: Secret) -> Login:
    """The login of a plug: its MAC with colons, and `<userId>_md5(mac + key)`."""
    return Login(username=mac.text, password=Secret(f"{user_id}_{md5_hex(mac.text + key.reveal())}"))


def app_login(user_id: str, key: Secret) -> Login:
    """The login of a program of the home: its user id, and `md5(userId + key)`."""
    return Login(username=user_id, password=Secret(md5_hex(user_id + key.reveal())))


def device_client_id(uuid: Uuid, tail: str) -> str:
    """The MQTT client id of a plug; `tail` is 16 letters and digits, new at each start of the plug.

    Source: captures of brokers (protocol notes, 4.1).
    """
    return f"fmware:{uuid}_{tail}"


def parse_device_client_id(client_id: str) -> Uuid | None:
    """The uuid in a plug's client id, or None if it is not one."""
    found = _CLIENT_ID.fullmatch(client_id)
    return Uuid(found[1]) if found else None
