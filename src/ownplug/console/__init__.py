"""One plug through its serial shell, for a person who has the case open: ask, set, watch, repair.

    import ownplug

    async with ownplug.console.open("/dev/ttyUSB0") as plug:
        print(await plug.hardware())

Mains and the serial adapter must never be connected together: the board's ground is at mains potential. The board
is given 3.3 V by the adapter.
"""

from ownplug.console.console import Console
from ownplug.console.console import open_console as open  # noqa: A004 - it is what one writes
from ownplug.console.conversation import Answer
from ownplug.console.session import Session, SessionSettings
from ownplug.console.watch import Sighting, Watcher, sightings

__all__ = ["Answer", "Console", "Session", "SessionSettings", "Sighting", "Watcher", "open", "sightings"]
