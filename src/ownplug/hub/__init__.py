"""Many plugs: registry, sessions, answers to the start-up talk, events, and the one door to them all.

The hub sees ports, not the MQTT server, not the database: it works the same with a foreign server.
Availability is per uuid, a signature is checked on every message, and a plug is answered before anything else is done.
"""

from ownplug.core.energy.kept import CorrectionRow
from ownplug.hub.access import HomeGatekeeper
from ownplug.hub.accounts import Accounts
from ownplug.hub.api import HubApi
from ownplug.hub.app_logins import AppAccount, AppLogins
from ownplug.hub.availability import AvailabilitySpan
from ownplug.hub.complaints import Complaints
from ownplug.hub.devices import Device, DeviceGone, Devices, Feature, Kind
from ownplug.hub.energy import By, Comparison, Energy, NamedSeries, Total, csv_lines
from ownplug.hub.events import (
    CommandRefused,
    Event,
    FirmwareProgress,
    LimitBroken,
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
from ownplug.hub.figures import Figures
from ownplug.hub.firmware import FirmwareView, Upgrades
from ownplug.hub.hub import Hub
from ownplug.hub.image_check import FirmwareOffer
from ownplug.hub.logins import Caller, Logins, SignIn
from ownplug.hub.messages import Direction, MessageView
from ownplug.hub.observing import Observing
from ownplug.hub.paging import MARK_PATTERN
from ownplug.hub.passwords import PasswordCheck
from ownplug.hub.penalties import Penalties
from ownplug.hub.ports import (
    AvailabilityStore,
    Disk,
    Exchange,
    FileHandout,
    HomeStore,
    LoginStore,
    MqttServer,
)
from ownplug.hub.readiness import Obstacle
from ownplug.hub.recent_warnings import RecentWarnings
from ownplug.hub.refusals import Refusal, RefusalCause, Refusals
from ownplug.hub.registry import PlugChange
from ownplug.hub.session import LinkKind
from ownplug.hub.settings import HubSettings
from ownplug.hub.talk import StartupTalk
from ownplug.hub.timers import TimerView
from ownplug.hub.upgrade import UpgradeJob, UpgradeState
from ownplug.hub.views import HomeView, PlugView, UserView
from ownplug.hub.wishes import Wish, Wishes
from ownplug.ledger import Grain, PartSeries, Peak, SampleSeries, Series
from ownplug.plug import KeptRules, UnreadRule

__all__ = [
    "MARK_PATTERN",
    "Accounts",
    "AppAccount",
    "AppLogins",
    "AvailabilitySpan",
    "AvailabilityStore",
    "By",
    "Caller",
    "CommandRefused",
    "Comparison",
    "Complaints",
    "CorrectionRow",
    "Device",
    "DeviceGone",
    "Devices",
    "Direction",
    "Disk",
    "Energy",
    "Event",
    "Exchange",
    "Feature",
    "Figures",
    "FileHandout",
    "FirmwareOffer",
    "FirmwareProgress",
    "FirmwareView",
    "Grain",
    "HomeGatekeeper",
    "HomeStore",
    "HomeView",
    "Hub",
    "HubApi",
    "HubSettings",
    "KeptRules",
    "Kind",
    "LimitBroken",
    "LinkKind",
    "LoginStore",
    "Logins",
    "MessageView",
    "MqttServer",
    "NamedSeries",
    "Observing",
    "Obstacle",
    "PartSeries",
    "PasswordCheck",
    "Peak",
    "Penalties",
    "PlugBound",
    "PlugChange",
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
    "SampleSeries",
    "Series",
    "SignIn",
    "StartupTalk",
    "TimerView",
    "TimersChanged",
    "Total",
    "UnreadRule",
    "UpgradeJob",
    "UpgradeState",
    "Upgrades",
    "UserView",
    "Wish",
    "Wishes",
    "csv_lines",
]
