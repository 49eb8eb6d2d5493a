"""What the web interface opens to who may come in: the parts of a hub, each by what may be asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.web.backup import BackupDoor
from ownplug.web.console_views import ConsoleDoor
from ownplug.web.discovery import DiscoveryDoor
from ownplug.web.homekit import HomekitDoor
from ownplug.web.hub_settings import SettingsDoor
from ownplug.web.lab_port import LabDoor
from ownplug.web.moving import MoveDoor
from ownplug.web.pairing import PairingDoor
from ownplug.web.pairing_batches import BatchDoor
from ownplug.web.ports import HubDoor, LoginDoor


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The parts behind the web interface.

    Attributes:
        hub: the plugs and what is known of them, `ownplug.hub.HubApi`.
        logins: knows who may do what, `ownplug.hub.Logins`.
        pairing: takes plugs home.
        batches: takes lists of plugs home.
        moves: takes plugs to another server.
        discovery: finds plugs in this machine's network.
        backup: makes backups of the home.
        settings: shows and changes the hub's settings.
        console: opens serial ports.
        lab: runs virtual plugs; None: this hub has no laboratory.
        homekit: shows plugs to Apple's Home; None: that is off.
    """

    hub: HubDoor
    logins: LoginDoor
    pairing: PairingDoor
    batches: BatchDoor
    moves: MoveDoor
    discovery: DiscoveryDoor
    backup: BackupDoor
    settings: SettingsDoor
    console: ConsoleDoor
    lab: LabDoor | None = None
    homekit: HomekitDoor | None = None
