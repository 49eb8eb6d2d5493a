"""The settings store of a plug, read so that it can be kept."""

from __future__ import annotations

from typing import Literal

from ownplug.console.agree import ask_until_agreed
from ownplug.console.console import Console
from ownplug.console.keys import setting_of, split_key
from ownplug.console.progress import Progress, Told, unheard
from ownplug.core.errors import DeviceError, Malformed, Unexpected
from ownplug.core.secret import Secret
from ownplug.core.shell import SETTINGS, Command, Risk
from ownplug.core.shell.replies import ConfigRead, ConfigShow

_PLACES = {setting.key: place for place, setting in enumerate(SETTINGS)}
_LISTINGS = 2
_WRITES = 3  # of one value


async def read_store(console: Console, *, told: Told = unheard) -> dict[str, Secret]:
    """Read every setting until two readings agree; most do at once, the rest are asked for one by one.

    Raises:
        Malformed: the plug lists no settings, or tells others each time.
        Unexpected: it has no such commands.
        LinkError, Noise: see `Session.ask`.
    """
    listings = []
    for number in range(_LISTINGS):
        told(Progress(done=number, of=_LISTINGS, what=f"list the settings, {number + 1} of {_LISTINGS}"))
        listings.append(_by_key(await console.settings()))
    first, second = listings
    store = {key: value for key, value in first.items() if second.get(key) == value}
    doubtful = [key for key in dict.fromkeys([*_PLACES, *first, *second]) if key not in store]
    if not store or len(doubtful) > len(SETTINGS):
        raise Malformed(
            "Two listings of the settings have too little in common.",
            hint="Too much is printed into them, or the wire is bad.",
        )
    for number, key in enumerate(doubtful):
        told(Progress(done=number, of=len(doubtful), what=f"read {key}"))
        value = await read_value(console, key)
        if value is not None:
            store[key] = value
    return dict(sorted(store.items(), key=lambda item: _PLACES.get(item[0], len(_PLACES))))


async def read_value(console: Console, key: str) -> Secret | None:
    """Read one setting until two readings agree; None when the plug has none of that name.

    Raises:
        See `read_store`.
    """
    name = split_key(key)[1]
    reply = await ask_until_agreed(
        lambda: _read(console, key), is_whole=lambda reply: _is_whole(reply, name), what=key
    )
    return None if reply.missing else reply.value


async def has_value(console: Console, key: str, value: Secret) -> bool:
    """Whether a setting has a value; one reading that says so is enough, for no damage makes it up.

    Raises:
        See `read_store`.
    """
    reply = await _read(console, key)
    if _is_whole(reply, split_key(key)[1]) and reply.value == value:
        return True
    return await read_value(console, key) == value


async def write_surely(console: Console, key: str, value: Secret) -> None:
    """Write one setting until it reads back.

    Raises:
        DeviceError: the plug refuses the value, or does not keep it.
        OwnplugError: see `read_store`.
    """
    group, name = split_key(key)
    accept: Literal[Risk.IDENTITY] | None = Risk.IDENTITY if group == "factory" else None
    for _ in range(_WRITES):
        await console.write_setting(group, name, value, accept=accept)
        if await has_value(console, key, value):
            return
    setting = setting_of(key)
    raise DeviceError(
        f"The plug does not keep what is written to {key}.",
        hint=f"It is meant to hold: {setting.meaning}" if setting and setting.meaning else "",
    )


def _by_key(listing: ConfigShow) -> dict[str, Secret]:
    return {
        f"{item.group}:{item.name}": item.value
        for item in listing.items
        if item.group and item.name and item.value is not None
    }


async def _read(console: Console, key: str) -> ConfigRead:
    answer = await console.ask(Command("config read", split_key(key)))
    if not isinstance(answer.reply, ConfigRead):
        raise Unexpected("This plug does not tell single settings.", hint="`?` lists its commands.")
    return answer.reply


def _is_whole(reply: ConfigRead, name: str) -> bool:
    return reply.missing or (reply.name == name and reply.value is not None)
