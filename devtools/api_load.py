"""The load on the hub's API, a program of its own: `python -m devtools.api_load MODE ORDER`.

ORDER is a JSON file; `measure_api` writes it. The load speaks HTTP/1.1 over bare sockets and keeps connections, for a
client library would take longer than the server. Prints a line when it begins to count and one with what it found.

- `requests`: each connection asks, waits for the whole answer, asks again.
- `live`: presses the button of a virtual plug, or sends a trigger to be echoed, and waits for the WebSocket to tell.
- `sign-in`: asks `/healthz` again and again, at first alone, then while ten people sign in.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from websockets.asyncio.client import connect

from devtools.measure_servers import GENERATOR_CORE, core_used_s
from devtools.measure_table import percentile
from ownplug.aio import SystemClock

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_WARM_UP_S = 0.3
_EVERY_S = 0.02  # between two presses
_HEALTH_EVERY_S = 0.005
_SETTLE_S = 0.5  # until all of them are at it


@dataclass(kw_only=True)
class Order:
    """What is to be done: where, for how long, and with which bytes."""

    port: int
    seconds: float = 0.0
    connections: int = 1
    requests: list[str] = field(default_factory=list)  # each connection sends them in turn
    count: int = 0
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    control: str = ""  # the socket of the virtual plug; empty: the server echoes


class Talk(asyncio.Protocol):
    """One kept connection: sends the next request as soon as an answer is whole, and notes how long each took."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self.taken_s: list[float] = []
        self.failure = ""
        self._requests = requests
        self._sent = 0
        self._began_s = 0.0
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport  # type: ignore[assignment]  # that of a TCP connection
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer."""
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or length is None or len(body) < int(length[1]):
            return
        self.taken_s.append(perf_counter() - self._began_s)
        if b" 200 " not in head.partition(b"\r\n")[0]:
            self.failure = head.decode("latin-1")
        self._buffer = b""
        self._ask()

    def _ask(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._began_s = perf_counter()
            self._transport.write(self._requests[self._sent % len(self._requests)])
            self._sent += 1

    def close(self) -> None:
        """Ask nothing more."""
        if self._transport is not None:
            self._transport.abort()


class Count:
    """Tells the two lines, and how busy the core was between them."""

    def begin(self) -> None:
        """Count from now on."""
        _tell({"event": "begin"})
        self._began = perf_counter(), process_time(), core_used_s(GENERATOR_CORE)

    def end(self, **found: float) -> None:
        """Say what was found since `begin`."""
        seconds, own_s, core_s = (
            now - before
            for now, before in zip(
                (perf_counter(), process_time(), core_used_s(GENERATOR_CORE)), self._began, strict=True
            )
        )
        shares = {"busy": core_s / seconds, "own": own_s / seconds}
        _tell({"event": "end", "seconds": seconds, **shares, **found})


async def ask_again_and_again(order: Order) -> None:
    """The mode `requests`."""
    loop = asyncio.get_running_loop()
    requests = [request.encode("latin-1") for request in order.requests]
    talks = []
    for _ in range(order.connections):
        _, talk = await loop.create_connection(lambda: Talk(requests), "127.0.0.1", order.port)
        talks.append(talk)
    await SystemClock().sleep(_WARM_UP_S)
    for talk in talks:
        talk.taken_s.clear()
    count = Count()
    count.begin()
    await SystemClock().sleep(order.seconds)
    taken_s = [taken for talk in talks for taken in talk.taken_s]
    count.end(requests=float(len(taken_s)), **_shares(taken_s))
    for talk in talks:
        talk.close()
        if talk.failure:
            raise RuntimeError(f"The server answered: {talk.failure}")


async def press_and_wait(order: Order) -> None:
    """The mode `live`."""
    url = f"ws://127.0.0.1:{order.port}{order.path}"
    async with connect(url, additional_headers=order.headers, proxy=None, compression=None) as socket:

        async def until_told() -> None:
            if not order.control:
                await socket.send("now")
                await socket.recv()
                return
            async with _pressed(Path(order.control)):
                while json.loads(await socket.recv())["event"] != "relay-switched":
                    pass

        taken_s: list[float] = []
        await until_told()  # what is opened at the first one is open then
        count = Count()
        count.begin()
        for _ in range(order.count):
            await SystemClock().sleep(_EVERY_S)
            taken_s.append(await _timed(until_told))
        count.end(**_shares(taken_s))


async def sign_in_and_look(order: Order) -> None:
    """The mode `sign-in`: the first request is the look, each other one a person's sign-in."""
    health, *people = [request.encode("latin-1") for request in order.requests]
    count = Count()
    count.begin()
    quiet_s = await _looks(order, health, order.seconds)
    taken_s: list[float] = []
    async with asyncio.TaskGroup() as tasks:
        signing = [
            tasks.create_task(_sign_in(order, request, f"127.0.0.{number + 2}", taken_s))
            for number, request in enumerate(people)
        ]
        await SystemClock().sleep(_SETTLE_S)
        busy_s = await _looks(order, health, order.seconds)
        for task in signing:
            task.cancel()
    count.end(
        quiet_p99_ms=1e3 * percentile(quiet_s, 99),
        busy_p99_ms=1e3 * percentile(busy_s, 99),
        **_shares(taken_s),
    )


async def _looks(order: Order, request: bytes, seconds: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", order.port)

    async def look() -> None:
        writer.write(request)
        await _answer(reader)

    taken_s: list[float] = []
    end_s = perf_counter() + seconds
    while perf_counter() < end_s:
        taken_s.append(await _timed(look))
        await SystemClock().sleep(_HEALTH_EVERY_S)
    writer.close()
    return taken_s


async def _sign_in(order: Order, request: bytes, address: str, taken_s: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", order.port, local_addr=(address, 0))

    async def sign_in() -> None:
        writer.write(request)
        await _answer(reader)

    try:
        while True:
            taken_s.append(await _timed(sign_in))
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    if length is None or b" 200 " not in head.partition(b"\r\n")[0]:
        raise RuntimeError(f"The server answered: {head.decode('latin-1')}")
    await reader.readexactly(int(length[1]))


@asynccontextmanager
async def _pressed(control: Path) -> AsyncIterator[None]:
    """Press the button of the virtual plug; its answer comes after the press, and nobody waits for it."""
    reader, writer = await asyncio.open_unix_connection(control)
    try:
        writer.write(b'{"do": "press"}\n')
        yield
        with suppress(OSError):
            await reader.readline()
    finally:
        writer.close()


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    began_s = perf_counter()
    await work()
    return perf_counter() - began_s


def _shares(taken_s: Sequence[float]) -> dict[str, float]:
    return {f"p{share}_ms": 1e3 * percentile(taken_s, share) for share in (50, 99)}


def _tell(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


MODES = {"requests": ask_again_and_again, "live": press_and_wait, "sign-in": sign_in_and_look}


def main() -> None:
    """Do what the order says."""
    mode, order = sys.argv[1:]
    asyncio.run(MODES[mode](Order(**json.loads(Path(order).read_text("utf-8")))))


if __name__ == "__main__":
    main()
