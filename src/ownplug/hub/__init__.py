"""Many plugs: registry, sessions, answers to the start-up talk, events, and the one door to them all.

The hub sees ports, not the MQTT server, not the database: it works the same with a foreign server.
Availability is per uuid, a signature is checked on every message, and a plug is answered before anything else is done.
"""

from ownplug.hub.access import HomeGatekeeper
from ownplug.hub.accounts import Accounts
from ownplug.hub.api import HomeView, HubApi, PlugView, UserView
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
    TimersChanged,
)
from ownplug.hub.hub import Hub
from ownplug.hub.ports import Exchange, HomeStore
from ownplug.hub.refusals import Refusal, RefusalCause, Refusals
from ownplug.hub.settings import HubSettings
from ownplug.hub.talk import StartupTalk
from ownplug.hub.timers import TimerView
from ownplug.plug import KeptRules, UnreadRule

__all__ = [
    "Accounts",
    "Event",
    "Exchange",
    "HomeGatekeeper",
    "HomeStore",
    "HomeView",
    "Hub",
    "HubApi",
    "HubSettings",
    "KeptRules",
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
    "TimerView",
    "TimersChanged",
    "UnreadRule",
    "UserView",
]
