"""Whether a plug could live at an MQTT server, ours or another: everything it does there is done once, as a plug.

The plug is invented: its MAC is from the range for examples, so it is nobody's. Whoever takes in every plug that
signs in right will know it afterwards.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from ownplug.aio import beside
from ownplug.core.errors import Forbidden, LinkError, Malformed, OwnplugError, PairingFailed, Unreachable
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.login import Login, device_login
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.mqtt import ProtocolLevel
from ownplug.core.secret import Secret
from ownplug.pairing.finding import Finding, bad, good, unknown
from ownplug.pairing.home import GatewayAddress
from ownplug.pairing.server_check import as_plug_would_be_called, check_server
from ownplug.transport.mqtt import MqttConnection, MqttEndpoint, open_mqtt
from ownplug.transport.tls import plug_context

_ANSWER_S = 5.0  # a home answers at once; a plug asks every two seconds and gives up after ten times
_SILENCE_S = 1.0  # what is not passed on in this time is not passed on
_MAC = "02005e005301"  # documentation range of RFC 7042, made local
_STRANGER = Uuid("2611261234567825182702005e0053ff")


def invented_plug() -> Uuid:
    """A uuid that no plug has: the same each time, so that a server knows at most one."""
    return Uuid(f"26112612345678251827{_MAC}")


async def check_broker(
    server: GatewayAddress, *, user_id: str, key: Secret, now_s: float
) -> AsyncIterator[Finding]:
    """Do once at `server` what a plug does there; yields each finding as it is made.

    Args:
        server: where.
        user_id: of the home whose plugs shall live there.
        key: of that home.
        now_s: Unix time.
    """
    try:
        found = await check_server(server)
    except (PairingFailed, Unreachable) as error:
        yield bad("TLS, as a plug speaks it", str(error), error.hint)
        return
    certificate = f", certificate {found.certificate.key}" if found.certificate else ""
    yield good("TLS, as a plug speaks it", f"{found.agreed}{certificate}")
    life = _Life(server, user_id, key, now_s)
    async for finding in life.live():
        yield finding


class _Life:
    """One invented plug at one server."""

    def __init__(self, server: GatewayAddress, user_id: str, key: Secret, now_s: float) -> None:
        self._server = server
        self._user_id, self._key = user_id, key
        self._uuid = invented_plug()
        self._login = device_login(self._uuid.mac, user_id, key)
        self._inbox, self._outbox = device_inbox(self._uuid.text), device_outbox(self._uuid.text)
        self._now_s = now_s
        self._maker = MessageMaker(key=key, sender=self._outbox, new_id=lambda: secrets.token_hex(16))
        self._heard: asyncio.Queue[tuple[str, Message]] = asyncio.Queue()

    async def live(self) -> AsyncIterator[Finding]:
        async with AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(self._open(self._uuid, self._login))
            except Forbidden as error:
                yield bad(
                    "login by MAC with colons",
                    str(error),
                    "Add the user: mosquitto's password file cannot hold one with colons, its dynamic security can.",
                )
                return
            except OwnplugError as error:
                yield bad(
                    "MQTT 3.1 with a client id of 56 characters",
                    str(error),
                    "Plugs speak MQTT 3.1 and have long client ids: the server must take both.",
                )
                return
            yield good("MQTT 3.1, a client id of 56 characters, login by MAC", "let in")
            await stack.enter_async_context(beside(self._listen(connection), name="doctor"))
            yield await self._check_inbox(connection)
            yield await self._check_clock(connection)
            yield await self._check_bind(connection)
            yield await self._check_walls(connection)

    async def _listen(self, connection: MqttConnection) -> None:
        try:
            async for topic, payload in connection.messages():
                try:
                    self._heard.put_nowait((topic, decode_message(payload)))
                except Malformed:
                    continue
        except OwnplugError:
            return  # whoever speaks next is told

    async def _check_inbox(self, connection: MqttConnection) -> Finding:
        about = "its inbox"
        try:
            await connection.subscribe(self._inbox)
        except Forbidden as error:
            return bad(about, str(error), f"Let a plug read {self._inbox}, each its own.")
        except LinkError as error:
            return bad(about, str(error), "The server ended the connection of a plug that reads its inbox.")
        return good(about, f"it may read {self._inbox}")

    async def _check_clock(self, connection: MqttConnection) -> Finding:
        about = "answers System.Clock"
        question = self._maker.make(
            Method.PUSH, ns.SYSTEM_CLOCK, {"clock": {"timestamp": 4}}, now_s=self._now_s
        )
        remedy = "Run something there that answers a plug's questions, as `ownplug hub run` does."
        return await self._ask(connection, about, question, {Method.PUSH}, remedy)

    async def _check_bind(self, connection: MqttConnection) -> Finding:
        about = "acknowledges Control.Bind"
        bind = {
            "bind": {"bindTime": int(self._now_s), "hardware": {"type": "mss310", "uuid": self._uuid.text}}
        }
        question = self._maker.make(Method.SET, ns.CONTROL_BIND, bind, now_s=self._now_s)
        remedy = "Without it newer plugs blink green for ever and return to pairing."
        return await self._ask(connection, about, question, {Method.SETACK}, remedy)

    async def _ask(
        self, connection: MqttConnection, about: str, question: Message, answers: set[Method], remedy: str
    ) -> Finding:
        try:
            await connection.publish(self._outbox, encode_message(question))
            async with asyncio.timeout(_ANSWER_S):
                while True:
                    topic, message = await self._heard.get()
                    is_about_it = topic == self._inbox and message.namespace == question.namespace
                    if is_about_it and message.method in answers:
                        return good(about, "yes")
        except TimeoutError:
            return bad(about, f"nobody did within {_ANSWER_S:g} seconds", remedy)
        except LinkError as error:
            return bad(
                about, f"it may not write {self._outbox}: {error}", f"Let a plug write {self._outbox}."
            )

    async def _check_walls(self, connection: MqttConnection) -> Finding:
        """Whether one plug could listen to another: it tries to, and another one speaks.

        The answer to SUBSCRIBE tells nothing: MQTT 3.1 has no way to say no.
        """
        about = "walls between plugs"
        good_walls = good(about, "it hears nothing of another plug")
        try:
            await connection.subscribe(device_outbox(_STRANGER.text))
        except (Forbidden, LinkError):
            return good_walls
        try:
            await self._speak_as_stranger()
        except OwnplugError as error:
            return unknown(about, f"another plug could not speak there: {error}")
        try:
            async with asyncio.timeout(_SILENCE_S):
                while (await self._heard.get())[0] != device_outbox(_STRANGER.text):
                    pass
        except TimeoutError:
            return good_walls
        return unknown(
            about,
            "it hears what another plug says",
            "Plugs work, but any of them could listen to the others: give each rights to its own topics only.",
        )

    async def _speak_as_stranger(self) -> None:
        login = device_login(_STRANGER.mac, self._user_id, self._key)
        async with self._open(_STRANGER, login) as other:
            message = self._maker.make(Method.PUSH, ns.SYSTEM_REPORT, {"report": []}, now_s=self._now_s)
            await other.publish(device_outbox(_STRANGER.text), encode_message(message))

    def _open(self, uuid: Uuid, login: Login) -> AbstractAsyncContextManager[MqttConnection]:
        return open_mqtt(
            MqttEndpoint(host=self._server.host, port=self._server.port, tls=plug_context()),
            client_id=as_plug_would_be_called(uuid),
            username=login.username,
            password=login.password,
            level=ProtocolLevel.MQTT_3_1,
        )
