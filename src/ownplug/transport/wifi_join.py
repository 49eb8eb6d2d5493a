"""Joining a plug's own Wi-Fi for a while, by NetworkManager, and putting back what was there before.

A plug in pairing mode opens an open network, `Meross_SW_` and the last four digits of its MAC. Never tried with a
radio: what is here was held against the real `nmcli` and a NetworkManager that is played.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ownplug.core.errors import OwnplugError, Unreachable, UsageError

# Source: protocol notes, 3.1; the capitals are of 2018.
_OF_A_PLUG = re.compile(r"(?:Meross|MEROSS)_[A-Z0-9]{2}_[A-Za-z0-9]{4}")

_ANSWER_S = 10.0
_UP_S = 45.0  # to join a network; NetworkManager itself gives up after that time
_SCAN_S = 20.0
_LOOK_EVERY_S = 1.0
_NOT_RUNNING = 8  # exit status of nmcli
_NO_PROGRAM = "Install network-manager, or join the plug's network by hand and leave --join out."


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedNetwork:
    """The network of a plug that this machine is in.

    Attributes:
        ssid: its name.
        device: by which device, such as `wlan0`.
        before: what the device was connected to, by its name; empty for nothing.
    """

    ssid: str
    device: str
    before: str


@asynccontextmanager
async def joined(ssid: str | None = None) -> AsyncIterator[JoinedNetwork]:
    """Be in a plug's Wi-Fi for as long as the context lasts; whatever happens, the network before comes back.

    Args:
        ssid: which one; None for the only one in reach.

    Raises:
        UsageError: NetworkManager is not there, has no Wi-Fi, or hears several plugs.
        Unreachable: no plug's network is in reach, or it cannot be joined.
    """
    device, before = await _wifi_device()
    wanted = await _find(device, ssid)
    profile = f"ownplug-{secrets.token_hex(4)}"
    try:
        await _join(profile, device, wanted)
        yield JoinedNetwork(ssid=wanted, device=device, before=before.name if before else "")
    finally:
        await _put_back(profile, device, before)


def is_plugs_network(ssid: str) -> bool:
    """Whether a network is called as plugs in pairing mode call theirs."""
    return _OF_A_PLUG.fullmatch(ssid) is not None


def parse_terse(line: str) -> list[str]:
    """Split a line of `nmcli -t`: fields between colons, in which a backslash makes the next character a plain one."""
    fields = [""]
    plain = False
    for character in line:
        if plain:
            fields[-1] += character
            plain = False
        elif character == "\\":
            plain = True
        elif character == ":":
            fields.append("")
        else:
            fields[-1] += character
    return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connection:
    """A connection that NetworkManager knows."""

    uuid: str
    name: str


async def _wifi_device() -> tuple[str, _Connection | None]:
    """The first Wi-Fi device, and what it is connected to."""
    for line in await _ask("--fields", "DEVICE,TYPE,STATE,CON-UUID,CONNECTION", "device"):
        device, kind, state, uuid, name = parse_terse(line)
        if kind == "wifi" and state not in {"unavailable", "unmanaged"}:
            return device, _Connection(uuid=uuid, name=name) if uuid else None
    raise UsageError("NetworkManager has no Wi-Fi device that is on.", hint=_NO_PROGRAM)


async def _find(device: str, ssid: str | None) -> str:
    """The network that is meant, once it is heard."""
    try:
        async with asyncio.timeout(_SCAN_S):
            while True:
                heard = await _heard(device)
                if ssid in heard:
                    return ssid or ""
                plugs = sorted(name for name in heard if is_plugs_network(name))
                if ssid is None and plugs:
                    return _only(plugs)
                await _scan(device)
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError as error:
        what = "The network of a plug" if ssid is None else f"The network {ssid!r}"
        raise Unreachable(
            f"{what} is not in reach of {device}.",
            hint="Hold the plug's button for five seconds until it blinks green and orange, and be near it.",
        ) from error


def _only(plugs: list[str]) -> str:
    if len(plugs) > 1:
        raise UsageError(
            f"Several plugs are in pairing mode: {', '.join(plugs)}.", hint="Say which one: --join-ssid NAME."
        )
    return plugs[0]


async def _heard(device: str) -> set[str]:
    lines = await _ask("--fields", "SSID", "device", "wifi", "list", "ifname", device, "--rescan", "no")
    return {parse_terse(line)[0] for line in lines}


async def _scan(device: str) -> None:
    try:
        await _ask("device", "wifi", "rescan", "ifname", device)
    except Unreachable:  # it was asked a moment ago, and is on it
        return


async def _join(profile: str, device: str, ssid: str) -> None:
    # Never the way to the internet, of which a plug has none; gone with the next start of the machine at the latest.
    keep_others = ("ipv4.never-default", "yes", "ipv6.method", "ignore")
    of_a_moment = ("autoconnect", "no", "save", "no")
    await _ask(
        *("connection", "add", "type", "wifi", "ifname", device, "con-name", profile),
        *(*of_a_moment, "ssid", ssid, *keep_others),
    )
    await _ask("connection", "up", "id", profile, "ifname", device, timeout_s=_UP_S)


async def _put_back(profile: str, device: str, before: _Connection | None) -> None:
    """Do it to the end, also where the whole program is being ended: that is when it matters."""
    try:
        await _restore(profile, device, before)
    except asyncio.CancelledError:
        await _restore(profile, device, before)
        raise


async def _restore(profile: str, device: str, before: _Connection | None) -> None:
    with contextlib.suppress(OwnplugError):  # it may not have been made yet
        await _ask("connection", "delete", "id", profile)
    if before is None:
        return
    try:
        await _ask("connection", "up", "uuid", before.uuid, "ifname", device, timeout_s=_UP_S)
    except OwnplugError as error:
        raise Unreachable(
            f"The Wi-Fi is not back in {before.name!r}: {error}",
            hint=f"Type: nmcli connection up uuid {before.uuid}",
        ) from error


async def _ask(*arguments: str, timeout_s: float = _ANSWER_S) -> list[str]:
    """Have `nmcli` do something; return its lines.

    Raises:
        UsageError: there is no such program, or NetworkManager does not run.
        Unreachable: it could not be done; the sentence is nmcli's own.
    """
    command = ("nmcli", "--terse", "--escape", "yes", "--wait", f"{timeout_s:.0f}", *arguments)
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            start_new_session=True,  # Ctrl-C is for us: what it does now must be done, or undone
        )
    except FileNotFoundError as error:
        raise UsageError("There is no nmcli on this machine.", hint=_NO_PROGRAM) from error
    try:
        async with asyncio.timeout(timeout_s + _ANSWER_S):
            said, complaint = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode == _NOT_RUNNING:
        raise UsageError("NetworkManager does not run on this machine.", hint=_NO_PROGRAM)
    if process.returncode:
        raise Unreachable(_sentence(complaint.decode("utf-8", "replace")))
    return [line for line in said.decode("utf-8", "replace").splitlines() if line]


def _sentence(complaint: str) -> str:
    told = complaint.strip().removeprefix("Error: ") or "nmcli failed and did not say why."
    first = told.splitlines()[0].rstrip(".")
    return f"{first}."
