"""A program of somebody who uses `meross-iot` from PyPI, unmodified, with the address of our interface as its cloud.

Reads its orders as one JSON object from the first line of stdin. Where something has to be done to the plug it says so,
as `@what`, and waits for a line; at the end it prints what it found as `found: ` and one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from meross_iot.http_api import MerossHttpClient
from meross_iot.manager import MerossManager, TransportMode
from meross_iot.model.credentials import MerossCloudCreds
from meross_iot.model.enums import DNDMode, Namespace, OnlineStatus
from meross_iot.model.http.exception import BadLoginException, TokenExpiredException

PATIENCE = 300  # tenths of a second
KETTLE, LAMP = "kettle", "lamp"


class Ways(logging.Handler):
    """By which way each command to a plug went, as the library says it in its log."""

    def __init__(self, uuid: str) -> None:
        super().__init__(logging.DEBUG)
        self.gone: list[str] = []
        self._uuid = uuid

    def emit(self, record: logging.LogRecord) -> None:
        way = re.match(r"Sending (\S+) command via (HTTP|MQTT) to (\S+)", record.getMessage())
        if way and way[3] == self._uuid:
            self.gone.append(f"{way[1]} {way[2]}")


async def main(orders: dict[str, Any]) -> dict[str, Any]:
    found = await refused(orders)
    client = await MerossHttpClient.async_from_user_password(
        orders["url"], orders["email"], orders["password"]
    )
    kept = client.cloud_credentials.to_json()
    found["creds"] = json.loads(kept)
    found["listed"] = [
        [each.dev_name, each.uuid, each.online_status.name] for each in await client.async_list_devices()
    ]
    async with opened(client) as manager:
        [kettle] = manager.find_devices(device_name=KETTLE)
        found |= await use(kettle)
        found |= await use_by_lan(manager, orders["by_lan"])
    await ask("restart")
    again = await MerossHttpClient.async_from_cloud_creds(MerossCloudCreds.from_json(kept))
    found["listed_again"] = len(await again.async_list_devices())
    async with opened(again) as manager:
        [kettle] = manager.find_devices(device_name=KETTLE)
        await kettle.async_turn_off()
        await ask(f"off {KETTLE}")
    await again.async_logout()
    try:
        await client.async_list_devices()
    except TokenExpiredException:
        found["after_logout"] = "TokenExpiredException"
    return found


async def refused(orders: dict[str, Any]) -> dict[str, Any]:
    """What it is told with a wrong password, and with a name that nobody has."""
    found = {}
    for what, email, password in (
        ("wrong_password", orders["email"], "wrong horse"),
        ("unknown_account", "nobody@example.org", orders["password"]),
    ):
        try:
            await MerossHttpClient.async_from_user_password(orders["url"], email, password)
        except BadLoginException as error:
            found[what] = str(error)
    return found


@asynccontextmanager
async def opened(client: MerossHttpClient) -> AsyncIterator[MerossManager]:
    manager = MerossManager(http_client=client)
    try:
        await manager.async_init()
        await manager.async_device_discovery()
        yield manager
    finally:
        manager.close()


async def use(plug: Any) -> dict[str, Any]:
    pushes: list[int] = []

    async def on_push(namespace: Namespace, data: dict[str, Any], **_: Any) -> None:
        if namespace is Namespace.CONTROL_TOGGLEX:
            pushes.append(data["togglex"][0]["onoff"])

    plug.register_push_notification_handler_coroutine(on_push)
    await plug.async_update()
    found: dict[str, Any] = {}
    await plug.async_turn_off()
    await plug.async_update()
    found["off"] = plug.is_on()
    await ask(f"off {KETTLE}")
    await plug.async_turn_on()
    await plug.async_update()
    found["on"] = plug.is_on()
    await ask(f"on {KETTLE}")
    await asyncio.sleep(0.5)  # a meter needs a moment after the relay has moved
    metrics = await plug.async_get_instant_metrics()
    found["power_w"], found["voltage_v"] = metrics.power, metrics.voltage
    found["days"] = await days_of(plug)
    await plug.set_dnd_mode(DNDMode.DND_ENABLED)
    found["dnd"] = (await plug.async_get_dnd_mode()).name
    pushes.clear()
    await ask(f"press {KETTLE}")
    found["pushed"] = await eventually(lambda: pushes == [0] and not plug.is_on())
    await ask(f"off {KETTLE}")
    await ask(f"unplug {KETTLE}")
    found["went"] = await eventually(lambda: plug.online_status is OnlineStatus.OFFLINE)
    await ask(f"plug-in {KETTLE}")
    found["came"] = await eventually(lambda: plug.online_status is OnlineStatus.ONLINE)
    return found


async def days_of(plug: Any) -> dict[str, float]:
    """The kilowatt-hours of each day, as soon as the plug has booked some on today: it does so every ten seconds."""
    days: dict[str, float] = {}
    for _ in range(PATIENCE // 10):
        told = await plug.async_get_daily_power_consumption()
        days = {each["date"].date().isoformat(): each["total_consumption_kwh"] for each in told}
        if days[max(days)] and len(days) > 1:
            break
        await asyncio.sleep(1)
    return days


async def use_by_lan(manager: MerossManager, name: str) -> dict[str, Any]:
    """Switch a plug, and tell by which way it went."""
    [plug] = manager.find_devices(device_name=name)
    await plug.async_update()
    log, ways = logging.getLogger("meross_iot.manager"), Ways(plug.uuid)
    log.setLevel(logging.DEBUG)
    log.addHandler(ways)
    manager.default_transport_mode = TransportMode.LAN_HTTP_FIRST
    await plug.async_turn_off()
    await ask(f"off {name}")
    await plug.async_turn_on()
    await ask(f"on {name}")
    await plug.async_update()
    log.removeHandler(ways)
    return {"lan_ip": plug.lan_ip, "ways": ways.gone}


async def ask(what: str) -> None:
    sys.stdout.write(f"@{what}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)


async def eventually(is_so: Callable[[], bool]) -> bool:
    for _ in range(PATIENCE):
        if is_so():
            return True
        await asyncio.sleep(0.1)
    return False


if __name__ == "__main__":
    result = asyncio.run(main(json.loads(sys.stdin.readline())))
    sys.stdout.write(f"found: {json.dumps(result)}\n")
