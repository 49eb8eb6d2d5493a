"""Taking a backup of a plug, and telling whose a backup is."""

from __future__ import annotations

from ownplug.console.backup_file import Backup
from ownplug.console.console import Console
from ownplug.console.keys import Store
from ownplug.console.progress import Told, unheard
from ownplug.console.provenance import Origin, PlugFacts
from ownplug.console.store import read_store
from ownplug.core.errors import DeviceError, UsageError, WireError
from ownplug.core.identity import Mac, Uuid

_UUID, _MAC = "factory:dev.fac.uuid", "factory:dev.fac.mac"


async def backup(console: Console, *, origin: Origin | None = None, told: Told = unheard) -> Backup:
    """Read every setting of a plug, and which plug it is.

    Args:
        console: of the plug.
        origin: what to note about the backup itself.
        told: hears how far it has come.

    Raises:
        OwnplugError: see `read_store`.
    """
    settings = await read_store(console, told=told)
    plug = await read_plug(console)
    return Backup(provenance=(origin or Origin()).of(plug), settings=settings)


async def read_plug(console: Console) -> PlugFacts:
    """Ask which plug it is; what it does not tell stays empty.

    Raises:
        LinkError, Noise: see `Session.ask`.
    """
    try:
        hardware, firmware = await console.hardware(), await console.firmware()
    except (DeviceError, UsageError, WireError):
        return PlugFacts()
    return PlugFacts.told(hardware, firmware)


def check_same_plug(saved: Backup, present: Store) -> None:
    """Make sure that a backup is of the plug that has these settings: by uuid, or by MAC.

    Raises:
        UsageError: it is of another one, or one of the two does not say.
    """
    here, there = identity_of(present), identity_of(saved.settings)
    if not any(one and one == other for one, other in zip(here, there, strict=True)):
        raise UsageError(
            f"The backup is of another plug: of {_named(there)}, and this is {_named(here)}.",
            hint="If that is what you want, add --any-plug; what makes a plug this plug stays even then.",
        )


def identity_of(settings: Store) -> tuple[str, str]:
    """Uuid and MAC; empty where the settings hold none."""
    uuid, mac = (settings[key].reveal() if key in settings else "" for key in (_UUID, _MAC))
    return _tidy(Uuid, uuid), _tidy(Mac, mac)


def _tidy(kind: type[Uuid | Mac], text: str) -> str:
    try:
        return kind.parse(text).text
    except UsageError:
        return ""


def _named(identity: tuple[str, str]) -> str:
    return identity[0] or identity[1] or "one without a uuid"
