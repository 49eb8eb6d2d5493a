"""One plug through its serial shell, for a person who has the case open: ask, set, watch, repair.

    import ownplug

    async with ownplug.console.open("/dev/ttyUSB0") as plug:
        print(await plug.hardware())

Mains and the serial adapter must never be connected together: the board's ground is at mains potential. The board
is given 3.3 V by the adapter.

Longer jobs (`snapshot`, `backup`, `Restore`, `LeaveFactory`, `write_identity`) take a console. They look first at
what is done already, so `insist` can do them through pulled cables and restarts.
"""

from ownplug.console.backup_file import Backup, load_backup, parse_backup, render_backup, save_backup
from ownplug.console.backups import backup, check_same_plug
from ownplug.console.console import Console
from ownplug.console.console import open_console as open  # noqa: A004 - it is what one writes
from ownplug.console.conversation import Answer
from ownplug.console.danger import check_word, danger_of, danger_word
from ownplug.console.difference import Difference, differences
from ownplug.console.document import reply_document, setting_value
from ownplug.console.factory import FactoryStep, LeaveFactory, LeftFactory, leave_factory
from ownplug.console.identity import choose_identity, read_identity, write_identity
from ownplug.console.insistence import InsistSettings, Opening, insist
from ownplug.console.keys import Store, setting_of
from ownplug.console.masking import masked_echo, masked_line
from ownplug.console.plan import (
    Change,
    Left,
    RestoreOptions,
    RestorePlan,
    Why,
    is_typable,
    plan_restore,
)
from ownplug.console.private_file import check_new, write_new
from ownplug.console.progress import Progress, Told
from ownplug.console.provenance import Origin, PlugFacts, Provenance
from ownplug.console.restore import Restore, Restored
from ownplug.console.session import Session, SessionSettings
from ownplug.console.snapshots import Found, Snapshot, fail_rest, make_snapshot, snapshot
from ownplug.console.store import read_store, write_surely
from ownplug.console.telling import event_kind, event_text, sighting_document
from ownplug.console.watch import Sighting, Watcher, sightings

__all__ = [
    "Answer",
    "Backup",
    "Change",
    "Console",
    "Difference",
    "FactoryStep",
    "Found",
    "InsistSettings",
    "LeaveFactory",
    "Left",
    "LeftFactory",
    "Opening",
    "Origin",
    "PlugFacts",
    "Progress",
    "Provenance",
    "Restore",
    "RestoreOptions",
    "RestorePlan",
    "Restored",
    "Session",
    "SessionSettings",
    "Sighting",
    "Snapshot",
    "Store",
    "Told",
    "Watcher",
    "Why",
    "backup",
    "check_new",
    "check_same_plug",
    "check_word",
    "choose_identity",
    "danger_of",
    "danger_word",
    "differences",
    "event_kind",
    "event_text",
    "fail_rest",
    "insist",
    "is_typable",
    "leave_factory",
    "load_backup",
    "make_snapshot",
    "masked_echo",
    "masked_line",
    "open",
    "parse_backup",
    "plan_restore",
    "read_identity",
    "read_store",
    "render_backup",
    "reply_document",
    "save_backup",
    "setting_of",
    "setting_value",
    "sighting_document",
    "sightings",
    "snapshot",
    "write_identity",
    "write_new",
    "write_surely",
]
