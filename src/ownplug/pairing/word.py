"""Asking a plug that was told to come home what became of it."""

from __future__ import annotations

import asyncio
from typing import Any

from ownplug.core.errors import DeviceError, OwnplugError
from ownplug.core.meross import Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.namespaces import ErrorCode
from ownplug.core.meross.payloads import AllPayload, WifiListPayload
from ownplug.pairing.evidence import Word
from ownplug.pairing.wifi import WifiNetwork
from ownplug.plug import Link

_ANSWER_S = 8.0  # a busy plug takes seconds; the link gives up sooner on one that is not there at all
_SCAN_S = 20.0
CLOCK_IS_SET_S = 1_000_000_000  # 2001; an unset clock counts from 1970


async def ask_plug(link: Link, network: WifiNetwork) -> Word | None:
    """Ask it where it was paired; None where it does not answer.

    Source: protocol notes, 0 (the user id is 0 where there is none).
    """
    try:
        async with asyncio.timeout(_ANSWER_S):
            told = (await link.request(Method.GET, ns.SYSTEM_ALL, {})).read(AllPayload).all.system
    except DeviceError as error:
        return Word(refuses_key=True) if error.device_code == ErrorCode.BAD_SIGNATURE else None
    except (OwnplugError, TimeoutError):
        return None
    if str(told.firmware.user_id) not in {"", "0"}:
        return Word(knows_time=told.time is not None and told.time.timestamp > CLOCK_IS_SET_S)
    hears, signal = await _hears(link, network)
    return Word(is_pairing=True, trace=await _trace(link), hears=hears, signal=signal)


async def _trace(link: Link) -> str:
    """Its own record of the last attempt to join a network.

    Source: captures (protocol notes, 3.2: the shape); assumed (that code 0 means no failure).
    """
    try:
        trace: dict[str, Any] = (await link.request(Method.GET, ns.CONFIG_TRACE, {})).data()["trace"]
        return f"{trace['info']} (code {trace['code']})" if trace["code"] else ""
    except (OwnplugError, KeyError, TypeError):
        return ""


async def _hears(link: Link, network: WifiNetwork) -> tuple[bool | None, int | None]:
    """Whether it hears the network, and how well; None: it does not say."""
    try:
        async with asyncio.timeout(_SCAN_S):
            scanned = (await link.request(Method.GET, ns.CONFIG_WIFI_LIST, {})).read(WifiListPayload)
    except (OwnplugError, TimeoutError):
        return None, None
    seen = network.find(scanned.networks)
    if seen is None:
        return False, None
    return True, seen.signal if isinstance(seen.signal, int) else None
