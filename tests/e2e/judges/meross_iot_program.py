"""A program of somebody who uses `meross-iot` from PyPI, unmodified, with our server named in its own overrides.

Reads its orders as one JSON object from stdin; prints what it found as one JSON object on a line of its own.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import ssl
import sys
from typing import Any

from meross_iot.controller.mixins.consumption import ConsumptionXMixin
from meross_iot.controller.mixins.dnd import SystemDndMixin
from meross_iot.controller.mixins.electricity import ElectricityMixin
from meross_iot.controller.mixins.toggle import ToggleXMixin
from meross_iot.http_api import MerossHttpClient
from meross_iot.manager import MerossManager, TransportMode
from meross_iot.model.credentials import MerossCloudCreds
from meross_iot.model.enums import DNDMode, Namespace
from meross_iot.model.http.device import HttpDeviceInfo


async def main(orders: dict[str, Any]) -> dict[str, Any]:
    more = {"mfa_lock_expire": 0} if takes(MerossCloudCreds, "mfa_lock_expire") else {}
    creds = MerossCloudCreds(
        **more,
        token="none",
        key=orders["key"],
        user_id=orders["user_id"],
        user_email="owner@example.org",
        issued_on="2026-01-01T00:00:00",
        domain="http://127.0.0.1:1",
        mqtt_domain=orders["host"],
    )
    manager = MerossManager(
        http_client=MerossHttpClient(creds),
        mqtt_override_server=(orders["host"], orders["port"]),
        auto_discovery_on_connection=False,
        **trust(orders["ca"]),
    )
    try:
        return await use(manager, orders)
    finally:
        manager.close()


def takes(kind: type, parameter: str) -> bool:
    """Whether this version of the library knows a parameter."""
    return parameter in inspect.signature(kind).parameters


def trust(ca: str) -> dict[str, Any]:
    """How this version of the library is told which CA to trust."""
    if takes(MerossManager, "ca_cert"):
        return {"ca_cert": ca}
    return {"mqtt_ssl_context": ssl.create_default_context(cafile=ca)}


async def use(manager: MerossManager, orders: dict[str, Any]) -> dict[str, Any]:
    [plug] = await manager.async_device_discovery(cached_http_device_list=[described(orders)])
    found: dict[str, Any] = {
        "mixins": [
            kind.__name__
            for kind in (ToggleXMixin, ElectricityMixin, ConsumptionXMixin, SystemDndMixin)
            if isinstance(plug, kind)
        ]
    }
    pushes: list[Any] = []

    async def on_push(namespace: Namespace, data: dict[str, Any], **_: Any) -> None:
        if namespace is Namespace.CONTROL_TOGGLEX:
            pushes.append(data["togglex"])

    plug.register_push_notification_handler_coroutine(on_push)
    await plug.async_update()
    if orders["by_lan"]:
        manager.default_transport_mode = TransportMode.LAN_HTTP_FIRST
    await plug.async_turn_off()
    await plug.async_update()
    found["off"] = plug.is_on()
    await plug.async_turn_on()
    await plug.async_update()
    found["on"] = plug.is_on()
    if isinstance(plug, ElectricityMixin):
        await asyncio.sleep(0.5)  # a meter needs a moment after the relay has moved
        metrics = await plug.async_get_instant_metrics()
        found["power_w"], found["voltage_v"] = metrics.power, metrics.voltage
        found["days"] = len(await plug.async_get_daily_power_consumption())
    await plug.set_dnd_mode(DNDMode.DND_ENABLED)
    found["dnd"] = (await plug.async_get_dnd_mode()).name
    for _ in range(100):
        if len(pushes) >= 2:
            break
        await asyncio.sleep(0.1)
    found["pushes"] = [push[0]["onoff"] for push in pushes]
    found["lan_ip"] = plug.lan_ip
    return found


def described(orders: dict[str, Any]) -> HttpDeviceInfo:
    return HttpDeviceInfo(
        uuid=orders["uuid"],
        online_status=1,
        dev_name="kettle",
        device_type="mss310",
        sub_type="us",
        channels=[{}],
        fmware_version="2.1.7",
        hdware_version="2.0.0",
        domain=orders["host"],
        reserved_domain=orders["host"],
        bind_time=1700000000,
    )


if __name__ == "__main__":
    found = asyncio.run(main(json.load(sys.stdin)))
    sys.stdout.write(f"\nfound: {json.dumps(found)}\n")
