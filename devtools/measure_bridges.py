"""What bridges add: `python -m devtools.measure_bridges`, about eight minutes. Needs mosquitto-clients.

From a press of a virtual plug's button until the client of each bridge has heard of it, beside a bare `mosquitto_sub`
that listens to what the plug itself says; and what each bridge costs while nothing happens.
`--write docs/measurements.md` puts the tables into that page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from devtools.house import House
from devtools.measure import replace_between_marks
from devtools.measure_table import markdown_table, percentile
from ownplug.virtual import ask_control

MARKS = ("<!-- measured, bridges: begin -->", "<!-- measured, bridges: end -->")
BRIDGES = ("mqtt", "homie", "hass", "homekit", "announce")
PRESSES = 200
PLUGS = 20
SETTLE_S, CALM_S = 20.0, 60.0
USER, PASSWORD = "measurer", "correct horse"
_PAUSE_S = 0.2  # between two presses; a reading follows each
_PATIENCE_S = 5.0
_OF_MQTT = {
    "a bare mosquitto_sub, at the plug's own topic": "/appliance/+/publish",
    "plain MQTT, mosquitto_sub": "ownplug/+/on",
    "Homie, mosquitto_sub": "homie/+/outlet/on",
    "Home Assistant's topics, mosquitto_sub": "ownplug/hass/+/on",
}
_MORE = {"homekit": 'port = 0\naddress = "127.0.0.1"\n'}
_HAP_ON = "00000025-0000-1000-8000-0026BB765291"


@dataclass
class Ear:
    """A client: what it hears, and how long after a press."""

    name: str
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    at_s: float = 0.0
    took_ms: list[float] = field(default_factory=list)

    def hear(self) -> None:
        """Take note that it was told; what follows the first is the reading."""
        if not self.heard.is_set():
            self.at_s = perf_counter()
            self.heard.set()


@contextmanager
def house_with(bridges: tuple[str, ...]) -> Iterator[House]:
    """Run a hub with these bridges, and a user who reads everything."""
    with tempfile.TemporaryDirectory(prefix="ownplug-measure-") as folder:
        house = House(Path(folder))
        house.home.mkdir()
        settings = "".join(f"[{bridge}]\nenabled = true\n{_MORE.get(bridge, '')}" for bridge in bridges)
        (house.home / "ownplug.toml").write_text(settings, "utf-8")
        try:
            house.start_hub("--mqtt", "127.0.0.1:0")
            filters = ("/appliance/#", "ownplug/#", "homie/#", "homeassistant/#")
            rights = [word for each in filters for word in ("--read", each)]
            house.run("user", "add", USER, "--password-stdin", *rights, text=PASSWORD)
            yield house
        finally:
            house.close()


@asynccontextmanager
async def subscribed(house: House, topic_filter: str) -> AsyncIterator[asyncio.StreamReader]:
    """Run a mosquitto_sub and give its output, a line for each message."""
    port = house.ready["mqtt"].rpartition(":")[2]
    login = ("-u", USER, "-P", PASSWORD, "-t", topic_filter, "-R")
    process = await asyncio.create_subprocess_exec(
        "mosquitto_sub", "-h", "127.0.0.1", "-p", port, *login, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None  # noqa: S101 - it was asked for
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


async def follow(lines: asyncio.StreamReader, ear: Ear) -> None:
    """Have an ear hear what concerns relays; the bare one is told of readings, too."""
    is_bare = ear.name.startswith("a bare")
    while line := await lines.readline():
        if not is_bare or b"ToggleX" in line:
            ear.hear()


@asynccontextmanager
async def homekit_ear(house: House) -> AsyncIterator[Ear]:
    """Pair `aiohomekit` with the bridge and listen to the outlet."""
    from aiohomekit.characteristic_cache import CharacteristicCacheMemory
    from aiohomekit.controller.ip.controller import IpController
    from aiohomekit.zeroconf import HAP_TYPE_TCP, ZeroconfServiceListener
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

    ear = Ear("HomeKit, aiohomekit")
    kept = json.loads((house.home / "homekit.json").read_text("utf-8"))
    code = house.run("bridge", "homekit")["setup_code"]
    async with AsyncZeroconf(interfaces=["127.0.0.1"]) as mdns:
        browser = AsyncServiceBrowser(mdns.zeroconf, [HAP_TYPE_TCP], listener=ZeroconfServiceListener())
        async with IpController(char_cache=CharacteristicCacheMemory(), zeroconf_instance=mdns) as controller:
            discovery: Any = await controller.async_find(kept["device_id"], timeout=10)
            pairing: Any = await (await discovery.async_start_pairing("home"))(code)
            outlets = [
                (accessory["aid"], characteristic["iid"])
                for accessory in await pairing.list_accessories_and_characteristics()
                for service in accessory["services"]
                for characteristic in service["characteristics"]
                if characteristic["type"] == _HAP_ON
            ]
            pairing.dispatcher_connect(lambda event: ear.hear() if set(event) & set(outlets) else None)
            await pairing.subscribe(outlets)
            yield ear
            await pairing.close()
            await discovery.close()
        await browser.async_cancel()


async def latencies() -> list[list[str]]:
    """Press a button again and again, with all bridges on and one plug."""
    with house_with(BRIDGES) as house:
        house.add_plugs(["kettle"])
        house.settle(1)
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            ears = [Ear(name) for name in _OF_MQTT]
            following = [
                tasks.create_task(follow(await stack.enter_async_context(subscribed(house, topics)), ear))
                for ear, topics in zip(ears, _OF_MQTT.values(), strict=True)
            ]
            ears.append(await stack.enter_async_context(homekit_ear(house)))
            await asyncio.sleep(2.0)
            for _ in range(PRESSES):
                await press(house, ears)
            for task in following:
                task.cancel()
    return [
        [ear.name, f"{percentile(ear.took_ms, 50):.1f} ms", f"{percentile(ear.took_ms, 99):.1f} ms"]
        for ear in ears
    ]


async def press(house: House, ears: list[Ear]) -> None:
    """Press the button once and wait until all have heard of it."""
    await asyncio.sleep(_PAUSE_S)
    for ear in ears:
        ear.heard.clear()
    began_s = perf_counter()
    await ask_control(house.folder / "plugs.sock", {"do": "press", "plug": "0"})
    for ear in ears:
        async with asyncio.timeout(_PATIENCE_S):
            await ear.heard.wait()
        ear.took_ms.append((ear.at_s - began_s) * 1000)


async def at_rest(bridges: tuple[str, ...]) -> tuple[float, float]:
    """Return the hub's memory in MB, and the messages a minute on the topics of bridges, with twenty plugs at rest."""
    with house_with(bridges) as house:
        house.add_plugs([f"plug {number}" for number in range(PLUGS)])
        house.settle(PLUGS)
        await asyncio.sleep(SETTLE_S)
        memory_mb = resident_mb(house.hub.process.pid)  # before a login, which takes 19 MiB for a moment
        count = 0
        async with AsyncExitStack() as stack:
            readers = [
                await stack.enter_async_context(subscribed(house, topics))
                for topics in ("ownplug/#", "homie/#", "homeassistant/#")
            ]
            await asyncio.sleep(CALM_S)
            for reader in readers:
                count += await waiting_lines(reader)
        return memory_mb, count * 60 / CALM_S


async def waiting_lines(reader: asyncio.StreamReader) -> int:
    """Return how many lines have come."""
    count = 0
    while True:
        try:
            async with asyncio.timeout(0.2):
                line = await reader.readline()
        except TimeoutError:
            return count
        if not line:
            return count
        count += 1


def resident_mb(pid: int) -> float:
    """Return what a process has in memory."""
    fields = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    [line] = [each for each in fields if each.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


async def costs() -> list[list[str]]:
    """Measure a hub without bridges, and with each."""
    bare_mb, _ = await at_rest(())
    rows = [["none", f"{bare_mb:.1f} MB", "-"]]
    for bridge in BRIDGES:
        memory_mb, messages = await at_rest((bridge,))
        says = f"{messages:.0f}" if bridge in {"mqtt", "homie", "hass"} else "-"
        rows.append([bridge, f"{memory_mb - bare_mb:+.1f} MB", says])
        print(f"{rows[-1]}", file=sys.stderr, flush=True)
    return rows


def main() -> None:
    """Measure everything and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    if shutil.which("mosquitto_sub") is None:
        raise SystemExit("mosquitto_sub is missing: apt-get install mosquitto-clients")
    heard = [["a press of the button until it is heard by", "p50", "p99"], *asyncio.run(latencies())]
    cost = [["bridge", "memory of the hub", "messages a minute"], *asyncio.run(costs())]
    tables = f"{markdown_table(heard)}\n\n{markdown_table(cost)}"
    print(tables)
    if options.write:
        page = options.write.read_text("utf-8")
        options.write.write_text(replace_between_marks(page, tables, MARKS), "utf-8")


if __name__ == "__main__":
    main()
