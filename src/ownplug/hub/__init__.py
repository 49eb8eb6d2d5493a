"""Many plugs: registry, sessions, answers to the start-up talk, events, and the one door to them all.

The hub sees ports, not the MQTT server, not the database: it works the same with a foreign server.
Availability is per uuid, a signature is checked on every message, and a plug is answered before anything else is done.
"""

from ownplug.hub.access import HomeGatekeeper
from ownplug.hub.accounts import Accounts
from ownplug.hub.api import HomeView, HubApi, PlugView, UserView
from ownplug.hub.events import (
    Event,
    FirmwareProgress,
    PlugBound,
    PlugForgotten,
    PlugOffline,
    PlugOnline,
    PlugRegistered,
    PlugRenamed,
    PowerRead,
    RelaySwitched,
)
from ownplug.hub.firmware import FirmwareView, Upgrades
from ownplug.hub.hub import Hub
from ownplug.hub.image_check import FirmwareOffer
from ownplug.hub.ports import Exchange, FileHandout, HomeStore
from ownplug.hub.refusals import Refusal, RefusalCause, Refusals
from ownplug.hub.settings import HubSettings
from ownplug.hub.talk import StartupTalk
from ownplug.hub.upgrade import UpgradeJob, UpgradeState

__all__ = [
    "Accounts",
    "Event",
    "Exchange",
    "FileHandout",
    "FirmwareOffer",
    "FirmwareProgress",
    "FirmwareView",
    "HomeGatekeeper",
    "HomeStore",
    "HomeView",
    "Hub",
    "HubApi",
    "HubSettings",
    "PlugBound",
    "PlugForgotten",
    "PlugOffline",
    "PlugOnline",
    "PlugRegistered",
    "PlugRenamed",
    "PlugView",
    "PowerRead",
    "Refusal",
    "RefusalCause",
    "Refusals",
    "RelaySwitched",
    "StartupTalk",
    "UpgradeJob",
    "UpgradeState",
    "Upgrades",
    "UserView",
]
