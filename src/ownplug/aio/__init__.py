"""The asyncio kit: streams, supervised work, bounded fan-out, back-off, and the clock.

Nothing here knows plugs or protocols. Every queue is bounded, and no failure of background work goes untold.
"""

from ownplug.aio.background import beside
from ownplug.aio.backoff import Backoff
from ownplug.aio.broadcast import Broadcast, Overflow, Subscription
from ownplug.aio.byte_stream import READ_SIZE, ByteStream
from ownplug.aio.clock import Clock, SystemClock
from ownplug.aio.memory import memory_pair
from ownplug.aio.supervise import supervise
from ownplug.aio.thread import in_thread

__all__ = [
    "READ_SIZE",
    "Backoff",
    "Broadcast",
    "ByteStream",
    "Clock",
    "Overflow",
    "Subscription",
    "SystemClock",
    "beside",
    "in_thread",
    "memory_pair",
    "supervise",
]
