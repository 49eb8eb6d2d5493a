"""A network in memory with the faults of a real one, deterministic from a seed.

`LoopTimeEventLoop(network)` sends through it whatever is connected or served by host and port, so servers and
clients run unchanged. It behaves as TCP does: bytes come late but in order, or not at all. Each connection has its
own chance, so what happens to one does not change the luck of the others.
"""

from __future__ import annotations

import asyncio
import errno
import random
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

ProtocolFactory = Callable[[], asyncio.BaseProtocol]

_HIGH_WATER = 64 * 1024  # bytes on their way before a sender is told to pause
_NEXT_S = 1e-6  # between two segments of one direction: timers of the same moment have no order
_RESEND_S = (
    0.2  # until a lost segment is sent again, doubled each time. Source: RFC 6298, with Linux' minimum
)
_RESENDS = 5  # then it gets through: no weather holds a segment for more than 6.2 s
_FIRST_PORT = 49152


class MemoryNetwork:
    """Who listens where, who is connected, and the weather.

    Args:
        seed: of all chance.
        delay_s: the shortest and the longest way of a segment, in seconds.
        loss: how likely a segment is lost and sent again, from 0 to below 1.

    Attributes:
        links: the connections now, oldest first; half-open ones belong to it.
    """

    def __init__(
        self, *, seed: int = 1, delay_s: tuple[float, float] = (0.001, 0.02), loss: float = 0.0
    ) -> None:
        self.links: list[MemoryLink] = []
        self.delay_s = delay_s
        self.loss = loss
        self._seed = seed
        self._count = 0
        self._back_s = 0.0  # loop time at which an outage ends
        self._servers: dict[int, MemoryServer] = {}

    def outage(self, seconds: float) -> None:
        """Let nothing through for so long: what is sent meanwhile comes afterwards, as with TCP."""
        self._back_s = max(self._back_s, asyncio.get_running_loop().time() + seconds)
        for link in self.links:
            link.hold(seconds)

    async def connect(self, factory: ProtocolFactory, port: int) -> tuple[MemoryTransport, asyncio.Protocol]:
        """Connect to whoever listens on `port` when the request gets there.

        Raises:
            ConnectionRefusedError: nobody does.
        """
        self._count += 1
        link = MemoryLink(self, self._count, random.Random(f"{self._seed} {self._count}"))  # noqa: S311 - repeatable
        await asyncio.sleep(2 * link.way_s())
        await asyncio.sleep(self._outage_left_s())
        server = self._servers.get(port)
        if server is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"nobody listens on port {port}")
        link.hold(self._outage_left_s())
        transports = link.join(factory, server.factory, port)
        self.links.append(link)
        return transports

    def listen(self, factory: ProtocolFactory, host: str, port: int) -> MemoryServer:
        """Take connections to `port`; 0 is any free one.

        Raises:
            OSError: it is taken.
        """
        port = port or next(free for free in range(_FIRST_PORT, 65536) if free not in self._servers)
        if port in self._servers:
            raise OSError(errno.EADDRINUSE, f"port {port} is taken")
        self._servers[port] = MemoryServer(factory, (host, port), lambda: self._servers.pop(port, None))
        return self._servers[port]

    def _outage_left_s(self) -> float:
        return max(self._back_s - asyncio.get_running_loop().time(), 0.0)


class MemoryServer:
    """A port that is listened to; has what programs commonly use of `asyncio.Server`."""

    def __init__(
        self, factory: ProtocolFactory, address: tuple[str, int], forget: Callable[[], object]
    ) -> None:
        self.factory = factory
        self._address = address
        self._forget = forget
        self._is_open = True

    @property
    def sockets(self) -> tuple[_Socket, ...]:
        """What tells the address, until it is closed."""
        return (_Socket(self._address),) if self._is_open else ()

    def is_serving(self) -> bool:
        """Whether it takes connections."""
        return self._is_open

    def close(self) -> None:
        """Take no more connections; those that are there stay."""
        if self._is_open:
            self._is_open = False
            self._forget()

    async def wait_closed(self) -> None:
        """Nothing to wait for."""


class MemoryLink:
    """One connection, and what can happen to it.

    Attributes:
        port: the server's.
        client_port: what the client calls from.
    """

    def __init__(self, network: MemoryNetwork, number: int, chance: random.Random) -> None:
        self.port = 0
        self.client_port = _FIRST_PORT + number % 16_000
        self._network = network
        self._chance = chance
        self._held_s = 0.0
        self._is_cut = False
        self._ends: tuple[MemoryTransport, ...] = ()

    @property
    def is_cut(self) -> bool:
        """Whether nothing gets through any more."""
        return self._is_cut

    def cut(self) -> None:
        """Let nothing through from now on, and tell nobody: both sides have half a connection."""
        self._is_cut = True

    def reset(self) -> None:
        """Break it so that both sides are told at once."""
        self._is_cut = True
        for end in self._ends:
            end.lose(ConnectionResetError(errno.ECONNRESET, "connection reset by peer"))

    def hold(self, seconds: float) -> None:
        """Delay what is sent in the next `seconds` until they are over."""
        self._held_s = max(self._held_s, asyncio.get_running_loop().time() + seconds)

    def way_s(self) -> float:
        """How long the next segment is on its way, sent again as often as it is lost."""
        shortest_s, longest_s = self._network.delay_s
        way_s, resend_s = self._chance.uniform(shortest_s, longest_s), _RESEND_S
        for _ in range(_RESENDS):
            if self._chance.random() >= self._network.loss:
                break
            way_s, resend_s = way_s + resend_s, resend_s * 2
        return way_s

    def arrival_s(self) -> float:
        """When what is sent now arrives, in loop time."""
        return max(asyncio.get_running_loop().time(), self._held_s) + self.way_s()

    def join(
        self, client: ProtocolFactory, server: ProtocolFactory, port: int
    ) -> tuple[MemoryTransport, asyncio.Protocol]:
        """Make both ends and tell their protocols; return the client's."""
        self.port = port
        addresses = (("127.0.0.1", self.client_port), ("127.0.0.1", port))
        near = MemoryTransport(self, _streaming(client()), *addresses)
        far = MemoryTransport(self, _streaming(server()), *reversed(addresses))
        near.peer, far.peer = far, near
        self._ends = (near, far)
        for end in self._ends:
            end.get_protocol().connection_made(end)
        return near, near.get_protocol()

    def end_lost(self) -> None:
        """Forget the connection once neither side has it any more."""
        if all(end.is_lost for end in self._ends) and self in self._network.links:
            self._network.links.remove(self)


class MemoryTransport(asyncio.Transport):
    """One end of a connection; see `asyncio.Transport`.

    Attributes:
        peer: the other end.
        is_lost: the protocol was told, or is about to be, that the connection is gone.
    """

    def __init__(
        self,
        link: MemoryLink,
        protocol: asyncio.Protocol,
        address: tuple[str, int],
        far_address: tuple[str, int],
    ) -> None:
        super().__init__({"peername": far_address, "sockname": address, "socket": _Socket(address)})
        self.peer = self
        self.is_lost = False
        self._link = link
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._is_closing = False
        self._is_ended = False  # we have said that nothing more comes
        self._is_reading = True
        self._waiting: deque[bytes] = deque()  # arrived, and not yet read; b"" is the end
        self._on_its_way = 0  # bytes of ours that the far side has not yet read
        self._high_water = _HIGH_WATER
        self._is_paused = False
        self._last_s = 0.0

    # --- what asyncio's protocols use ---

    def get_protocol(self) -> asyncio.Protocol:
        """See `asyncio.BaseTransport`."""
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """See `asyncio.BaseTransport`."""
        self._protocol = _streaming(protocol)

    def is_closing(self) -> bool:
        """See `asyncio.BaseTransport`."""
        return self._is_closing

    def is_reading(self) -> bool:
        """See `asyncio.ReadTransport`."""
        return self._is_reading and not self._is_closing

    def pause_reading(self) -> None:
        """See `asyncio.ReadTransport`."""
        self._is_reading = False

    def resume_reading(self) -> None:
        """See `asyncio.ReadTransport`."""
        self._is_reading = True
        self._loop.call_soon(self._read)

    def get_write_buffer_size(self) -> int:
        """See `asyncio.WriteTransport`."""
        return self._on_its_way

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """See `asyncio.WriteTransport`; writing goes on once all is below `high` again."""
        self._high_water = _HIGH_WATER if high is None else high

    def can_write_eof(self) -> bool:
        """See `asyncio.WriteTransport`."""
        return True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """See `asyncio.WriteTransport`."""
        if not data or self._is_closing or self._is_ended:
            return
        self._on_its_way += len(data)
        self._send(bytes(data))
        if self._on_its_way > self._high_water and not self._is_paused:
            self._is_paused = True
            self._protocol.pause_writing()

    def write_eof(self) -> None:
        """See `asyncio.WriteTransport`."""
        if not self._is_ended:
            self._is_ended = True
            self._send(b"")

    def close(self) -> None:
        """See `asyncio.BaseTransport`."""
        if not self._is_closing:
            self.write_eof()
            self._is_closing = True
            self.lose(None)

    def abort(self) -> None:
        """See `asyncio.WriteTransport`; the far side is told as soon as a segment gets there."""
        if not self.is_lost:
            self._is_closing = True
            self._refuse()
            self.lose(None)

    # --- what the network does ---

    def lose(self, error: Exception | None) -> None:
        """Tell the protocol that the connection is gone."""
        if not self.is_lost:
            self.is_lost = self._is_closing = True
            self._waiting.clear()
            self._loop.call_soon(self._protocol.connection_lost, error)
            self._link.end_lost()

    def _send(self, data: bytes) -> None:
        self._at_the_other_end(self.peer.arrive, data)

    def _refuse(self) -> None:
        """Answer with a reset."""
        self._at_the_other_end(
            self.peer.lose, ConnectionResetError(errno.ECONNRESET, "connection reset by peer")
        )

    def _at_the_other_end(self, happens: Callable[[Any], None], what: Any) -> None:
        self._last_s = max(self._last_s + _NEXT_S, self._link.arrival_s())
        self._loop.call_at(self._last_s, self._if_not_cut, happens, what)

    def _if_not_cut(self, happens: Callable[[Any], None], what: Any) -> None:
        if not self._link.is_cut:
            happens(what)

    def arrive(self, data: bytes) -> None:
        """Take what the far side sent; b"" is its end."""
        if not self._is_closing:
            self._waiting.append(data)
            self._read()
        elif data:
            self._refuse()

    def _read(self) -> None:
        while self._waiting and self._is_reading and not self._is_closing:
            data = self._waiting.popleft()
            self.peer.taken(len(data))
            if data:
                self._protocol.data_received(data)
            elif not self._protocol.eof_received():
                self.close()

    def taken(self, count: int) -> None:
        """Note that the far side has read so much of what was sent."""
        self._on_its_way -= count
        if self._is_paused and not self.is_lost and self._on_its_way <= self._high_water // 4:
            self._is_paused = False
            self._protocol.resume_writing()


class _Socket:
    """What programs ask of a socket: its address, and options that mean nothing here."""

    family = socket.AF_UNSPEC

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address

    def getsockname(self) -> tuple[str, int]:
        return self._address

    def setsockopt(self, *_option: object) -> None:
        """There is no system to tell."""


def _streaming(protocol: asyncio.BaseProtocol) -> asyncio.Protocol:
    if not isinstance(protocol, asyncio.Protocol):
        raise TypeError(f"{type(protocol).__name__} takes no stream of bytes")
    return protocol
