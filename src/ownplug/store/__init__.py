"""What survives a restart, in one SQLite file.

Blocking calls run on one thread of their own. Registry, accounts and keys are on the disk before the caller is
told so: a kill at any moment loses nothing that was acknowledged.
"""

from ownplug.store.home import SqliteStore

__all__ = ["SqliteStore"]
