"""Programs that others wrote are the judges: mosquitto's clients, paho and gmqtt."""

from __future__ import annotations

import asyncio
import queue
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gmqtt
import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

if TYPE_CHECKING:
    from tests.e2e.broker.conftest import House, Open

pytestmark = pytest.mark.e2e

HOW_TO_GET_IT = "apt-get install mosquitto-clients"
PATIENCE_S = 20.0
# The longest that a real plug brings: 56 characters of client id, a MAC with colons as user name.
CLIENT_ID = "fmware:19012912345678901234346298f1a2b3_abcdefghij012345"
USER = "34:62:98:f1:a2:b3"


def address(house: House, *, tls: bool, version: str) -> list[str]:
    to = ["-V", version, "-u", USER, "-P", f"pw-{USER}", "-h", "localhost"]
    if tls:
        return [*to, "-p", str(house.tls_port), "--cafile", str(house.ca)]
    return [*to, "-p", str(house.tcp_port)]


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
@pytest.mark.parametrize("version", ["mqttv31", "mqttv311"])
@pytest.mark.parametrize("qos", ["0", "1", "2"])
async def test_mosquittos_clients_talk_to_each_other(
    open_house: Open,
    run_program: Callable[..., Any],
    run_to_end: Callable[..., Any],
    require_program: Callable[[str, str], str],
    tls: bool,
    version: str,
    qos: str,
) -> None:
    pub, sub = (require_program(f"mosquitto_{name}", HOW_TO_GET_IT) for name in ("pub", "sub"))
    async with open_house() as house:
        to = address(house, tls=tls, version=version)
        listening = [sub, *to, "-i", CLIENT_ID, "-t", f"{USER}/#", "-q", qos, "-C", "1", "-v"]
        async with run_program(*listening) as process:
            await house.diary.until("subscribed", CLIENT_ID)
            sending = [pub, *to, "-t", f"{USER}/a", "-m", "hello", "-q", qos]
            assert await run_to_end(*sending) == (0, "")
            async with asyncio.timeout(PATIENCE_S):
                printed, _ = await process.communicate()
            assert (process.returncode, printed.decode().strip()) == (0, f"{USER}/a hello")


async def test_a_large_message_of_mosquitto_arrives_whole(
    open_house: Open,
    run_program: Callable[..., Any],
    run_to_end: Callable[..., Any],
    require_program: Callable[[str, str], str],
    tmp_path: Any,
) -> None:
    pub, sub = (require_program(f"mosquitto_{name}", HOW_TO_GET_IT) for name in ("pub", "sub"))
    file = tmp_path / "large"
    file.write_bytes(b"0123456789abcdef" * 15_000)  # 240,000 bytes; 262,144 are taken
    async with open_house() as house:
        to = address(house, tls=True, version="mqttv311")
        async with run_program(sub, *to, "-i", "reader", "-t", f"{USER}/a", "-C", "1", "-N") as process:
            await house.diary.until("subscribed", "reader")
            assert await run_to_end(pub, *to, "-t", f"{USER}/a", "-f", str(file), "-q", "1") == (0, "")
            async with asyncio.timeout(PATIENCE_S):
                printed, _ = await process.communicate()
    assert printed == file.read_bytes()


async def test_mosquitto_is_told_that_its_login_is_wrong(
    open_house: Open, run_to_end: Callable[..., Any], require_program: Callable[[str, str], str]
) -> None:
    pub = require_program("mosquitto_pub", HOW_TO_GET_IT)
    async with open_house() as house:
        to = ["-h", "127.0.0.1", "-p", str(house.tcp_port), "-t", "a", "-m", "x"]
        for version in ("mqttv31", "mqttv311"):
            status, printed = await run_to_end(pub, "-V", version, *to, "-u", USER, "-P", "wrong")
            assert (status, "bad user name or password" in printed.lower()) == (4, True), printed
            status, printed = await run_to_end(pub, "-V", version, *to)
            assert (status, "not authori" in printed.lower()) == (5, True), printed


async def test_mosquitto_with_mqtt_5_is_told_that_its_version_is_not_spoken(
    open_house: Open, run_to_end: Callable[..., Any], require_program: Callable[[str, str], str]
) -> None:
    pub = require_program("mosquitto_pub", HOW_TO_GET_IT)
    async with open_house() as house:
        status, printed = await run_to_end(
            pub, *address(house, tls=False, version="mqttv5"), "-t", f"{USER}/a", "-m", "x"
        )
    assert status != 0
    assert "protocol version" in printed.lower()


async def test_mosquittos_will_is_published_when_it_is_killed(
    open_house: Open, run_program: Callable[..., Any], require_program: Callable[[str, str], str]
) -> None:
    sub = require_program("mosquitto_sub", HOW_TO_GET_IT)
    async with open_house() as house:
        to = address(house, tls=True, version="mqttv31")
        will = ["--will-topic", f"{USER}/will", "--will-payload", "gone", "--will-qos", "1"]
        async with run_program(sub, *to, "-i", "reader", "-t", f"{USER}/will", "-C", "1") as reader:
            await house.diary.until("subscribed", "reader")
            async with run_program(sub, *to, "-i", "mortal", "-t", f"{USER}/x", *will) as mortal:
                await house.diary.until("subscribed", "mortal")
                mortal.kill()
                async with asyncio.timeout(PATIENCE_S):
                    printed, _ = await reader.communicate()
    assert printed.decode().strip() == "gone"


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
@pytest.mark.parametrize("protocol", [paho.MQTTv31, paho.MQTTv311], ids=["3.1", "3.1.1"])
async def test_paho_hears_its_own_words(open_house: Open, protocol: int, tls: bool) -> None:
    async with open_house() as house:
        heard = await asyncio.to_thread(paho_echo, house, protocol, tls)
    assert heard == [(f"{USER}/{n}", str(n).encode(), 1) for n in range(50)]


def paho_echo(house: House, protocol: Any, tls: bool) -> list[tuple[str, bytes, int]]:
    heard: queue.Queue[tuple[str, bytes, int]] = queue.Queue()
    granted: queue.Queue[object] = queue.Queue()
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=CLIENT_ID, protocol=protocol)
    client.username_pw_set(USER, f"pw-{USER}")
    if tls:
        client.tls_set(ca_certs=str(house.ca))
    client.on_connect = lambda c, *_: c.subscribe(f"{USER}/+", qos=1)
    client.on_subscribe = lambda c, u, mid, codes, *_: granted.put(codes)
    client.on_message = lambda c, u, message: heard.put((message.topic, bytes(message.payload), message.qos))
    client.connect("localhost" if tls else "127.0.0.1", house.tls_port if tls else house.tcp_port)
    client.loop_start()
    try:
        granted.get(timeout=PATIENCE_S)
        for number in range(50):
            client.publish(f"{USER}/{number}", str(number), qos=1)
        return [heard.get(timeout=PATIENCE_S) for _ in range(50)]
    finally:
        client.disconnect()
        client.loop_stop()


async def test_gmqtt_hears_its_own_words(open_house: Open) -> None:
    heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
    async with open_house() as house:
        client = gmqtt.Client(CLIENT_ID)
        client.set_auth_credentials(USER, f"pw-{USER}")
        client.on_message = lambda c, topic, payload, qos, properties: heard.put_nowait((topic, payload))
        context = ssl.create_default_context(cafile=str(house.ca))
        await client.connect("localhost", house.tls_port, ssl=context, version=gmqtt.constants.MQTTv311)
        client.subscribe(f"{USER}/+", qos=1)
        await house.diary.until("subscribed", CLIENT_ID)
        client.publish(f"{USER}/a", b"hello", qos=1)
        async with asyncio.timeout(PATIENCE_S):
            assert await heard.get() == (f"{USER}/a", b"hello")
        await client.disconnect()
        assert await house.diary.until("disconnected", CLIENT_ID) == "the client said goodbye"
