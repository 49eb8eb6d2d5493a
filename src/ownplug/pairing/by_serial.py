"""Pairing through the console's settings store, for a plug whose access point cannot be reached.

The same is written that the firmware writes when it is told by HTTP. The console cannot be sent a blank, so a network
whose name or password has one must be joined the other way.

Source: assumed (derived from the names of the settings; not yet proven on hardware).
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable

from ownplug.console import Console, is_typable, read_identity, write_surely
from ownplug.core.errors import OwnplugError, Unexpected, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.core.shell.replies import AccessPoint
from ownplug.pairing.arrival import Errand, follow_home
from ownplug.pairing.evidence import Target, Word
from ownplug.pairing.home import HomeToJoin
from ownplug.pairing.steps import Phase, Step
from ownplug.pairing.wifi import WifiNetwork
from ownplug.pairing.word import CLOCK_IS_SET_S

# `AuthMode` and `EncrypType`. Source: assumed (the chip's development kit).
_OPEN = ("0", "1")
_WPA2_AES = ("7", "6")
_GROUP, _STATE, _TRACE = "meross", "dev.cfg.State", "dev.cfg.networkTrace00"
_HAS_NETWORK = "1"
_LOUDEST_DBM = -50  # from here on a signal counts as 100 %; half as loud again for each 2 %


async def pair_by_serial(
    console: Console,
    network: WifiNetwork,
    home: HomeToJoin,
    *,
    prepare: Callable[[Uuid], Awaitable[Errand]],
) -> AsyncGenerator[Step, None]:
    """Take the plug on a console home; yields each step when it begins and when it is done.

    Args:
        console: of the plug.
        network: the Wi-Fi that the plug shall join.
        home: whose it shall be.
        prepare: tries the server before anything is written, and returns how to follow the plug home.

    Raises:
        UsageError: something that the console cannot be sent; nothing was written.
        PairingFailed: the plug cannot use the server, or did not come; the code tells.
        DeviceError: it does not keep a setting.
        OwnplugError: see `Console`.
    """
    yield Step(phase=Phase.IDENTIFY, done=False)
    uuid, model = await _identify(console)
    yield Step(phase=Phase.IDENTIFY, done=True, found=f"{model}, {uuid}", uuid=uuid)

    yield Step(phase=Phase.SCAN, done=False)
    seen = await _find(console, network)
    wanted = {**_key_settings(home), **_wifi_settings(network, seen)}
    _check_typable(wanted)
    yield Step(phase=Phase.SCAN, done=True, found=_loudness(network, seen))

    yield Step(phase=Phase.SERVER, done=False)
    errand = await prepare(uuid)
    yield Step(phase=Phase.SERVER, done=True, found=errand.server)

    yield Step(phase=Phase.KEY, done=False)
    for key, value in wanted.items():
        await write_surely(console, key, Secret(value))
    yield Step(phase=Phase.KEY, done=True, found=" and ".join(str(server) for server in home.servers))

    yield Step(phase=Phase.WIFI, done=False)
    await console.reboot()
    yield Step(phase=Phase.WIFI, done=True, found=f"{network.ssid}, and it starts again")

    first = home.servers[0]
    target = Target(ssid=network.ssid, host=first.host, port=first.port, was_heard=seen is not None)
    async for step in follow_home(uuid, target, errand):
        yield step


async def ask_by_serial(console: Console, network: WifiNetwork) -> Word | None:
    """Ask a plug by its console what became of it; None where it does not answer."""
    try:
        state = await console.read_setting(_GROUP, _STATE)
        if state is not None and state.reveal() == _HAS_NETWORK:
            unix_s = (await console.time()).unix_s
            return Word(knows_time=unix_s is not None and unix_s > CLOCK_IS_SET_S)
        trace = await console.read_setting(_GROUP, _TRACE)
        seen = await _find(console, network)
    except OwnplugError:
        return None
    return Word(
        is_pairing=True,
        trace=_trace_text(trace.reveal() if trace else ""),
        hears=seen is not None,
        signal=_percent(seen) if seen is not None else None,
    )


async def _identify(console: Console) -> tuple[Uuid, str]:
    identity = await read_identity(console)
    if not isinstance(identity.uuid, Uuid):
        raise Unexpected(
            f"The plug has no uuid but {identity.uuid!r}.", hint="Give it one: `ownplug console identity`."
        )
    model = (await console.hardware()).model
    return identity.uuid, model or "a model that it does not tell"


async def _find(console: Console, network: WifiNetwork) -> AccessPoint | None:
    """The loudest access point of a network, or None if the plug hears none."""
    heard = [point for point in (await console.scan()).access_points if point.ssid == network.ssid]
    return max(heard, key=_percent, default=None)


def _percent(point: AccessPoint) -> int:
    loud = point.rssi_dbm if point.rssi_dbm is not None else 2 * _LOUDEST_DBM
    return max(0, min(100, 100 + 2 * (loud - _LOUDEST_DBM)))


def _loudness(network: WifiNetwork, seen: AccessPoint | None) -> str:
    if seen is None:
        return f"{network.ssid!r} is not in its scan: it is hidden, on 5 GHz only, or too far away"
    return f"{network.ssid!r} at {_percent(seen)} %"


def _key_settings(home: HomeToJoin) -> dict[str, str]:
    first, second = home.servers[0], home.servers[-1]
    return {
        "meross:dev.cfg.Server": first.host,
        "meross:dev.cfg.Port": str(first.port),
        "meross:dev.cfg.BackServer": second.host,
        "meross:dev.cfg.BackPort": str(second.port),
        "meross:dev.cfg.userId": home.user_id,
        "meross:dev.cfg.Key": home.key.reveal(),
    }


def _wifi_settings(network: WifiNetwork, seen: AccessPoint | None) -> dict[str, str]:
    """What it needs to join, and last what makes it try."""
    password = network.password.reveal()
    auth, cipher = _WPA2_AES if password else _OPEN
    if seen is not None and seen.auth is not None and seen.cipher is not None:
        auth, cipher = str(seen.auth), str(seen.cipher)
    secret = {"STA:WpaPsk": password, "STA:WpaPskLen": str(len(password.encode()))} if password else {}
    return {
        "STA:Ssid": network.ssid,
        "STA:SsidLen": str(len(network.ssid.encode())),
        **secret,
        "STA:AuthMode": auth,
        "STA:EncrypType": cipher,
        "meross:dev.cfg.Bind": "0",
        "meross:dev.cfg.State": _HAS_NETWORK,
    }


def _check_typable(wanted: dict[str, str]) -> None:
    for key, value in wanted.items():
        if not is_typable(key, Secret(value)):
            name = key.partition(":")[2]
            raise UsageError(
                f"The console cannot be sent this value of {name}: it has a blank, or a character that is none.",
                hint="Pair it by its own Wi-Fi: `ownplug pair http://10.10.10.1`.",
            )


def _trace_text(record: str) -> str:
    """Source: assumed (that the record is what `Config.Trace` tells)."""
    try:
        told = json.loads(record)
        return f"{told['info']} (code {told['code']})" if told["code"] else ""
    except (ValueError, KeyError, TypeError):
        return ""
