"""`ownplug virtual`: plugs pretended, to try everything without one."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.fleet import raise_descriptor_limit, status_line
from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.output import print_fields, print_table
from ownplug.cli.running import run_service
from ownplug.cli.virtual_control import CONTROL_COMMANDS, control_option, control_path
from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret
from ownplug.core.servers import parse_server
from ownplug.transport.endpoint import authority, parse_endpoint

if TYPE_CHECKING:
    from ownplug.virtual import Fleet, Profile, VirtualPlug, VirtualPlugSettings

_LAST_PORT = 65535
_LOOPBACK = "127.0.0.1"
_ANY_PORT = f"{_LOOPBACK}:0"
_TCP = "tcp:"
_FEW = 100  # plugs, whose meters one process can hear as often as they send
_CALM = 100.0  # plugs in a second: a third of the handshakes that a server on one core manages

_PAIRING_NOTE = "\nPair with:  ownplug pair http://HOST:PORT --ssid ANY --password ANY\nCtrl-C ends it."


@group("virtual", examples=["ownplug virtual run"])
def virtual() -> None:
    """Run virtual plugs."""


for _command in CONTROL_COMMANDS:
    virtual.add_command(_command)


@virtual.command("models", examples=["ownplug virtual models", "ownplug virtual models mss310@2.1.17 --json"])
@click.argument("model", required=False)
@pass_frame
def models(frame: Frame, model: str | None) -> None:
    """List the plugs that can be pretended; of MODEL, where each of its facts is from."""
    from ownplug.virtual import find_profile, profile_names

    if model is None:
        found = [_summary(find_profile(name)) for name in profile_names()]
        if frame.json:
            frame.print_line(found)
        else:
            print_table(
                ["MODEL", "WHAT IT IS", "ABILITIES", "INFERRED"],
                [[told["model"], told["about"], str(told["abilities"]), _inferred(told)] for told in found],
            )
        return
    profile = find_profile(model)
    told = {**_summary(profile), "evidence": dict(profile.evidence)}
    if frame.json:
        frame.print_line(told)
    else:
        frame.print_text(f"{profile.name}: {profile.about}")
        print_fields(list(profile.evidence.items()))


@virtual.command(
    "image", examples=["ownplug virtual image mss310@2.1.17 new.bin", "ownplug virtual image mss310 old.bin"]
)
@click.argument("model")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_frame
def image(frame: Frame, model: str, file: Path) -> None:
    """Write FILE, a firmware image that turns a virtual plug of the same hardware into MODEL.

    `ownplug firmware upgrade --virtual` gives it to a plug of a hub; any web server can serve it for `meross iot
    upgrade URL` on the console. Never offer it to a real plug: it would be dead afterwards.
    """
    import hashlib

    from ownplug.virtual import Image, find_profile, render_image

    profile = find_profile(model)
    data = render_image(
        Image(
            type=profile.model.type,
            hardware=profile.model.hardware,
            version=profile.firmware.version,
            compiled=profile.firmware.compiled,
        )
    )
    try:
        file.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}.") from error
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    frame.print_result(
        {"file": str(file), "model": profile.name, "bytes": len(data), "md5": md5},
        f"{file} is an image of {profile.name}, {len(data)} bytes, MD5 {md5}.",
    )


def _summary(profile: Profile) -> dict[str, Any]:
    return {
        "model": profile.name,
        "about": profile.about,
        "abilities": len(profile.abilities),
        "inferred": list(profile.inferred),
    }


def _inferred(told: dict[str, Any]) -> str:
    """How many facts nobody has seen; all of them are named for the one that is asked for."""
    return f"{len(told['inferred'])} facts" if told["inferred"] else "-"


@virtual.command(
    "run",
    examples=[
        "ownplug virtual run",
        "ownplug virtual run --http 127.0.0.1:8001 --load 1800",
        "ownplug virtual run --count 3 --load washer --load motor:800 --load csv:fridge.csv",
        "ownplug virtual run --tty plug.tty --fault chatter=20",
        "ownplug virtual run --count 1000 --mqtt mqtts://192.168.1.5:8883 --key K --user-id 10001",
    ],
)
@click.option(
    "--model",
    default="mss310",
    show_default=True,
    help="Which plug, MODEL or MODEL@FIRMWARE; `ownplug virtual models` lists them.",
)
@click.option(
    "--count", default=1, show_default=True, type=click.IntRange(1, 100_000), help="How many of them."
)
@click.option(
    "--http",
    metavar="HOST:PORT",
    help=f"Where the first serves HTTP; the next ones take the next ports. 0 is any free port.  [default: {_ANY_PORT}"
    f" for up to {_FEW} plugs; none for more]",
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
    help="What is plugged in: watts of a heater or lamp, motor:WATTS, standby:WATTS, washer, fridge, fan-heater, or"
    " csv:FILE, a curve of lines such as 90,1800 (seconds, watts) that repeats. Given several times, the plugs take"
    " them in turn.",
)
@click.option(
    "--mqtt",
    "server",
    metavar="URL",
    help="Where they are at home already: mqtts://HOST:PORT. Without it they wait to be paired.",
)
@click.option("--key", help="The key of that home, with --mqtt.")
@click.option("--user-id", help="The user id of that home, with --mqtt.")
@click.option(
    "--start-rate",
    metavar="PLUGS",
    type=click.FloatRange(0, min_open=True),
    help=f"Plugs that are put in within a second.  [default: as fast as it goes, above {_FEW} plugs {_CALM:g}]",
)
@control_option
@click.option(
    "--air",
    metavar="FILE",
    help="Which networks there are and which names are known, as TOML; docs/virtual.md shows it.  [default: every"
    " network exists and every password is right]",
)
@click.option(
    "--fault",
    "faults",
    metavar="NAME[=VALUE]",
    multiple=True,
    help="Make something go wrong; may be repeated: chatter, garble, loss, delay, stall, half-open, tls, dns, clock,"
    " no-clock, no-bind, reboot, torn-write, late-day, shuffle; docs/faults.md has them all.",
)
@pass_frame
def run(
    frame: Frame,
    model: str,
    count: int,
    http: str | None,
    tty: str | None,
    seed: int | None,
    speed: float,
    loads: tuple[str, ...],
    server: str | None,
    key: str | None,
    user_id: str | None,
    start_rate: float | None,
    control: str | None,
    air: str | None,
    faults: tuple[str, ...],
) -> None:
    """Run virtual plugs until Ctrl-C; with --home they keep their settings.

    Each is at factory default, waits to be paired by HTTP and comes home by MQTT like a real one. Without
    --home it forgets everything at the end; with it, a plug that is killed at any moment still has every setting
    that its console said was written.
    """
    from ownplug.virtual import (
        Air,
        Fleet,
        Pace,
        VirtualPlugSettings,
        find_profile,
        load_air,
        parse_faults,
        parse_load,
    )

    is_crowd = count > _FEW
    host, port = _http_of(http, count)
    ttys = _ttys_of(tty, count)  # like all that is read here: before the first plug is put in
    plugged_in = [parse_load(load) for load in loads]
    folder = Path(frame.chosen_home).expanduser().absolute() if frame.chosen_home else None
    common = VirtualPlugSettings(
        profile=find_profile(model),
        seed=_random_seed() if seed is None else seed,
        http_host=host,
        meter_pace=Pace.NEWS if is_crowd else None,
        faults=parse_faults(faults),
        air=load_air(Path(air)) if air else Air(),
        speed=speed,
        flash=_memory_of(server, key, user_id),
    )
    if is_crowd:
        raise_descriptor_limit(count, each=1 + (port is not None) + bool(tty))
    settings = (
        replace(
            common,
            index=index,
            http_port=port + index if port else port,
            tty=ttys[index],
            load=plugged_in[index % len(plugged_in)],
            flash_file=folder / "virtual" / f"plug-{index:05}.json" if folder else None,
        )
        for index in range(count)
    )
    fleet = Fleet(start_rate=start_rate or (_CALM if is_crowd else math.inf))
    run_service(_run(frame, fleet, settings, count, control_path(frame, control)))


async def _run(
    frame: Frame, fleet: Fleet, settings: Iterable[VirtualPlugSettings], count: int, control: Path | None
) -> None:
    from ownplug.virtual import open_control

    frame.json = frame.json or not sys.stdout.isatty()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(fleet)
        if control is not None:
            await stack.enter_async_context(open_control(control, fleet.plugs))
        if count > _FEW:
            await stack.enter_async_context(status_line(fleet, of=count))
        for each in settings:
            plug = await fleet.put_in(each)
            if frame.json or count <= _FEW:
                frame.print_result(_ready(plug), _status(plug))
        frame.note(
            _PAIRING_NOTE if any(plug.state == "pairing" for plug in fleet.plugs) else "\nCtrl-C ends it."
        )
        await asyncio.Event().wait()


def _http_of(text: str | None, count: int) -> tuple[str, int | None]:
    """Where the first plug serves HTTP; without a port, nowhere."""
    if text is None and count > _FEW:
        return _LOOPBACK, None
    host, port = parse_endpoint(text or _ANY_PORT, "--http")
    _check_ports(port, count)
    return host, port


def _memory_of(url: str | None, key: str | None, user_id: str | None) -> dict[str, str]:
    """What a plug holds that has been at the home of these before; nothing without a server."""
    if url is None:
        if key or user_id:
            raise UsageError("--key and --user-id belong to a home: say where it is with --mqtt.")
        return {}
    if not key or not user_id:
        raise UsageError("--mqtt needs --key and --user-id: what a plug's login is made of.")
    from ownplug.virtual import at_home

    host, port = parse_server(url)
    return at_home(host, port, key=Secret(key), user_id=user_id)


def _ready(plug: VirtualPlug) -> dict[str, str]:
    return {
        "model": plug.settings.profile.name,
        "uuid": plug.uuid.text,
        "mac": plug.mac.text,
        "key": plug.key.reveal(),
        "http": _address_of(plug),
        "tty": plug.tty,
        "state": plug.state.value,
    }


def _status(plug: VirtualPlug) -> str:
    told = _ready(plug)
    tty = f"  {told['tty']}" if told["tty"] else ""
    http = f"  http://{told['http']}" if told["http"] else ""
    return f"{told['model']}  {told['uuid']}{http}{tty}  {told['state']}"


def _address_of(plug: VirtualPlug) -> str:
    """Where it serves HTTP; empty where it does not."""
    if plug.settings.http_port is None:
        return ""
    return authority(*plug.http)


def _random_seed() -> int:
    import secrets

    return secrets.randbits(32)


def _ttys_of(where: str | None, count: int) -> list[str]:
    """Where the console of each plug is; empty for none."""
    if where is None or count == 1:
        return [where or ""] * count
    if not where.startswith(_TCP):
        return [f"{where}-{index}" for index in range(count)]
    host, port = parse_endpoint(where.removeprefix(_TCP), "--tty")
    _check_ports(port, count)
    host = f"[{host}]" if ":" in host else host
    return [f"{_TCP}{host}:{port + index if port else 0}" for index in range(count)]


def _check_ports(first: int, count: int) -> None:
    if first and first + count - 1 > _LAST_PORT:
        raise click.BadParameter(f"{count} plugs from port {first} on go beyond port {_LAST_PORT}.")
