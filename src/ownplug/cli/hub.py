"""`ownplug hub`: the home's own server."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ownplug.cli.diagnostics import diagnostics
from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.hub_backup import backup
from ownplug.cli.hub_restore import restore
from ownplug.cli.logs import start_logging
from ownplug.cli.running import run_service

if TYPE_CHECKING:
    from ownplug.app import Ready, Settings


@group("hub", examples=["ownplug hub run", "ownplug hub backup home.ownplug"])
def hub() -> None:
    """Run the hub of a home, back it up, restore it."""


hub.add_command(backup)
hub.add_command(restore)


hub.add_command(diagnostics)


@hub.command(
    "run",
    examples=[
        "ownplug hub run",
        "ownplug hub run --mqtts 0.0.0.0:8883 --web 127.0.0.1:8480 --advertise 192.168.1.10",
    ],
)
@click.option(
    "--mqtts", metavar="HOST:PORT", help="Where plugs come by MQTT over TLS.  [default: 0.0.0.0:8883]"
)
@click.option(
    "--mqtt", metavar="HOST:PORT", help="Where programs may come by MQTT without TLS.  [default: off]"
)
@click.option(
    "--mqtts-legacy",
    metavar="HOST:PORT",
    help="Where very old plugs come by MQTT over TLS 1.0 and later.  [default: off]",
)
@click.option(
    "--web",
    metavar="HOST:PORT",
    help="Where page and API are served; over HTTPS unless only this machine reaches it."
    "  [default: 127.0.0.1:8480]",
)
@click.option(
    "--cloud",
    metavar="HOST:PORT",
    help="Where programs written for the vendor's cloud sign in, over HTTPS.  [default: off]",
)
@click.option(
    "--mqtts-also",
    multiple=True,
    metavar="HOST:PORT",
    help="Where such programs look for MQTT over TLS: port 2001, or 443 for meross-iot; may be repeated."
    "  [default: off]",
)
@click.option("--ntp", metavar="HOST:PORT", help="Where plugs may ask for the time.  [default: off]")
@click.option("--advertise", metavar="HOST", help="Address or name of this machine that plugs are given.")
@pass_frame
def run(
    frame: Frame,
    mqtts: str | None,
    mqtt: str | None,
    mqtts_legacy: str | None,
    web: str | None,
    cloud: str | None,
    mqtts_also: tuple[str, ...],
    ntp: str | None,
    advertise: str | None,
) -> None:
    """Run MQTT server, hub and API until Ctrl-C."""
    host, port = _split(web) if web else (None, None)
    options: dict[str, object] = {
        "broker.mqtts": mqtts,
        "broker.mqtts_also": list(mqtts_also) or None,
        "broker.mqtt": mqtt,
        "broker.mqtts_legacy": mqtts_legacy,
        "web.host": host,
        "web.port": port,
        "cloud.listen": cloud,
        "network.advertise": advertise,
        "network.ntp": ntp,
    }
    start_logging(
        frame.verbose, quietest=logging.INFO
    )  # who comes and goes is what an owner wants to see here
    run_service(_serve(frame, options), loop_factory=fast_loop())


async def _serve(frame: Frame, options: dict[str, object]) -> None:
    from ownplug.app import HomeFolder, finish_restore, load_settings, open_hub
    from ownplug.cli.lab_desk import LabDesk

    folder = HomeFolder(frame.home)
    finish_restore(folder)
    settings, origins = load_settings(folder.settings_file, os.environ, options)
    async with open_hub(folder, settings, origins=origins, lab=LabDesk) as ready:
        frame.json = frame.json or not sys.stdout.isatty()
        frame.print_result(_for_programs(ready), _status(ready, settings, folder.path))
        if ready.homekit and not frame.json:
            _show_homekit(ready)
        await asyncio.Event().wait()


def _split(text: str) -> tuple[str, str]:
    host, colon, port = text.rpartition(":")
    if not colon or not host:
        raise click.BadParameter(
            f"{text!r} is not HOST:PORT, for example 127.0.0.1:8480.", param_hint="--web"
        )
    return host.strip("[]"), port


def _status(ready: Ready, settings: Settings, folder: os.PathLike[str]) -> str:
    from ownplug.transport.certificates import fingerprint

    return "\n".join(
        (
            f"The hub of {folder} is running.",
            "",
            f"  plugs come to   mqtts://{ready.mqtts}",
            *([f"  programs also   mqtts://{address}" for address in ready.mqtts_also]),
            *([f"  very old plugs  mqtts://{ready.mqtts_legacy}"] if ready.mqtts_legacy else []),
            *([f"  without TLS     mqtt://{ready.mqtt}"] if ready.mqtt else []),
            *([f"  time by NTP     {ready.ntp}"] if ready.ntp else []),
            f"  page and API    {ready.web}",
            *([f"  vendor's cloud  {ready.cloud}"] if ready.cloud else []),
            f"  own CA          {ready.ca}",
            *([f"    SHA-256       {fingerprint(Path(ready.ca))}"] if settings.web.is_https else []),
            f"  time zone       {settings.hub.timezone}",
            *(
                [f"\nMake your account with this link, within 15 minutes:\n\n  {ready.setup}"]
                if ready.setup
                else []
            ),
            "",
            "Take a plug home:  ownplug pair http://10.10.10.1 --ssid YOUR-WIFI --name kettle",
            "Ctrl-C ends it; plugs come back by themselves when it runs again.",
        )
    )


def _for_programs(ready: Ready) -> dict[str, object]:
    """Return what is told where a program reads, or a log: not by what anybody could take the home's plugs."""
    return {name: value for name, value in asdict(ready).items() if not name.startswith("homekit")}


def _show_homekit(ready: Ready) -> None:
    """Print how the hub is added to Apple's Home, as long as no home has it."""
    from ownplug.bridges.homekit import qr_rows
    from ownplug.cli.qr import print_qr

    click.echo(f"\nAdd it to Apple's Home by this code, {ready.homekit}:\n")
    print_qr(qr_rows(ready.homekit_uri))


def fast_loop() -> type[asyncio.AbstractEventLoop] | None:
    """Return uvloop's event loop where the extra `speed` is installed, else None for Python's own."""
    try:
        import uvloop
    except ImportError:
        return None
    loop: type[asyncio.AbstractEventLoop] = uvloop.Loop
    return loop
