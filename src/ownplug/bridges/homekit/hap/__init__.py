"""The one door of HAP-python: a HAP server for the accessories of the bridge.

The library answers each request at once. What takes time here, a plug's answer or the disk, delays the answer of the
connection that waits for it, and nothing else.
"""

from ownplug.bridges.homekit.hap.driver import Driver
from ownplug.bridges.homekit.hap.keeping import Controls
from ownplug.bridges.homekit.hap.opening import open_hap

__all__ = ["Controls", "Driver", "open_hap"]
