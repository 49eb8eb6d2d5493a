"""What mosquitto's dynamic security plugin is told; mosquitto itself judges it in the end-to-end tests."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json

from ownplug.core.identity import Uuid
from ownplug.core.meross.mosquitto import PlugLogin, dynamic_security
from ownplug.core.secret import Secret

UUIDS = [Uuid(f"1911181236754{n:07d}34298f000{n:03d}") for n in range(3)]


def made() -> dict[str, list[dict[str, object]]]:
    salts = itertools.count()
    return dynamic_security(
        user_id="10001",
        key=Secret("home"),
        plugs=[PlugLogin(uuid=uuid, key=Secret("its own")) for uuid in UUIDS],
        new_salt=lambda: bytes([next(salts)] * 12),
    )


def test_each_login_has_a_salt_of_its_own_and_a_hash_that_fits() -> None:
    clients = made()["clients"]
    assert len({client["salt"] for client in clients}) == len(clients) == 4
    mac = UUIDS[0].mac.text
    password = f"10001_{hashlib.md5(f'{mac}its own'.encode()).hexdigest()}"
    plug = next(client for client in clients if client["username"] == mac)
    salt = base64.b64decode(str(plug["salt"]))
    expected = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    assert base64.b64decode(str(plug["password"])) == expected


def test_no_plug_has_a_right_to_another_ones_topics_and_no_key_is_told() -> None:
    security = made()
    for uuid in UUIDS:
        role = next(each for each in security["roles"] if each["rolename"] == f"plug-{uuid}")
        told = json.dumps(role["acls"])
        assert uuid.text in told
        assert not any(other.text in told for other in UUIDS if other != uuid)
        assert "#" not in told
    assert "its own" not in json.dumps(security)
