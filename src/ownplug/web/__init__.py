"""The hub for people and programs on the network: HTTP API, live events, and the page on which one signs in.

Every request passes the same questions before anything is read: is the Host one of ours, is the Origin (if a browser
sent one) one of ours, who asks, and may it do that. Bad input of any size or shape gets a problem document (RFC 9457),
never a traceback, and nothing that is asked with GET changes anything.
"""

from ownplug.web.app import create_app
from ownplug.web.backup import BackupDoor
from ownplug.web.console_views import (
    ConsoleAnswer,
    ConsoleDanger,
    ConsoleDoor,
    ConsoleFailure,
    ConsoleJobView,
    ConsoleTalk,
    LightMeaning,
    LightView,
    Line,
    PortView,
    RestorePlanView,
    RestoreWish,
    SettingDifference,
    StartView,
    StoredSetting,
)
from ownplug.web.discovery import DiscoveryDoor, SightedPlug
from ownplug.web.doors import Doors
from ownplug.web.homekit import HomekitDoor, HomekitPairing
from ownplug.web.hub_settings import Effect, SettingsDoor, SettingsView, SettingView, setting_document
from ownplug.web.lab_port import (
    MOST_LAB_PLUGS,
    LabDoor,
    LabFault,
    LabLamp,
    LabLoad,
    LabMessage,
    LabModel,
    LabPlugView,
    LabRelay,
    LabWish,
    TakingHome,
)
from ownplug.web.moving import MoveDoor, MovedPlug, MoveView, MoveWish
from ownplug.web.pairing import PairingDoor, PairingView, PairingWish
from ownplug.web.pairing_batches import BatchDoor, BatchLineView, BatchView, BatchWish, BatchWishLine
from ownplug.web.pairing_views import (
    DoneStep,
    Fact,
    FoundPlug,
    HeardNetwork,
    NearbyPlugs,
    PairingFailure,
    StageView,
)
from ownplug.web.server import WebServer, open_web
from ownplug.web.settings import WebSettings

__all__ = [
    "MOST_LAB_PLUGS",
    "BackupDoor",
    "BatchDoor",
    "BatchLineView",
    "BatchView",
    "BatchWish",
    "BatchWishLine",
    "ConsoleAnswer",
    "ConsoleDanger",
    "ConsoleDoor",
    "ConsoleFailure",
    "ConsoleJobView",
    "ConsoleTalk",
    "DiscoveryDoor",
    "DoneStep",
    "Doors",
    "Effect",
    "Fact",
    "FoundPlug",
    "HeardNetwork",
    "HomekitDoor",
    "HomekitPairing",
    "LabDoor",
    "LabFault",
    "LabLamp",
    "LabLoad",
    "LabMessage",
    "LabModel",
    "LabPlugView",
    "LabRelay",
    "LabWish",
    "LightMeaning",
    "LightView",
    "Line",
    "MoveDoor",
    "MoveView",
    "MoveWish",
    "MovedPlug",
    "NearbyPlugs",
    "PairingDoor",
    "PairingFailure",
    "PairingView",
    "PairingWish",
    "PortView",
    "RestorePlanView",
    "RestoreWish",
    "SettingDifference",
    "SettingView",
    "SettingsDoor",
    "SettingsView",
    "SightedPlug",
    "StageView",
    "StartView",
    "StoredSetting",
    "TakingHome",
    "WebServer",
    "WebSettings",
    "create_app",
    "open_web",
    "setting_document",
]
