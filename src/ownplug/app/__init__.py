"""Settings and composition: the only place that knows which parts run.

What starts first stops last. A part that cannot start stops those before it, and the error says what to do.
"""

from ownplug.app.backup_desk import BackupDesk
from ownplug.app.compose import Ready, open_hub
from ownplug.app.descriptors import grant_descriptors
from ownplug.app.home import HomeFolder
from ownplug.app.laboratory import Laboratory, OpenLab
from ownplug.app.restore import RestoredHome, check_backup, open_restore, read_header
from ownplug.app.settings import Origin, Settings, load_settings
from ownplug.app.settings_desk import CHANGEABLE, SettingsDesk
from ownplug.app.swap import finish_restore, has_home

__all__ = [
    "CHANGEABLE",
    "BackupDesk",
    "HomeFolder",
    "Laboratory",
    "OpenLab",
    "Origin",
    "Ready",
    "RestoredHome",
    "Settings",
    "SettingsDesk",
    "check_backup",
    "finish_restore",
    "grant_descriptors",
    "has_home",
    "load_settings",
    "open_hub",
    "open_restore",
    "read_header",
]
