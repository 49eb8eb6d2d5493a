"""A plug as a record of the vendor's device list.

Source: four published programs that read such lists (protocol notes, 8.2). What none of them looks at is left empty.
"""

from __future__ import annotations

from typing import Any

from ownplug.core.state import Availability
from ownplug.hub import PlugView

_ICON = "device001"
_ONLINE, _OFFLINE = 1, 2


def device_record(plug: PlugView, *, host: str) -> dict[str, Any]:
    """Describe a plug.

    Args:
        plug: as the hub shows it.
        host: of the MQTT server, without a port: some programs would take the port for a part of the name.
    """
    is_online = plug.state.availability is Availability.ONLINE
    return {
        "uuid": plug.uuid.text,
        "onlineStatus": _ONLINE if is_online else _OFFLINE,
        "devName": plug.name,
        "devIconId": _ICON,
        "bindTime": int(plug.registered_at.timestamp()),
        "deviceType": plug.model,
        "subType": plug.sub_type,
        "channels": _channels(len(plug.state.relays)),
        "region": "eu",
        "fmwareVersion": plug.firmware,
        "hdwareVersion": plug.hardware,
        "userDevIcon": "",
        "iconType": 1,
        "skillNumber": "",
        "domain": host,
        "reservedDomain": host,
        "hardwareCapabilities": [],
    }


def _channels(count: int) -> list[dict[str, str]]:
    """Describe the outlets: the first entry is the device as a whole, and empty."""
    outlets = [
        {"type": "Switch", "devName": f"Switch {number}", "devIconId": _ICON} for number in range(1, count)
    ]
    return [{}, *outlets]
