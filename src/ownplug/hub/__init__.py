"""Many plugs: registry, sessions, answers to the start-up talk, events, and the one door to them all.

The hub sees ports, not the MQTT server, not the database: it works the same with a foreign server.
Availability is per uuid, a signature is checked on every message, and a plug is answered before anything else is done.
"""

from ownplug.hub.access import HomeGatekeeper
from ownplug.hub.accounts import Accounts
from ownplug.hub.api import HomeView, HubApi, PlugView, UserView
from ownplug.hub.availability import AvailabilitySpan
from ownplug.hub.events import (
    Event,
    PlugBound,
    PlugForgotten,
    PlugOffline,
    PlugOnline,
    PlugRegistered,
    PlugRenamed,
    PowerRead,
    RelaySwitched,
)
from ownplug.hub.figures import Figures
from ownplug.hub.hub import Hub
from ownplug.hub.messages import Direction, MessageView
from ownplug.hub.observing import Observing
from ownplug.hub.ports import AvailabilityStore, Disk, Exchange, HomeStore, MqttServer
from ownplug.hub.readiness import Obstacle
from ownplug.hub.recent_warnings import RecentWarnings
from ownplug.hub.refusals import Refusal, RefusalCause, Refusals
from ownplug.hub.settings import HubSettings
from ownplug.hub.talk import StartupTalk

__all__ = [
    "Accounts",
    "AvailabilitySpan",
    "AvailabilityStore",
    "Direction",
    "Disk",
    "Event",
    "Exchange",
    "Figures",
    "HomeGatekeeper",
    "HomeStore",
    "HomeView",
    "Hub",
    "HubApi",
    "HubSettings",
    "MessageView",
    "MqttServer",
    "Observing",
    "Obstacle",
    "PlugBound",
    "PlugForgotten",
    "PlugOffline",
    "PlugOnline",
    "PlugRegistered",
    "PlugRenamed",
    "PlugView",
    "PowerRead",
    "RecentWarnings",
    "Refusal",
    "RefusalCause",
    "Refusals",
    "RelaySwitched",
    "StartupTalk",
    "UserView",
]
