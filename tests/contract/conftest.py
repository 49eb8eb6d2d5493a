"""Wires for recorded plugs: an HTTP server as peculiar as theirs, MQTT servers, and a plug on them."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ownplug.aio import SystemClock
from ownplug.broker import Access, Broker, BrokerSettings
from ownplug.core.errors import DeviceError, LinkClosed, OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.meross import MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross.login import app_login, device_client_id, device_login
from ownplug.core.meross.topics import device_inbox
from ownplug.core.mqtt import Passage
from ownplug.plug import check_reply
from ownplug.testing.recorded_plug import KEY, RecordedPlug
from ownplug.testing.recordings import UUID, read_recording
from ownplug.transport.mqtt import MqttConnection, MqttEndpoint, open_mqtt

if TYPE_CHECKING:
    Answer = Callable[[str, bytes], bytes | None]
    ServeHttp = Callable[[Answer], AbstractAsyncContextManager[str]]
    OpenServer = Callable[..., AbstractAsyncContextManager[MqttEndpoint]]
    PlugOnMqtt = Callable[[RecordedPlug, MqttEndpoint], AbstractAsyncContextManager[MqttConnection]]

USER_ID = "10001"


@pytest.fixture
def recorded_plug(reference: Path) -> RecordedPlug:
    """A plug of the second generation, with a meter."""
    return RecordedPlug(read_recording(reference / "traces" / "mss310r-hw2.0.0-fw2.1.4.csv"))


@pytest.fixture
def serve_http() -> ServeHttp:
    """Serve bytes: `async with serve_http(answer) as url`; `answer(path, body)` gives the whole response."""

    @asynccontextmanager
    async def serve(answer: Answer) -> AsyncIterator[str]:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            path, body = await read_request(reader)
            writer.write(answer(path, body) or b"")
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        async with server:
            yield "http://{}:{}".format(*server.sockets[0].getsockname())

    return serve


async def read_request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    [length] = [line.split(":")[1] for line in head.lower().splitlines() if line.startswith("content-length")]
    return head.split()[1], await reader.readexactly(int(length))


@pytest.fixture
def as_plug() -> Callable[[bytes | None], bytes | None]:
    """Frame an answer as an MT7682 does: some lines end in LF only, no length, the connection closes."""

    def frame(body: bytes | None) -> bytes | None:
        head = (
            b"HTTP/1.1 200 OK\nServer: HTTPD\r\nDate: Thu, 01 Jan 1970 00:07:28 GMT\r\nPragma: no-cache\n"
            b"Content-Type: application/json;charset=UTF-8\r\nConnection: close\r\n\r\n"
        )
        return None if body is None else head + body

    return frame


@pytest.fixture
def as_hub() -> Callable[[RecordedPlug], Answer]:
    """Answer as a hub does that has `kettle`; its token is `t`."""

    def hub(plug: RecordedPlug) -> Answer:
        maker = MessageMaker(key=KEY, sender="hub", new_id=lambda: "0" * 32)

        def answer(path: str, body: bytes) -> bytes:
            asked = json.loads(body)
            if path != "/api/v1/plugs/kettle/request":
                return framed_json(404, {"code": "not-found", "detail": f"No plug at {path}."})
            request = maker.make(Method(asked["method"]), asked["namespace"], asked["payload"], now_s=1)
            said = plug.answer(encode_message(request))
            if said is None:
                return framed_json(504, {"code": "timeout", "detail": "The plug did not answer."})
            reply = decode_message(said)
            try:
                check_reply(request, reply, KEY)
            except OwnplugError as error:
                code = error.device_code if isinstance(error, DeviceError) else None
                return framed_json(502, {"code": error.code, "detail": str(error), "device_code": code})
            told = {"method": reply.method, "namespace": reply.namespace, "payload": reply.data()}
            return framed_json(200, told)

        return answer

    return hub


def framed_json(status: int, document: object) -> bytes:
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


class _Everything:
    """May do anything."""

    def may_subscribe(self, topic_filter: str) -> bool:
        return True

    def may_publish(self, topic: str) -> bool:
        return True


class _Doorman:
    """Lets in whoever has the login of the recorded plug, or of a program of its home."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> Access | None:
        logins = [device_login(Uuid(UUID).mac, USER_ID, KEY), app_login(USER_ID, KEY)]
        known = {login.username: login.password.reveal().encode() for login in logins}
        if known.get(username) != password or not re.fullmatch(r"fmware:.{49}|app:[0-9a-f]{32}", client_id):
            return None
        return _Everything() if client_id.startswith("fmware:") else self._access

    def screen(self, topic: str, payload: bytes, access: Access) -> Passage:
        return Passage.FREE


@pytest.fixture
def our_broker() -> OpenServer:
    """Our own MQTT server: `async with our_broker() as endpoint`."""

    @asynccontextmanager
    async def serve(access: Access | None = None) -> AsyncIterator[MqttEndpoint]:
        settings = BrokerSettings(mqtts="", mqtt="127.0.0.1:0")
        async with Broker(settings, _Doorman(access or _Everything()), SystemClock()) as broker:
            assert broker.tcp_address is not None
            host, port = broker.tcp_address
            yield MqttEndpoint(host=host, port=port)

    return serve


@pytest.fixture
def mosquitto(tmp_path: Path, require_program: Callable[[str, str], str]) -> OpenServer:
    """A foreign MQTT server without rules of its own: `async with mosquitto() as endpoint`."""
    program = require_program("mosquitto", "apt-get install mosquitto")

    @asynccontextmanager
    async def serve() -> AsyncIterator[MqttEndpoint]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        config = tmp_path / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        process = await asyncio.create_subprocess_exec(
            program, "-c", str(config), stderr=asyncio.subprocess.PIPE
        )
        assert process.stderr is not None
        while b"running" not in (line := await process.stderr.readline()):
            assert line, "mosquitto ended before it was ready"
        try:
            yield MqttEndpoint(host="127.0.0.1", port=port)
        finally:
            process.terminate()
            await process.communicate()

    return serve


@pytest.fixture
def plug_on_mqtt() -> PlugOnMqtt:
    """Put a recorded plug on an MQTT server; what it does not know it leaves unanswered."""

    @asynccontextmanager
    async def put(plug: RecordedPlug, endpoint: MqttEndpoint) -> AsyncIterator[MqttConnection]:
        uuid = Uuid(UUID)
        login = device_login(uuid.mac, USER_ID, KEY)
        opening = open_mqtt(
            endpoint,
            client_id=device_client_id(uuid, "aB3dE6gH9jK2mN5p"),
            username=login.username,
            password=login.password,
        )
        async with opening as connection:
            await connection.subscribe(device_inbox(UUID))
            async with asyncio.TaskGroup() as tasks:
                answering = tasks.create_task(answer_all(plug, connection))
                yield connection
                answering.cancel()

    async def answer_all(plug: RecordedPlug, connection: MqttConnection) -> None:
        try:
            async for _, payload in connection.messages():
                if (answer := plug.answer(payload)) is not None:
                    await connection.publish(decode_message(payload).header.sender, answer)
        except LinkClosed:
            return

    return put
