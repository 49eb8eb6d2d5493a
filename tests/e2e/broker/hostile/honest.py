"""Honest plugs in a process of their own, so that an attacker's work in the test is not counted as their delay.

Two plugs answer an app that asks them all the time; a third connects anew again and again. Reads one JSON object
(where, as whom) and then `begin` and `end` lines from stdin; prints `ready`, and after each `end` what happened.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.meross import MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross.login import Login, app_login, device_client_id, device_login
from ownplug.core.meross.topics import app_reply_inbox, device_inbox
from ownplug.core.mqtt import ProtocolLevel
from ownplug.core.secret import Secret
from ownplug.transport.mqtt import MqttConnection, MqttEndpoint, open_mqtt
from ownplug.transport.tls import client_context

ANSWER_S = 15.0
"""After this a delay counts as lost."""

BETWEEN_REQUESTS_S = 0.01
BETWEEN_CONNECTS_S = 0.1

UUIDS = ("1911000000000000000048e1e9000001", "1911000000000000000048e1e9000002")
NEWCOMER = "1911000000000000000048e1e9000003"


@dataclass
class Tally:
    """What happened since the last `begin`."""

    replies_s: list[float] = field(default_factory=list)
    connects_s: list[float] = field(default_factory=list)
    lost: int = 0

    def told(self) -> dict[str, Any]:
        return {
            "replies": len(self.replies_s),
            "worst_reply_ms": max(self.replies_s, default=0.0) * 1000,
            "connects": len(self.connects_s),
            "worst_connect_ms": max(self.connects_s, default=0.0) * 1000,
            "lost": self.lost,
        }


class Honest:
    def __init__(self, told: dict[str, Any]) -> None:
        self.user_id = str(told["user_id"])
        self.key = Secret(told["key"])
        self.endpoint = MqttEndpoint(
            host="127.0.0.1", port=int(told["port"]), tls=client_context(Path(told["ca"]))
        )
        self.tally = Tally()
        self._began = asyncio.Event()

    def maker(self, sender: str) -> MessageMaker:
        return MessageMaker(key=self.key, sender=sender, new_id=lambda: secrets.token_hex(16))

    async def plug(self, uuid: Uuid) -> None:
        """Answer whatever is asked with what was asked."""
        async with self.let_in(uuid) as connection:
            await connection.subscribe(device_inbox(uuid.text))
            async for _topic, payload in connection.messages():
                request = decode_message(payload)
                if request.header.method in {Method.GET, Method.SET} and request.header.sender.startswith(
                    "/app/"
                ):
                    reply = self.maker(device_inbox(uuid.text)).reply(
                        request, Method.GETACK, {}, now_s=1_800_000_000
                    )
                    await connection.publish(request.header.sender, encode_message(reply))

    async def newcomer(self) -> None:
        uuid = Uuid(NEWCOMER)
        while True:
            began_s = now_s()
            try:
                async with self.let_in(uuid) as connection:
                    await connection.subscribe(device_inbox(uuid.text))
                    self.tally.connects_s.append(now_s() - began_s)
            except OwnplugError:
                self.tally.lost += 1
            await asyncio.sleep(BETWEEN_CONNECTS_S)

    async def app(self, is_ready: Callable[[], None]) -> None:
        inbox = app_reply_inbox(self.user_id, "honest")
        login = app_login(self.user_id, self.key)
        async with open_mqtt(self.endpoint, client_id="app:honest", **credentials(login)) as connection:
            await connection.subscribe(inbox)
            for uuid in UUIDS:
                while not await self.ask(connection, uuid, patience_s=0.5):
                    pass
            is_ready()
            self.tally = Tally()
            while True:
                for uuid in UUIDS:
                    began_s, tally = now_s(), self.tally
                    if await self.ask(connection, uuid, patience_s=ANSWER_S):
                        tally.replies_s.append(now_s() - began_s)
                    else:
                        tally.lost += 1
                    await asyncio.sleep(BETWEEN_REQUESTS_S)

    async def ask(self, connection: MqttConnection, uuid: str, *, patience_s: float) -> bool:
        """Ask a plug; whether its reply came."""
        request = self.maker(app_reply_inbox(self.user_id, "honest")).make(
            Method.GET, "Appliance.System.Debug", {}, now_s=1_800_000_000
        )
        await connection.publish(device_inbox(uuid), encode_message(request))
        try:
            async with asyncio.timeout(patience_s):
                async for _topic, payload in connection.messages():
                    if decode_message(payload).header.message_id == request.header.message_id:
                        return True
        except TimeoutError:
            pass
        return False

    def let_in(self, uuid: Uuid) -> contextlib.AbstractAsyncContextManager[MqttConnection]:
        login = device_login(Mac.parse(uuid.mac.text), self.user_id, self.key)
        return open_mqtt(
            self.endpoint,
            client_id=device_client_id(uuid, secrets.token_hex(8)),
            level=ProtocolLevel.MQTT_3_1,
            timeout_s=ANSWER_S,
            **credentials(login),
        )

    async def obey(self, lines: asyncio.Queue[str]) -> None:
        """Count from each `begin` to the next `end`."""
        while line := await lines.get():
            if line == "begin":
                self.tally = Tally()
            else:
                tell(json.dumps(self.tally.told()))


def credentials(login: Login) -> dict[str, Any]:
    return {"username": login.username, "password": login.password}


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def main() -> None:
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def listen() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.strip())
        loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=listen, daemon=True).start()
    honest = Honest(json.loads(await lines.get()))
    async with asyncio.TaskGroup() as tasks:
        workers = [
            *(tasks.create_task(honest.plug(Uuid(uuid))) for uuid in UUIDS),
            tasks.create_task(honest.newcomer()),
            tasks.create_task(honest.app(lambda: tell("ready"))),
        ]
        await honest.obey(lines)
        for worker in workers:
            worker.cancel()


if __name__ == "__main__":
    asyncio.run(main())
