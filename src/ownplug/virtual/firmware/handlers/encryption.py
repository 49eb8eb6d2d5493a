"""`Appliance.Encrypt.*`: how bodies on the local network are encrypted.

The exchange of keys itself (`Encrypt.ECDHE`) is not answered: what a plug does after it is not known, and once paired
the key is made of what both sides know (protocol notes, 2.1 and 2.2).
"""

from __future__ import annotations

from typing import Any

from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.fields import Fields


def get_suite(_device: Device, _payload: Fields) -> dict[str, Any]:
    """Key agreement, session key, digital signature.

    Source: captures (protocol notes, 2.1).
    """
    return {"suite": {"ka": "ecdhe256", "se": "mrskey", "ds": ""}}
