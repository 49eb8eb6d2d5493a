"""The desks that do what the API asks, behind the doors that the web interface opens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ownplug.app.backup_desk import BackupDesk
from ownplug.app.batch_desk import BatchDesk
from ownplug.app.console_desk import ConsoleDesk
from ownplug.app.console_ports import MorePorts, OfferedPort
from ownplug.app.discovery import DiscoveryDesk
from ownplug.app.home import HomeFolder
from ownplug.app.homekit_desk import HomekitDesk
from ownplug.app.laboratory import Laboratory
from ownplug.app.means import Means
from ownplug.app.move_desk import MoveDesk
from ownplug.app.pairing_desk import PairingDesk
from ownplug.app.settings import Settings
from ownplug.app.settings_desk import SettingsDesk
from ownplug.hub import HubApi, Logins
from ownplug.web import Doors


@asynccontextmanager
async def open_doors(
    api: HubApi,
    logins: Logins,
    means: Means,
    all_settings: SettingsDesk,
    *,
    folder: HomeFolder,
    settings: Settings,
    more_ports: MorePorts,
    laboratory: Laboratory | None,
    homekit: HomekitDesk | None,
) -> AsyncIterator[Doors]:
    """Run the desks of a hub; what they have begun ends with the context.

    Args:
        api: the hub's own door.
        logins: knows who may do what.
        means: of this hub.
        all_settings: shows and changes them.
        folder: of the home.
        settings: how the hub runs.
        more_ports: tells serial ports besides those of this machine.
        laboratory: of virtual plugs, whose consoles are offered, too; None: there is none.
        homekit: the bridge to Apple's Home; None: it is off.
    """
    ports = _offered(more_ports, laboratory)
    async with (
        ConsoleDesk(means.clock, settings.console.ports, ports) as consoles,
        PairingDesk(means, open_console=consoles.open_console) as pairing,
        BatchDesk(means, folder) as batches,
        MoveDesk(means, folder) as moves,
    ):
        yield Doors(
            hub=api,
            logins=logins,
            pairing=pairing,
            batches=batches,
            moves=moves,
            discovery=DiscoveryDesk(means),
            backup=BackupDesk(folder, means.clock),
            settings=all_settings,
            console=consoles,
            lab=laboratory,
            homekit=homekit,
        )


def _offered(more_ports: MorePorts, laboratory: Laboratory | None) -> MorePorts:
    if laboratory is None:
        return more_ports
    return lambda: [
        *more_ports(),
        *(OfferedPort(name=name, description=whose) for name, whose in laboratory.ttys()),
    ]
