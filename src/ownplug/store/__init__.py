"""What survives a restart, in one SQLite file.

Blocking calls run on one thread of their own. Registry, accounts and keys are on the disk before the caller is
told so: a kill at any moment loses nothing that was acknowledged.
"""

from ownplug.store.check import check_database
from ownplug.store.home import SqliteStore
from ownplug.store.migrations import migrations
from ownplug.store.sqlite import copy_database

SCHEMA_VERSION = len(migrations())

__all__ = ["SCHEMA_VERSION", "SqliteStore", "check_database", "copy_database"]
