"""Our MQTT client judged by mosquitto."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from ownplug.core.errors import Forbidden, LinkBroken, Unreachable
from ownplug.core.mqtt import ProtocolLevel, QoS
from ownplug.core.secret import Secret
from ownplug.testing import FakeClock
from ownplug.transport.certificates import CertificateFiles, ensure_certificates
from ownplug.transport.mqtt import MqttEndpoint, open_mqtt
from ownplug.transport.tcp import open_tcp
from ownplug.transport.tls import client_context

pytestmark = pytest.mark.e2e

START_S = 20.0


class Mosquitto:
    """A mosquitto of the test's own, with one user, on a plain and a TLS port."""

    def __init__(self, process: subprocess.Popen[bytes], plain: int, tls: int, ca: Path) -> None:
        self._process = process
        self.plain = MqttEndpoint(host="127.0.0.1", port=plain)
        self.encrypted = MqttEndpoint(host="127.0.0.1", port=tls, tls=client_context(ca))

    async def started(self) -> None:
        async with asyncio.timeout(START_S):
            while True:
                try:
                    stream = await open_tcp("127.0.0.1", self.plain.port)
                except Unreachable:
                    await asyncio.sleep(0.05)
                else:
                    await stream.close()
                    return

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def write_settings(directory: Path, plain: int, tls: int, files: CertificateFiles) -> Path:
    settings = directory / "mosquitto.conf"
    settings.write_text(
        "per_listener_settings false\nallow_anonymous false\nset_tcp_nodelay true\n"
        f"password_file {directory / 'passwords'}\nuser root\n"
        f"listener {plain} 127.0.0.1\n"
        f"listener {tls} 127.0.0.1\ncertfile {files.server}\nkeyfile {files.server_key}\n"
    )
    return settings


def add_user(program: str, file: Path) -> None:
    subprocess.run([program, "-b", "-c", str(file), "hub", "right"], check=True)


def start(program: str, settings: Path, log: BinaryIO) -> subprocess.Popen[bytes]:
    return subprocess.Popen([program, "-c", str(settings)], stdout=log, stderr=log)


@pytest.fixture
async def mosquitto(tmp_path: Path, require_program: Callable[[str, str], str]) -> AsyncIterator[Mosquitto]:
    program = require_program("mosquitto", "apt-get install mosquitto")
    passwords = require_program("mosquitto_passwd", "apt-get install mosquitto")
    add_user(passwords, tmp_path / "passwords")
    files = await ensure_certificates(tmp_path / "tls", ["127.0.0.1"], FakeClock())
    plain, tls = free_ports(2)
    settings = write_settings(tmp_path, plain, tls, files)
    with (tmp_path / "log").open("wb") as log:
        server = Mosquitto(start(program, settings, log), plain, tls, files.ca)
        try:
            await server.started()
            yield server
        finally:
            server.stop()


@pytest.mark.parametrize("level", list(ProtocolLevel))
@pytest.mark.parametrize("encrypted", [False, True])
async def test_messages_go_round_through_mosquitto(
    level: ProtocolLevel, encrypted: bool, mosquitto: Mosquitto
) -> None:
    endpoint = mosquitto.encrypted if encrypted else mosquitto.plain
    client_id = "fmware:1811081234567825182734298f1a2b3c_abcdefghijklmnop"  # 56 characters, as plugs have
    async with open_mqtt(
        endpoint, client_id=client_id, username="hub", password=Secret("right"), level=level
    ) as client:
        assert await client.subscribe("/appliance/+/publish") is QoS.AT_LEAST_ONCE
        sent = [("/appliance/a/publish", b"%d" % number) for number in range(200)]
        async with asyncio.TaskGroup() as group:
            for topic, payload in sent:
                group.create_task(client.publish(topic, payload))
        received = client.messages()

        assert sorted([await anext(received) for _ in sent]) == sorted(sent)


async def test_a_message_longer_than_one_read_arrives_whole(mosquitto: Mosquitto) -> None:
    payload = bytes(range(256)) * 800
    async with open_mqtt(
        mosquitto.encrypted, client_id="big", username="hub", password=Secret("right")
    ) as client:
        await client.subscribe("big")
        await client.publish("big", payload)

        assert await anext(client.messages()) == ("big", payload)


async def test_a_wrong_password_is_told_as_the_reason(mosquitto: Mosquitto) -> None:
    with pytest.raises(Forbidden, match="refused the connection: this login is not allowed in"):
        async with open_mqtt(mosquitto.plain, client_id="x", username="hub", password=Secret("wrong")):
            pytest.fail("mosquitto let us in")


async def test_a_certificate_from_nowhere_is_not_trusted(mosquitto: Mosquitto) -> None:
    stranger = MqttEndpoint(host="127.0.0.1", port=mosquitto.encrypted.port, tls=client_context())
    with pytest.raises(LinkBroken, match="not trusted"):
        async with open_mqtt(stranger, client_id="x"):
            pytest.fail("an unknown server was trusted")


async def test_a_server_that_stops_breaks_the_connection(mosquitto: Mosquitto) -> None:
    async with open_mqtt(mosquitto.plain, client_id="x", username="hub", password=Secret("right")) as client:
        mosquitto.stop()
        with pytest.raises(LinkBroken):
            await anext(client.messages())
