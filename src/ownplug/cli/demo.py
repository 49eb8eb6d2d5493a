"""`ownplug demo`: a hub and three virtual plugs, taken home the way real ones are.

The hub runs here; the plugs run in a process of their own and are reached only by their wires. Home and ports
are the demo's own, so that nothing of the user's is touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.running import run_service
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from ownplug.client import HubClient

_LOADS_W = {"kettle": 1800, "lamp": 9, "washer": 420}
_LOOPBACK: dict[str, object] = {
    "network.advertise": "127.0.0.1",
    "broker.mqtts": "127.0.0.1:0",
    "web.host": "127.0.0.1",
    "web.port": 0,
}
_PLUGS_START_S = 30.0
_PLUGS_STOP_S = 5.0
_ARRIVAL_S = 60.0
_MEASURES_S = 0.3  # a meter needs a moment after the relay has moved


@command("demo", examples=["ownplug demo", "ownplug demo --once"])
@click.option("--once", is_flag=True, help="End after the plugs were switched and read.")
@pass_frame
def demo(frame: Frame, once: bool) -> None:  # noqa: FBT001 - click's shape
    """Run a hub and three virtual plugs: paired, switched and read, until Ctrl-C."""
    run_service(_demo(frame, once=once))


async def _demo(frame: Frame, *, once: bool) -> None:
    from ownplug.app import HomeFolder, load_settings, open_hub
    from ownplug.cli.lab_desk import LabDesk
    from ownplug.client import HubClient, find_hub

    async with AsyncExitStack() as stack:
        folder = HomeFolder(stack.enter_context(_home(frame)))
        settings, _ = load_settings(folder.settings_file, {}, _LOOPBACK)
        ready = await stack.enter_async_context(open_hub(folder, settings, lab=LabDesk))
        frame.note(f"hub      MQTT over TLS at {ready.mqtts}, API at {ready.web}")
        plugs = await stack.enter_async_context(_virtual_plugs())
        hub = await stack.enter_async_context(HubClient(find_hub(folder.path)))
        at_home = [
            await _take_home(frame, hub, plug, name) for plug, name in zip(plugs, _LOADS_W, strict=True)
        ]
        frame.print_result(at_home, _what_now(folder.path, ready.setup, once=once))
        if not once:
            await asyncio.Event().wait()


@contextlib.contextmanager
def _home(frame: Frame) -> Iterator[Path]:
    if frame.chosen_home:
        yield frame.home
        return
    folder = Path(tempfile.mkdtemp(prefix="ownplug-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _virtual_plugs() -> AsyncIterator[list[dict[str, str]]]:
    """Start the plugs in a process of their own and give what each prints when it is ready."""
    loads = [word for load_w in _LOADS_W.values() for word in ("--load", str(load_w))]
    arguments = ["-m", "ownplug", "virtual", "run", "--count", str(len(_LOADS_W)), *loads, "--json"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the demo, which ends them in its own time
    )
    try:
        yield await _read_ready(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_PLUGS_STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _read_ready(process: asyncio.subprocess.Process) -> list[dict[str, str]]:
    from ownplug.core.errors import LinkBroken

    assert process.stdout is not None  # noqa: S101 it was asked for
    lines: list[dict[str, str]] = []
    async with asyncio.timeout(_PLUGS_START_S):
        while len(lines) < len(_LOADS_W):
            line = await process.stdout.readline()
            if not line:
                raise LinkBroken("The virtual plugs ended before they were ready.")
            lines.append(json.loads(line))
    return lines


async def _take_home(frame: Frame, hub: HubClient, plug: dict[str, str], name: str) -> dict[str, Any]:
    """Pair one plug, name it, switch it both ways and read it; return what the hub says of it then."""
    from ownplug.pairing import WifiNetwork, Wish, take_home

    began = time.perf_counter()
    network = WifiNetwork(ssid="Demo", password=Secret("any will do"))  # the air of virtual plugs is kind
    wish = Wish(url=f"http://{plug['http']}", network=network, timeout_s=_ARRIVAL_S)
    uuid = await take_home(hub, wish, tell=lambda _step: None)
    await hub.change(uuid.text, name=name)
    took_s = time.perf_counter() - began
    for on in (False, True):
        await hub.switch(name, on=on)
    await asyncio.sleep(_MEASURES_S)
    reading = await hub.electricity(name)
    frame.note(
        f"{name:<8} paired in {took_s:.1f} s, switched off and on,"
        f" reads {reading['power_w']:.1f} W at {reading['voltage_v']:.1f} V"
    )
    return await hub.plug(name)


def _what_now(home: Path, setup: str, *, once: bool) -> str:
    if once:
        return f"\n{len(_LOADS_W)} plugs at home."
    program = shutil.which("ownplug") or str(Path(sys.executable).with_name("ownplug"))
    if not os.access(program, os.X_OK):
        program = f"{sys.executable} -m ownplug"
    start = f"{shlex.quote(program)} --home {shlex.quote(str(home))}"
    commands = [f"{start} {words}" for words in ("plugs", "toggle kettle", "energy kettle", "watch")]
    return "\n".join(
        (
            f"\n{len(_LOADS_W)} plugs at home. In a second terminal, try:",
            "",
            *(f"  {line}" for line in commands),
            "",
            *(
                ["The page is behind this link; choose a name and a password there:", "", f"  {setup}", ""]
                if setup
                else []
            ),
            "Ctrl-C ends the demo and removes its home.",
        )
    )
