"""Which plugs of a list are in reach now: by their own networks, or by where they answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ownplug.core.errors import LinkError, OwnplugError, UsageError
from ownplug.core.secret import Secret
from ownplug.pairing.batch import InReach
from ownplug.pairing.by_http import identify
from ownplug.pairing.taking_home import Wish
from ownplug.plug import HttpLink

_ANSWER_S = 3.0
_SSID_DIGITS = 4  # of the MAC, at the end of the name of a plug's network


async def by_network(wish: Wish, note: Callable[[str], None]) -> Sequence[InReach]:
    """Return the plugs whose networks this machine hears; why it hears none for once is told to `note`.

    Raises:
        UsageError: this machine cannot join networks.
    """
    from ownplug.transport.wifi_join import plugs_in_reach

    try:
        heard = await plugs_in_reach()
    except LinkError as error:  # one scan that fails is no end of a list
        note(str(error))
        return []
    return [
        InReach(mark=ssid, mac_tail=ssid[-_SSID_DIGITS:].lower(), wish=replace(wish, join_ssid=ssid))
        for ssid in heard
    ]


async def at_address(wish: Wish) -> Sequence[InReach]:
    """Return the plug in pairing mode that answers at the address of `wish`, if one does.

    Raises:
        UsageError: it is no address.
    """
    try:
        link = HttpLink(
            wish.url, key=Secret(""), trusting=True, timeout_s=_ANSWER_S, connect_timeout_s=_ANSWER_S
        )
        async with link:
            _, uuid, _ = await identify(link)
    except UsageError:
        raise
    except OwnplugError:  # nobody, or one that is paired already
        return []
    return [InReach(mark=uuid.text, mac_tail=uuid.mac.digits, wish=wish)]
