"""Joining a plug's own Wi-Fi for a while, by NetworkManager, and putting back what was there before.

A plug in pairing mode opens an open network, `Meross_SW_` and the last four digits of its MAC. What is here was held
against the real `nmcli` and a NetworkManager that is played. Source: assumed (that a radio and a real NetworkManager
behave as those do: never tried with one).
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

from ownplug.core.errors import LinkTimeout, NetworkNotBack, OwnplugError, Unreachable, UsageError

# Source: protocol notes, 3.1; the capitals are of 2018.
_OF_A_PLUG = re.compile(r"(?:Meross|MEROSS)_[A-Z0-9]{2}_[A-Za-z0-9]{4}")

_ANSWER_S = 10.0
_UP_S = 45.0  # to join a network; NetworkManager itself gives up after that time
_SCAN_S = 40.0  # nmcli itself waits up to 15 s for a scan to end: time for two
_HEAR_S = 20.0  # for one of them
_LOOK_EVERY_S = 1.0
_BACK_S = 75.0  # to put everything back, however often that is interrupted
_NOT_RUNNING, _UNKNOWN = 8, 10  # exit statuses of nmcli
_NO_BUS = b"Could not create NMClient"  # its words where no system bus runs either; a status they have not
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
        NetworkNotBack: the network before did not come back; the hint is the command that brings it. It is raised
            instead of what ended the context, which is its `__context__`: a machine that is left without its network
            is the worse news.
        LinkTimeout: NetworkManager does not answer.
    """
    device, before = await _wifi_device()
    wanted = await _find(device, ssid)
    profile = f"ownplug-{secrets.token_hex(4)}"
    try:
        await _join(profile, device, wanted)
        yield JoinedNetwork(ssid=wanted, device=device, before=before.name if before else "")
    finally:
        await _put_back(profile, device, before)


async def plugs_in_reach() -> list[str]:
    """Return the names of the plugs' networks that are heard now.

    Raises:
        As `joined`.
    """
    device, _ = await _wifi_device()
    return sorted(name for name in await _heard(device) if is_plugs_network(name))


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
        match parse_terse(line):
            case [device, "wifi", state, uuid, name] if state not in {"unavailable", "unmanaged"}:
                return device, _Connection(uuid=uuid, name=name) if uuid else None
            case _:  # another device, or the rest of a name with a line break
                continue
    raise UsageError("NetworkManager has no Wi-Fi device that is on.", hint=_NO_PROGRAM)


async def _find(device: str, ssid: str | None) -> str:
    """The network that is meant, once it is heard."""
    try:
        async with asyncio.timeout(_SCAN_S):
            while True:
                heard = await _heard(device)
                if ssid is not None and ssid in heard:
                    return ssid
                plugs = sorted(name for name in heard if is_plugs_network(name))
                if ssid is None and plugs:
                    return _only(plugs)
                await asyncio.sleep(_LOOK_EVERY_S)
    except LinkTimeout:  # a TimeoutError too, but of nmcli's
        raise
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
    # Not what an older scan heard: the only plug in that list may be gone, or be one of two by now.
    lines = await _ask(
        *("--fields", "SSID", "device", "wifi", "list", "ifname", device, "--rescan", "yes"),
        timeout_s=_HEAR_S,
    )
    return {parse_terse(line)[0] for line in lines}


async def _join(profile: str, device: str, ssid: str) -> None:
    # Never the way to the internet, nor who is asked for names there: a plug has none. Gone with the next start of the
    # machine at the latest.
    keep_others = ("ipv4.never-default", "yes", "ipv4.ignore-auto-dns", "yes", "ipv6.method", "ignore")
    of_a_moment = ("autoconnect", "no", "save", "no")
    await _ask(
        *("connection", "add", "type", "wifi", "ifname", device, "con-name", profile),
        *(*of_a_moment, "ssid", ssid, *keep_others),
    )
    await _ask("connection", "up", "id", profile, "ifname", device, timeout_s=_UP_S)


async def _put_back(profile: str, device: str, before: _Connection | None) -> None:
    """Do it to the end, also where the whole program is being ended: that is when it matters.

    Whoever cancels meanwhile is told afterwards; each step may be done twice. It ends by its deadline.
    """
    deadline_s = asyncio.get_running_loop().time() + _BACK_S
    cancelled: asyncio.CancelledError | None = None
    while True:
        try:
            await _restore(profile, device, before, deadline_s)
            break
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        raise cancelled


async def _restore(profile: str, device: str, before: _Connection | None, deadline_s: float) -> None:
    """Both, whatever becomes of the first.

    Raises:
        NetworkNotBack: one of them failed; the hint is what to type.
    """
    # Unknown is well: it may not have been made yet, or be gone by an interrupted try.
    left = await _failure(deadline_s, "connection", "delete", "id", profile, well=(0, _UNKNOWN))
    if before is not None:
        back = ("connection", "up", "uuid", before.uuid)
        if lost := await _failure(deadline_s, *back, "ifname", device, timeout_s=_UP_S):
            raise NetworkNotBack(
                f"The Wi-Fi is not back in {before.name!r}: {lost}", hint=f"Type: nmcli {' '.join(back)}"
            ) from lost
    if left:
        raise NetworkNotBack(
            f"The connection {profile} to the plug is still there: {left}",
            hint=f"Type: nmcli connection delete id {profile}",
        ) from left


async def _failure(
    deadline_s: float, *arguments: str, timeout_s: float = _ANSWER_S, well: tuple[int, ...] = (0,)
) -> OwnplugError | None:
    """Have it done by the deadline, a time of the loop; return what is wrong."""
    try:
        async with asyncio.timeout_at(deadline_s):
            await _ask(*arguments, timeout_s=timeout_s, well=well)
    except OwnplugError as error:
        return error
    except TimeoutError:
        return LinkTimeout("There was no time left for it.")
    return None


async def _ask(*arguments: str, timeout_s: float = _ANSWER_S, well: tuple[int, ...] = (0,)) -> list[str]:
    """Have `nmcli` do something; return its lines.

    Args:
        *arguments: the command and its own arguments.
        timeout_s: what NetworkManager is given; nmcli itself gets a little more.
        well: the exit statuses that are no failure.

    Raises:
        UsageError: there is no such program, or NetworkManager does not run.
        LinkTimeout: it did not end in time.
        Unreachable: it could not be done; the sentence is nmcli's own.
    """
    process = await _start("--terse", "--escape", "yes", "--wait", f"{timeout_s:.0f}", *arguments)
    try:
        async with asyncio.timeout(timeout_s + _ANSWER_S):
            said, complaint = await process.communicate()
    except TimeoutError as error:
        raise LinkTimeout("NetworkManager has not done in time what it was asked.") from error
    finally:
        await _end(process)
    if process.returncode == _NOT_RUNNING or _NO_BUS in complaint:
        raise UsageError("NetworkManager does not run on this machine.", hint=_NO_PROGRAM)
    if process.returncode not in well:
        raise Unreachable(_sentence(complaint.decode("utf-8", "replace")))
    # Not `splitlines`: a stranger's network may have U+2028 in its name.
    return [line for line in said.decode("utf-8", "replace").split("\n") if line]


async def _start(*arguments: str) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            "nmcli",
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # LANGUAGE too: it wins over LC_ALL in all locales but the bare C, which would spoil names.
            env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""},
            start_new_session=True,  # Ctrl-C is for us: what it does now must be done, or undone
        )
    except FileNotFoundError as error:
        raise UsageError("There is no nmcli on this machine.", hint=_NO_PROGRAM) from error
    except OSError as error:
        raise UsageError(f"nmcli cannot be run: {error.strerror}.", hint=_NO_PROGRAM) from error


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):  # it ended just now
            process.kill()
        await process.wait()


def _sentence(complaint: str) -> str:
    """The first line of it, as far as a terminal may be shown it: strangers name networks."""
    told = complaint.strip().removeprefix("Error: ") or "nmcli failed and did not say why."
    first = told.split("\n")[0].rstrip(".")
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in first) + "."
