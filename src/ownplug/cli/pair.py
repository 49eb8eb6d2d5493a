"""`ownplug pair`: take a plug home, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option
from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret
from ownplug.core.servers import parse_server

if TYPE_CHECKING:
    from ownplug.core.meross.login import Login
    from ownplug.pairing import HomeToJoin, Wish


@command(
    "pair",
    examples=[
        "ownplug pair http://10.10.10.1 --ssid MyNet --name kettle",
        "ownplug pair --join --ssid MyNet --name kettle",
        "ownplug pair --batch plugs.csv --join --ssid MyNet",
        "ownplug pair --serial /dev/ttyUSB0 --ssid MyNet",
        "ownplug pair http://10.10.10.1 --ssid MyNet --mqtt mqtts://192.168.1.5:8883 --key K --user-id 10001",
    ],
)
@click.argument("url", default="http://10.10.10.1")
@click.option("--ssid", required=True, help="The Wi-Fi network that the plug shall join.")
@click.option("--password", help="Its password; asked for where it is not given. Empty for an open network.")
@click.option("--name", help="What to call the plug.")
@click.option(
    "--batch",
    "batch_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Pair a list as they come into reach: CSV with name, room, mac (or any). Given again, it goes on.",
)
@click.option(
    "--idle",
    "idle_s",
    default=300.0,
    show_default=True,
    type=click.FloatRange(min=0),
    help="Seconds without a new plug after which a batch ends.",
)
@click.option(
    "--mqtt", "servers", multiple=True, metavar="URL", help="A foreign MQTT server, mqtts://HOST:PORT."
)
@click.option("--key", help="The key to give the plug, with --mqtt.")
@click.option("--user-id", help="The user id to give the plug, with --mqtt.")
@click.option("--mqtt-user", help="A user of that server who may read the plug's topics, to watch it come.")
@click.option("--mqtt-password", help="The password of that user.")
@hub_option
@click.option("--timeout", "timeout_s", default=90.0, show_default=True, help="Seconds to wait for the plug.")
@click.option(
    "--serial", "port", metavar="PORT", help="Pair it by the serial port of its board instead of URL."
)
@click.option("--join", "joins", is_flag=True, help="Join the plug's own Wi-Fi for it, by NetworkManager.")
@click.option("--join-ssid", metavar="NAME", help="Which one, where several plugs are in pairing mode.")
@click.option(
    "--key-per-plug",
    is_flag=True,
    help="Give the plug a key of its own; programs of the vendor's cloud do not see it then.",
)
@click.option("--keep-relay", is_flag=True, help="Do not switch the plug to prove that it obeys.")
@pass_frame
def pair(
    frame: Frame,
    /,
    *,
    url: str,
    ssid: str,
    password: str | None,
    name: str | None,
    batch_file: Path | None,
    idle_s: float,
    hub_url: str | None,
    timeout_s: float,
    port: str | None,
    joins: bool,
    join_ssid: str | None,
    key_per_plug: bool,
    keep_relay: bool,
    **foreign: Any,
) -> None:
    """Take a plug in pairing mode home; URL is where it answers, http://10.10.10.1 in its own Wi-Fi.

    Done only when the plug is at home and obeys: it says that it is online, and its relay clicks twice. Where it does
    not come, the error tells the cause, the evidence and the remedy; docs/pairing.md has all of them.
    """
    from ownplug.pairing import WifiNetwork, Wish

    server = _Foreign(**foreign) if any(foreign.values()) else None
    if server is not None and key_per_plug:
        raise UsageError("At a foreign server the key is the one of --key: leave --key-per-plug out.")
    joins = joins or join_ssid is not None
    _check_together(server, name=name, batch=batch_file, port=port, joins=joins, join_ssid=join_ssid)
    if password is None:
        password = click.prompt("Wi-Fi password", hide_input=True, default="", show_default=False, err=True)
    wish = Wish(
        url=url,
        network=WifiNetwork(ssid=ssid, password=Secret(password)),
        timeout_s=timeout_s,
        switches=not keep_relay,
        joins=joins,
        join_ssid=join_ssid,
        has_own_key=key_per_plug,
    )
    if batch_file is not None:
        from ownplug.cli.pair_batch import pair_batch

        run_async(pair_batch(frame, batch_file, wish, hub_url=hub_url, idle_s=idle_s))
    else:
        run_async(_pair_one(frame, wish, server, port, hub_url=hub_url, name=name))


async def _pair_one(
    frame: Frame,
    wish: Wish,
    server: _Foreign | None,
    port: str | None,
    *,
    hub_url: str | None,
    name: str | None,
) -> None:
    from ownplug.cli.taking_home import pair_on_wire, pair_with_hub, pair_with_server

    if server is not None:
        await pair_with_server(frame, wish, server.home(), server.login())
    elif port is not None:
        from ownplug.cli.wire import BAUD, open_plug_console

        await pair_on_wire(
            frame,
            lambda: open_plug_console(frame, port, baud=BAUD, tx_delay_ms=0.0),
            wish,
            hub_url=hub_url,
            name=name,
        )
    else:
        await pair_with_hub(frame, wish, hub_url=hub_url, name=name)


def _check_together(
    server: _Foreign | None,
    *,
    name: str | None,
    batch: Path | None,
    port: str | None,
    joins: bool,
    join_ssid: str | None,
) -> None:
    """Refuse options that do not go together."""
    if server is not None:
        server.check()
        if name:
            raise UsageError("A foreign server knows no names: leave --name out.")
        if joins:
            raise UsageError(
                "Whoever is in the plug's own Wi-Fi cannot watch a foreign server.", hint="Leave --join out."
            )
    if port is not None and (server is not None or joins):
        raise UsageError("--serial pairs with a hub, and needs no Wi-Fi here: leave --mqtt and --join out.")
    if batch is not None and (name or server is not None or port is not None or join_ssid is not None):
        raise UsageError("--batch stands without --name, --mqtt, --serial and --join-ssid.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Foreign:
    """The options that belong to a foreign server, as they were given."""

    servers: tuple[str, ...]
    key: str | None
    user_id: str | None
    mqtt_user: str | None
    mqtt_password: str | None

    def check(self) -> None:
        """Refuse what lacks its server, or its other half."""
        options = {
            "--key": self.key,
            "--user-id": self.user_id,
            "--mqtt-user": self.mqtt_user,
            "--mqtt-password": self.mqtt_password,
        }
        if not self.servers:
            given = " and ".join(option for option, value in options.items() if value)
            raise UsageError(f"{given} belong to a foreign server: name it with --mqtt, or leave it out.")
        if self.mqtt_password and not self.mqtt_user:
            raise UsageError("--mqtt-password belongs to a --mqtt-user.")
        if not self.key or not self.user_id:
            raise UsageError("A foreign server needs --key and --user-id: what the plug's login is made of.")

    def login(self) -> Login | None:
        """Return who may watch there; None: whoever has the home's key."""
        from ownplug.core.meross.login import Login

        if not self.mqtt_user:
            return None
        return Login(username=self.mqtt_user, password=Secret(self.mqtt_password or ""))

    def home(self) -> HomeToJoin:
        """Return what the plug must know of it."""
        import tzlocal

        from ownplug.pairing import GatewayAddress, HomeToJoin

        servers = (parse_server(server) for server in self.servers)
        return HomeToJoin(
            user_id=self.user_id or "",
            key=Secret(self.key or ""),
            servers=tuple(GatewayAddress(host=host, port=port) for host, port in servers),
            timezone=tzlocal.get_localzone_name() or "UTC",
        )
