"""The shell on the plug's serial console: what is typed, and what is printed of it.

Which commands there are and how their replies look, `core.shell` knows; here is what they do, on the same device
as the messages of `handlers`. A machine without a wire: the board carries the bytes.
"""

from ownplug.virtual.firmware.shell.machine import Shell

__all__ = ["Shell"]
