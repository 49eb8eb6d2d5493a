"""A wire of the command line that leads to a virtual plug in memory."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from tests.unit.console.wired import WiredPlug, wired

from ownplug.cli.frame import Frame
from ownplug.cli.wire import Wire
from ownplug.console import Console


class MemoryWire(Wire):
    """Its port is named `wire`, and its other end is `plug`."""

    def __init__(self, frame: Frame, plug: WiredPlug | None = None) -> None:
        super().__init__(frame, "wire", baud=115200, tx_delay_ms=0, wait_s=60)
        self.plug = plug or wired()

    def _open(self) -> AbstractAsyncContextManager[Console]:
        return self.plug.open()
