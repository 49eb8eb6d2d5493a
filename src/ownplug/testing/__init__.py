"""The public test kit: time that the test owns, and contracts that any implementation can be put through.

For tests of ownplug and of programs that use it; the product itself never imports it.
"""

from ownplug.testing.byte_streams import BYTE_STREAM_CHECKS, Quirk, check_byte_stream, is_excused
from ownplug.testing.clock import FakeClock
from ownplug.testing.looptime import LoopClock, LoopTimeEventLoop, run_in_loop_time
from ownplug.testing.network import MemoryLink, MemoryNetwork

__all__ = [
    "BYTE_STREAM_CHECKS",
    "FakeClock",
    "LoopClock",
    "LoopTimeEventLoop",
    "MemoryLink",
    "MemoryNetwork",
    "Quirk",
    "check_byte_stream",
    "is_excused",
    "run_in_loop_time",
]
