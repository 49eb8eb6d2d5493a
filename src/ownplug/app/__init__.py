"""Settings and composition: the only place that knows which parts run.

What starts first stops last. A part that cannot start stops those before it, and the error says what to do.
"""

from ownplug.app.backup_desk import BackupDesk
from ownplug.app.batch_file import keep_taken, read_taken
from ownplug.app.compose import Ready, open_hub
from ownplug.app.console_ports import OfferedPort
from ownplug.app.descriptors import grant_descriptors
from ownplug.app.discovery import open_search
from ownplug.app.home import HomeFolder
from ownplug.app.laboratory import Laboratory, OpenLab
from ownplug.app.move_run import carry_out, check_no_move, forget_move, read_move
from ownplug.app.restore import RestoredHome, check_backup, open_restore, read_header
from ownplug.app.settings import Origin, Settings, load_settings
from ownplug.app.settings_desk import CHANGEABLE, SettingsDesk
from ownplug.app.swap import finish_restore, has_home

__all__ = [
    "CHANGEABLE",
    "BackupDesk",
    "HomeFolder",
    "Laboratory",
    "OfferedPort",
    "OpenLab",
    "Origin",
    "Ready",
    "RestoredHome",
    "Settings",
    "SettingsDesk",
    "carry_out",
    "check_backup",
    "check_no_move",
    "finish_restore",
    "forget_move",
    "grant_descriptors",
    "has_home",
    "keep_taken",
    "load_settings",
    "open_hub",
    "open_restore",
    "open_search",
    "read_header",
    "read_move",
    "read_taken",
]
