"""`ownplug virtual`: plugs pretended, to try everything without one."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.running import run_service

if TYPE_CHECKING:
    from ownplug.virtual import VirtualPlug, VirtualPlugSettings

_LAST_PORT = 65535
_ANY_PORT = "127.0.0.1:0"
_TCP = "tcp:"
_FEW = 100  # plugs, whose meters one process can hear as often as they send


@group("virtual", examples=["ownplug virtual run"])
def virtual() -> None:
    """Run virtual plugs."""


@virtual.command(
    "run",
    examples=[
        "ownplug virtual run",
        "ownplug virtual run --http 127.0.0.1:8001 --load 1800",
        "ownplug virtual run --count 3 --load washer --load motor:800 --load csv:fridge.csv",
        "ownplug virtual run --tty plug.tty --fault chatter=20",
        "ownplug virtual run --count 10 --seed 7 --json",
    ],
)
@click.option("--model", default="mss310", show_default=True, help="Which plug, MODEL or MODEL@FIRMWARE.")
@click.option(
    "--count", default=1, show_default=True, type=click.IntRange(1, 100_000), help="How many of them."
)
@click.option(
    "--http",
    metavar="HOST:PORT",
    default=_ANY_PORT,
    show_default=True,
    help="Where the first serves HTTP; the next ones take the next ports. 0 is any free port.",
)
@click.option(
    "--tty",
    metavar="PATH",
    help="Where its serial console is: a path, at which a terminal is offered, or tcp:HOST:PORT. Several plugs have"
    " PATH-0, PATH-1 and so on, or the next ports.",
)
@click.option(
    "--seed", type=int, help="Makes identities and chance; the same is the same plugs.  [default: random]"
)
@click.option(
    "--speed",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 10_000, min_open=True),
    help="Seconds that pass for a plug in one of yours.",
)
@click.option(
    "--load",
    "loads",
    metavar="LOAD",
    multiple=True,
    default=["60"],
    show_default=True,
    help="What is plugged in: watts of a heater or lamp, motor:WATTS, standby:WATTS, washer, or csv:FILE, a curve of"
    " lines such as 90,1800 (seconds, watts) that repeats. Given several times, the plugs take them in turn.",
)
@click.option("--air", metavar="FILE", help="Which networks there are. Not built yet.")
@click.option(
    "--fault",
    "faults",
    metavar="NAME[=VALUE]",
    multiple=True,
    help="Make something go wrong; may be repeated. chatter=20: twenty lines a second of other tasks on the console,"
    " in the middle of anything.",
)
@pass_frame
def run(
    frame: Frame,
    model: str,
    count: int,
    http: str,
    tty: str | None,
    seed: int | None,
    speed: float,
    loads: tuple[str, ...],
    air: str | None,
    faults: tuple[str, ...],
) -> None:
    """Run virtual plugs until Ctrl-C; with --home they keep their settings.

    Each is at factory default, waits to be paired by HTTP and comes home by MQTT like a real one. Without
    --home it forgets everything at the end; with it, a plug that is killed at any moment still has every setting
    that its console said was written.
    """
    if air:
        click.echo("--air is not built yet and has no effect.", err=True)
    from ownplug.virtual import Pace, VirtualPlugSettings, find_profile, parse_faults, parse_load

    host, port = _parse_address(http)
    if port and port + count - 1 > _LAST_PORT:
        raise click.BadParameter(f"{count} plugs from port {port} on go beyond port {_LAST_PORT}.")
    start = _random_seed() if seed is None else seed
    plugged_in = [parse_load(load) for load in loads]
    folder = Path(frame.chosen_home).expanduser().absolute() if frame.chosen_home else None
    settings = [
        VirtualPlugSettings(
            profile=find_profile(model),
            seed=start,
            index=index,
            http_host=host,
            http_port=port + index if port else 0,
            tty=_tty_of(tty, index, count) if tty else "",
            load=plugged_in[index % len(plugged_in)],
            meter_pace=Pace.NEWS if count > _FEW else None,
            faults=parse_faults(faults),
            speed=speed,
            flash_file=folder / "virtual" / f"plug-{index:05}.json" if folder else None,
        )
        for index in range(count)
    ]
    run_service(_run(frame, settings))


async def _run(frame: Frame, fleet: list[VirtualPlugSettings]) -> None:
    from ownplug.virtual import VirtualPlug

    frame.json = frame.json or not sys.stdout.isatty()
    async with AsyncExitStack() as stack:
        for settings in fleet:
            plug = await stack.enter_async_context(VirtualPlug(settings))
            frame.print_result(_ready(plug), _status(plug))
        frame.note("\nPair with:  ownplug pair http://HOST:PORT --ssid ANY --password ANY\nCtrl-C ends it.")
        await asyncio.Event().wait()


def _ready(plug: VirtualPlug) -> dict[str, str]:
    host, port = plug.http
    return {
        "model": plug.settings.profile.name,
        "uuid": plug.uuid.text,
        "mac": plug.mac.text,
        "key": plug.key.reveal(),
        "http": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "tty": plug.tty,
        "state": plug.state.value,
    }


def _status(plug: VirtualPlug) -> str:
    told = _ready(plug)
    tty = f"  {told['tty']}" if told["tty"] else ""
    return f"{told['model']}  {told['uuid']}  http://{told['http']}{tty}  {told['state']}"


def _random_seed() -> int:
    import secrets

    return secrets.randbits(32)


def _tty_of(where: str, index: int, count: int) -> str:
    """Where the console of one plug of several is."""
    if count == 1:
        return where
    if not where.startswith(_TCP):
        return f"{where}-{index}"
    host, port = _parse_address(where.removeprefix(_TCP), option="--tty")
    if port + index > _LAST_PORT:
        raise click.BadParameter(f"{count} plugs from port {port} on go beyond port {_LAST_PORT}.")
    host = f"[{host}]" if ":" in host else host
    return f"{_TCP}{host}:{port + index if port else 0}"


def _parse_address(text: str, *, option: str = "--http") -> tuple[str, int]:
    """Read `HOST:PORT` or `[IPv6]:PORT`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > _LAST_PORT:
        raise click.BadParameter(f"{text!r} is not HOST:PORT, for example 127.0.0.1:8001.", param_hint=option)
    return host.removeprefix("[").removesuffix("]"), int(port)
