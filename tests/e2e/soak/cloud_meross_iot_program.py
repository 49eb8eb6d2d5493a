"""A program that uses `meross-iot`, unmodified, and switches what it is told to: one line of JSON each way.

The first line is where and as whom to sign in; then each line names plugs and the sides they shall be on, all at once.
An empty list asks what was pushed so far: of each plug all that its relay has been, as digits.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from typing import Any

from meross_iot.http_api import MerossHttpClient
from meross_iot.manager import MerossManager
from meross_iot.model.exception import CommandError, CommandTimeoutError
from meross_iot.model.push.generic import GenericPushNotification


async def main() -> None:
    orders = json.loads(sys.stdin.readline())
    client = await MerossHttpClient.async_from_user_password(
        orders["url"], orders["email"], orders["password"]
    )
    manager = MerossManager(http_client=client)
    pushed: dict[str, str] = defaultdict(str)

    async def on_push(push: GenericPushNotification, *_: Any) -> None:
        for relay in push.raw_data.get("togglex", []):
            pushed[push.originating_device_uuid] += str(relay["onoff"])

    manager.register_push_notification_handler_coroutine(on_push)
    try:
        plugs = {plug.uuid: plug for plug in await manager.async_device_discovery()}
        say({"plugs": sorted(plugs)})
        while line := await asyncio.to_thread(sys.stdin.readline):
            wishes = json.loads(line)
            async with asyncio.TaskGroup() as tasks:
                failures = [tasks.create_task(switch(plugs[uuid], on=on)) for uuid, on in wishes]
            say({"failed": [each.result() for each in failures if each.result()]} if wishes else pushed)
    finally:
        manager.close()


async def switch(plug: Any, *, on: bool) -> str:
    try:
        await (plug.async_turn_on() if on else plug.async_turn_off())
    except (CommandError, CommandTimeoutError) as error:
        return f"{plug.uuid} {on}: {error!r}"
    return ""


def say(found: object) -> None:
    sys.stdout.write(f"found: {json.dumps(found)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
