"""`ownplug pair`: take a plug home, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.running import run_async
from ownplug.cli.servers import parse_server
from ownplug.cli.target import hub_option
from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from ownplug.core.meross.login import Login
    from ownplug.pairing import HomeToJoin


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
@click.option("--keep-relay", is_flag=True, help="Do not switch the plug to prove that it obeys.")
@pass_frame
def pair(
    frame: Frame,
    *,
    url: str,
    ssid: str,
    password: str | None,
    name: str | None,
    batch_file: Path | None,
    idle_s: float,
    servers: tuple[str, ...],
    key: str | None,
    user_id: str | None,
    mqtt_user: str | None,
    mqtt_password: str | None,
    hub_url: str | None,
    timeout_s: float,
    port: str | None,
    joins: bool,
    join_ssid: str | None,
    keep_relay: bool,
) -> None:
    """Take a plug in pairing mode home; URL is where it answers, http://10.10.10.1 in its own Wi-Fi.

    Done only when the plug is at home and obeys: it says that it is online, and its relay clicks twice. Where it does
    not come, the error tells the cause, the evidence and the remedy; docs/pairing.md has all of them.
    """
    from ownplug.cli.taking_home import pair_on_wire, pair_with_hub, pair_with_server
    from ownplug.pairing import WifiNetwork, Wish

    if password is None:
        password = click.prompt("Wi-Fi password", hide_input=True, default="", show_default=False, err=True)
    wish = Wish(
        url=url,
        network=WifiNetwork(ssid=ssid, password=Secret(password)),
        timeout_s=timeout_s,
        switches=not keep_relay,
        joins=joins or join_ssid is not None,
        join_ssid=join_ssid,
    )
    _check_foreign_options(servers, name, key, user_id, mqtt_user, mqtt_password)
    if servers and wish.joins:
        raise UsageError(
            "Whoever is in the plug's own Wi-Fi cannot watch a foreign server.", hint="Leave --join out."
        )
    if port is not None and (servers or wish.joins):
        raise UsageError("--serial pairs with a hub, and needs no Wi-Fi here: leave --mqtt and --join out.")
    if batch_file is not None:
        if name or servers or port is not None or join_ssid is not None:
            raise UsageError("--batch stands without --name, --mqtt, --serial and --join-ssid.")
        from ownplug.cli.pair_batch import pair_batch

        work = pair_batch(frame, batch_file, wish, hub_url=hub_url, idle_s=idle_s)
    elif port is not None:
        from ownplug.cli.wire import BAUD, open_plug_console

        work = pair_on_wire(
            frame,
            lambda: open_plug_console(frame, port, baud=BAUD, tx_delay_ms=0.0),
            wish,
            hub_url=hub_url,
            name=name,
        )
    elif servers:
        login = _login(mqtt_user, mqtt_password)
        work = pair_with_server(frame, wish, _foreign_home(servers, key, user_id), login)
    else:
        work = pair_with_hub(frame, wish, hub_url=hub_url, name=name)
    run_async(work)


def _check_foreign_options(
    servers: tuple[str, ...],
    name: str | None,
    key: str | None,
    user_id: str | None,
    mqtt_user: str | None,
    mqtt_password: str | None,
) -> None:
    foreign = {"--key": key, "--user-id": user_id, "--mqtt-user": mqtt_user, "--mqtt-password": mqtt_password}
    if not servers and (given := [option for option, value in foreign.items() if value]):
        raise UsageError(
            f"{' and '.join(given)} belong to a foreign server: name it with --mqtt, or leave it out."
        )
    if servers and name:
        raise UsageError("A foreign server knows no names: leave --name out.")


def _login(user: str | None, password: str | None) -> Login | None:
    from ownplug.core.meross.login import Login

    if password and not user:
        raise UsageError("--mqtt-password belongs to a --mqtt-user.")
    return Login(username=user, password=Secret(password or "")) if user else None


def _foreign_home(servers: tuple[str, ...], key: str | None, user_id: str | None) -> HomeToJoin:
    from ownplug.pairing import GatewayAddress, HomeToJoin

    if not key or not user_id:
        raise UsageError("A foreign server needs --key and --user-id: what the plug's login is made of.")
    import tzlocal

    return HomeToJoin(
        user_id=user_id,
        key=Secret(key),
        servers=tuple(GatewayAddress(host=host, port=port) for host, port in map(parse_server, servers)),
        timezone=tzlocal.get_localzone_name() or "UTC",
    )
