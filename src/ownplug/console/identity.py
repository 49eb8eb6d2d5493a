"""Who a plug is: reading it, and making it another one."""

from __future__ import annotations

from typing import Literal

from ownplug.console.agree import ask_until_agreed
from ownplug.console.console import Console
from ownplug.core.errors import DeviceError, UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.shell import Risk
from ownplug.core.shell.replies import Identity


async def read_identity(console: Console) -> Identity:
    """Read uuid and MAC until two readings agree; each is text where it is not what it should be.

    Raises:
        OwnplugError: see `Console.identity`.
    """
    return await ask_until_agreed(console.identity, is_whole=_is_whole, what="its identity")


def choose_identity(present: Identity, *, uuid: Uuid | None, mac: Mac | None) -> tuple[Uuid, Mac]:
    """Tell who a plug will be, from who it is and what is to be written; pure.

    Raises:
        UsageError: the uuid would not end in the MAC, or there would be none.
    """
    new_uuid, new_mac = uuid or present.uuid, mac or present.mac
    if not isinstance(new_uuid, Uuid):
        raise UsageError(f"The plug has no uuid but {new_uuid!r}.", hint="Give it one, with --uuid.")
    if not isinstance(new_mac, Mac):
        raise UsageError(f"The plug has no MAC but {new_mac!r}.", hint="Give it one, with --mac.")
    if new_uuid.mac != new_mac:
        raise UsageError(
            f"A uuid ends in the MAC of its plug: {new_uuid} does not end in that of {new_mac}.",
            hint=f"Give both, with --uuid and --mac; the MAC of this uuid is {new_uuid.mac}.",
        )
    return new_uuid, new_mac


async def write_identity(
    console: Console,
    uuid: Uuid,
    mac: Mac,
    *,
    was: Identity | None = None,
    accept: Literal[Risk.IDENTITY],
) -> Identity:
    """Write what differs of uuid and MAC, and read both back; the plug goes by them from its next start on.

    May be called again when the wire broke in the midst of it.

    Args:
        console: of the plug.
        uuid: what it becomes.
        mac: that the uuid ends in.
        was: who it was before the first call, so that no other plug is changed in its place.
        accept: says that this is wanted.

    Raises:
        UsageError: the uuid does not end in the MAC, or this is another plug; nothing was written.
        DeviceError: the plug refuses one, or does not keep it.
        OwnplugError: see `Session.ask`.
    """
    present = await read_identity(console)
    choose_identity(present, uuid=uuid, mac=mac)
    if was and not (present.uuid in {was.uuid, uuid} and present.mac in {was.mac, mac}):
        raise UsageError(f"Another plug is on the wire now: {present.uuid}.", hint="It stays as it is.")
    if present.uuid != uuid:
        await console.write_uuid(uuid, accept=accept)
    if present.mac != mac:
        await console.write_mac(mac, accept=accept)
    now = await read_identity(console)
    if (now.uuid, now.mac) != (uuid, mac):
        raise DeviceError(f"The plug does not keep its new identity: it says {now.uuid} and {now.mac}.")
    return now


def _is_whole(told: Identity) -> bool:
    return told.uuid is not None and told.mac is not None
