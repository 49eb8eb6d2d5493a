"""Our MQTT server alone in a process, to be measured: `python -m devtools.measure_served HOME`.

The real server with a home's real logins and rights; with `--hub` the hub hears its plugs, as in the product.
Prints one JSON line when it listens, then obeys lines on standard input and answers each with one JSON line:

- `watch`: from now on note how late the loop calls; `delay`: how late it was, and stop.
- `ask COUNT`: ask the first plug for its power so many times, a hundredth of a second apart.
- `relay COUNT`: the same with a request that was made before, and a reply that nobody looks at: what the server adds.

It ends when standard input does.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from devtools.measure_table import percentile
from ownplug.aio import SystemClock
from ownplug.app import HomeFolder, load_settings
from ownplug.app.exchange import BrokerExchange
from ownplug.broker import Broker
from ownplug.core.identity import Uuid
from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.secret import Secret
from ownplug.hub import Hub
from ownplug.store import SqliteStore
from ownplug.transport.certificates import ensure_certificates
from ownplug.transport.tls import server_context

LISTENER = ("listener", "listens to all")
"""Name and password of the user that the load generator signs in as."""

_ASK_EVERY_S = 0.01
_TICK_S = 0.005


class LoopWatch:
    """Notes how late the loop runs what is due: the delay that any plug's packet may meet."""

    def __init__(self) -> None:
        self._late_s: list[float] = []
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin anew."""
        self.stop()
        self._late_s = []
        self._wait()

    def stop(self) -> list[float]:
        """End; return every delay in seconds."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        return self._late_s

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_TICK_S, self._note, perf_counter() + _TICK_S)

    def _note(self, due_s: float) -> None:
        self._late_s.append(max(0.0, perf_counter() - due_s))
        self._wait()


@asynccontextmanager
async def serve(home: Path, *, with_hub: bool) -> AsyncIterator[tuple[Hub, Broker, dict[str, object]]]:
    """Run the server; give its hub, itself, and where and how one signs in."""
    folder, clock = HomeFolder(home), SystemClock()
    folder.prepare()
    settings, _ = load_settings(folder.settings_file, {}, {})
    limits = replace(
        settings.broker, mqtts="127.0.0.1:0", max_connections=60_000, max_connections_per_address=60_000
    )
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(SqliteStore(folder.database))
        hub = await stack.enter_async_context(Hub(settings.hub, store, clock))
        files = await ensure_certificates(folder.tls, ["127.0.0.1"], clock)
        name, password = LISTENER
        await hub.accounts.add(
            name, Secret(password), read=["/appliance/+/publish"], write=["/appliance/+/subscribe"]
        )
        exchange = BrokerExchange(hub)
        broker = Broker(
            limits,
            hub.gatekeeper(),
            clock,
            tls=server_context(files.server, files.server_key),
            listener=exchange if with_hub else None,
        )
        if with_hub:
            exchange.join(broker)
        await stack.enter_async_context(broker)
        address = broker.tls_address
        if address is None:
            raise AssertionError("it was asked for")
        yield (
            hub,
            broker,
            {
                "port": address[1],
                "certificate": str(files.server),
                "key_file": str(files.server_key),
                "user_id": hub.home.user_id,
                "key": hub.home.key.reveal(),
                "loop": type(asyncio.get_running_loop()).__module__.split(".", maxsplit=1)[0],
            },
        )


async def ask(hub: Hub, count: int) -> dict[str, object]:
    """Ask the first plug for its power, again and again; the last step before the HTTP API."""
    session = hub.session(await _first_plug(hub))

    async def question() -> None:
        await session.request(Method.GET, ns.CONTROL_ELECTRICITY, {})

    return await _timed(question, count)


async def relay(hub: Hub, broker: Broker, count: int) -> dict[str, object]:
    """Send the first plug the same bytes again and again, and wait for whatever it answers."""
    uuid = await _first_plug(hub)
    inbox, outbox = device_inbox(uuid.text), device_outbox(uuid.text)
    maker = MessageMaker(key=hub.home.key, sender=outbox, new_id=lambda: "00112233445566778899aabbccddeeff")
    data = encode_message(maker.make(Method.GET, ns.CONTROL_ELECTRICITY, {}, now_s=0))
    answered = asyncio.Event()
    detach = broker.attach(outbox, lambda _topic, _payload: answered.set())

    async def question() -> None:
        answered.clear()
        broker.publish(inbox, data)
        await answered.wait()

    try:
        return await _timed(question, count)
    finally:
        detach()


async def _first_plug(hub: Hub) -> Uuid:
    clock = SystemClock()
    while not (plugs := [plug for plug in hub.registry.all() if hub.session(plug.uuid).online]):
        await clock.sleep(_ASK_EVERY_S)
    return plugs[0].uuid


async def _timed(question: Callable[[], Awaitable[None]], count: int) -> dict[str, object]:
    clock = SystemClock()
    taken_s: list[float] = []
    for _ in range(count):
        await clock.sleep(_ASK_EVERY_S)
        began = perf_counter()
        await question()
        taken_s.append(perf_counter() - began)
    return {
        "answers": len(taken_s),
        "p50_ms": 1e3 * percentile(taken_s, 50),
        "p99_ms": 1e3 * percentile(taken_s, 99),
    }


async def obey(hub: Hub, broker: Broker) -> None:
    """Do what standard input says until it ends."""
    watch = LoopWatch()
    while line := await asyncio.to_thread(sys.stdin.readline):
        match line.split():
            case ["watch"]:
                watch.start()
                _tell({})
            case ["delay"]:
                late_s = watch.stop()
                shares = {f"p{share}_ms": 1e3 * percentile(late_s, share) for share in (50, 99)}
                _tell({**shares, "max_ms": 1e3 * max(late_s, default=0.0), "looks": len(late_s)})
            case ["ask", count]:
                _tell(await ask(hub, int(count)))
            case ["relay", count]:
                _tell(await relay(hub, broker, int(count)))


async def run(home: Path, *, with_hub: bool) -> None:
    """Serve, and obey."""
    async with serve(home, with_hub=with_hub) as (hub, broker, told):
        _tell(told)
        await obey(hub, broker)


def _tell(facts: dict[str, object]) -> None:
    print(json.dumps(facts), flush=True)


def _loop_of(name: str) -> Callable[[], asyncio.AbstractEventLoop] | None:
    if name == "asyncio":
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module(name).new_event_loop
    return factory


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--hub", action="store_true", help="the hub hears its plugs")
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)  # what is measured is the server, not the terminal
    with asyncio.Runner(loop_factory=_loop_of(options.loop)) as runner:
        runner.run(run(options.home, with_hub=options.hub))


if __name__ == "__main__":
    main()
