"""A program of somebody who uses `meross-iot` from PyPI, unmodified, with the address of our interface as its cloud.

Reads its orders as one JSON object from the first line of stdin. Where something has to be done to the plug it says so,
as `@what`, and waits for a line; at the end it prints what it found as `found: ` and one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

from meross_iot.controller.mixins.electricity import ElectricityMixin
from meross_iot.http_api import MerossHttpClient
from meross_iot.manager import MerossManager, TransportMode
from meross_iot.model.credentials import MerossCloudCreds
from meross_iot.model.enums import DNDMode, Namespace, OnlineStatus
from meross_iot.model.http.exception import BadLoginException, TokenExpiredException

PATIENCE = 300  # tenths of a second


async def main(orders: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, email, password in (
        ("wrong_password", orders["email"], "wrong horse"),
        ("unknown_account", "nobody@example.org", orders["password"]),
    ):
        try:
            await MerossHttpClient.async_from_user_password(orders["url"], email, password)
        except BadLoginException as error:
            found[name] = str(error)
    client = await MerossHttpClient.async_from_user_password(
        orders["url"], orders["email"], orders["password"]
    )
    creds = client.cloud_credentials
    kept = MerossCloudCreds.from_json(creds.to_json())
    found["creds"] = json.loads(creds.to_json())
    found["listed"] = [
        [each.uuid, each.dev_name, each.online_status.name] for each in await client.async_list_devices()
    ]
    manager = MerossManager(http_client=client)
    try:
        await manager.async_init()
        await manager.async_device_discovery()
        [plug] = manager.find_devices(device_name=orders["name"])
        found |= await use(plug, manager)
    finally:
        manager.close()
    again = await MerossHttpClient.async_from_cloud_creds(kept)  # as a program that was started anew
    found["listed_again"] = len(await again.async_list_devices())
    await client.async_logout()
    try:
        await again.async_list_devices()
    except TokenExpiredException:
        found["after_logout"] = "TokenExpiredException"
    return found


async def use(plug: Any, manager: MerossManager) -> dict[str, Any]:
    pushes: list[int] = []

    async def on_push(namespace: Namespace, data: dict[str, Any], **_: Any) -> None:
        if namespace is Namespace.CONTROL_TOGGLEX:
            pushes.append(data["togglex"][0]["onoff"])

    plug.register_push_notification_handler_coroutine(on_push)
    await plug.async_update()
    found: dict[str, Any] = {}
    await plug.async_turn_off()
    found["off"] = plug.is_on()
    await ask("is it off?")
    await plug.async_turn_on()
    found["on"] = plug.is_on()
    await ask("is it on?")
    assert isinstance(plug, ElectricityMixin)
    await asyncio.sleep(0.5)  # a meter needs a moment after the relay has moved
    metrics = await plug.async_get_instant_metrics()
    found["power_w"], found["voltage_v"] = metrics.power, metrics.voltage
    found["days"] = [day["total_consumption_kwh"] for day in await plug.async_get_daily_power_consumption()]
    await plug.set_dnd_mode(DNDMode.DND_ENABLED)
    found["dnd"] = (await plug.async_get_dnd_mode()).name
    pushes.clear()
    await ask("press its button")
    found["pushed"] = await eventually(lambda: pushes == [0] and not plug.is_on())
    await ask("unplug it")
    found["went"] = await eventually(lambda: plug.online_status is OnlineStatus.OFFLINE)
    await ask("plug it in")
    found["came"] = await eventually(lambda: plug.online_status is OnlineStatus.ONLINE)
    if plug.lan_ip and plug.lan_ip != "127.0.0.1":
        manager.default_transport_mode = TransportMode.LAN_HTTP_FIRST
        await plug.async_turn_on()
        found["lan_ip"] = plug.lan_ip
    return found


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
