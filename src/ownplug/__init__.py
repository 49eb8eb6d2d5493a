"""ownplug gives a Meross smart plug to its owner: its own MQTT server, its own memory, no cloud.

This module is the front door of the library and loads nothing heavy until it is used:

    import ownplug

    async with ownplug.connect("http://192.168.1.50", key="…") as plug:
        await plug.turn_on()
        reading = await plug.electricity()
        print(f"{reading.power_w} W")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ownplug.core.errors import (
    BadSignature,
    Changed,
    Conflict,
    ConnectionRefused,
    DeviceError,
    Expired,
    Forbidden,
    HubError,
    LinkBroken,
    LinkClosed,
    LinkError,
    LinkTimeout,
    Locked,
    Malformed,
    NameUnknown,
    NetworkNotBack,
    Noise,
    NoSuchPort,
    NotFound,
    NotKept,
    OwnplugError,
    PairingFailed,
    PortBusy,
    PortDenied,
    Restarted,
    TooManyAttempts,
    Unexpected,
    Unreachable,
    UsageError,
    WireError,
    WrongLogin,
)

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from ownplug import console
    from ownplug.core.schedule import AtClock, AtSun, AutoOff, SunEvent, Timer, Weekday
    from ownplug.core.secret import Secret
    from ownplug.core.state import EnergyDay, Reading, RelayState
    from ownplug.plug import Plug

__version__ = "0.1.0.dev0"

__all__ = [
    "AtClock",
    "AtSun",
    "AutoOff",
    "BadSignature",
    "Changed",
    "Conflict",
    "ConnectionRefused",
    "DeviceError",
    "EnergyDay",
    "Expired",
    "Forbidden",
    "HubError",
    "LinkBroken",
    "LinkClosed",
    "LinkError",
    "LinkTimeout",
    "Locked",
    "Malformed",
    "NameUnknown",
    "NetworkNotBack",
    "NoSuchPort",
    "Noise",
    "NotFound",
    "NotKept",
    "OwnplugError",
    "PairingFailed",
    "PortBusy",
    "PortDenied",
    "Reading",
    "RelayState",
    "Restarted",
    "SunEvent",
    "Timer",
    "TooManyAttempts",
    "Unexpected",
    "Unreachable",
    "UsageError",
    "Weekday",
    "WireError",
    "WrongLogin",
    "__version__",
    "connect",
    "console",
]

_VALUES = {
    **dict.fromkeys(("EnergyDay", "Reading", "RelayState"), "ownplug.core.state"),
    **dict.fromkeys(("AtClock", "AtSun", "AutoOff", "SunEvent", "Timer", "Weekday"), "ownplug.core.schedule"),
}


def __getattr__(name: str) -> object:
    """Load types of values and the console when they are first named: the command line starts without them."""
    from importlib import import_module

    if name == "console":
        return import_module("ownplug.console")
    if name in _VALUES:
        return getattr(import_module(_VALUES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def connect(
    url: str,
    *,
    key: Secret | str | None = None,
    user_id: str = "",
    ca: Path | str | None = None,
    uuid: str = "",
    token: Secret | str | None = None,
    timeout_s: float = 10.0,
) -> AbstractAsyncContextManager[Plug]:
    """Open a way to one plug for as long as the `async with` lasts.

    Args:
        url: `http://192.168.1.50` for the plug itself, `mqtts://HOST:8883/UUID` through an MQTT server, or
            `hub+http://127.0.0.1:8480/PLUG` through a hub.
        key: the key of the plug; not needed through a hub.
        user_id: the user id of the plug's home; needed for an MQTT server without users of its own. A server
            that has some takes them in the URL: `mqtts://NAME:PASSWORD@HOST/UUID`.
        ca: file with the certificate that the MQTT server's is checked against; the system's otherwise.
        uuid: the plug, for an MQTT server whose URL does not name it.
        token: the login to a hub.
        timeout_s: patience with one request; a hub has its own.

    Raises:
        UsageError: not such a URL, or something is missing for it.
        LinkError, Forbidden, WireError: the MQTT server cannot be reached or refuses the login. That a plug or
            hub cannot be reached shows at the first request.
    """
    from ownplug.plug import connect as connect_plug

    return connect_plug(url, key=key, user_id=user_id, ca=ca, uuid=uuid, token=token, timeout_s=timeout_s)
