"""What goes on between the hub and one plug while it is connected.

Availability belongs to the uuid: the newest connection is the plug, and the end of an older one is no event. A
plug that restarts leaves its old connection half open for up to a minute and a half; it is never shown offline
because of that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import Enum

from ownplug.aio import Broadcast, Clock
from ownplug.core.errors import LinkBroken, LinkTimeout, Malformed, Unreachable
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, MessageMaker, Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret
from ownplug.core.state import Availability, PlugState
from ownplug.hub.reducer import reduce
from ownplug.hub.responder import Answer, Responder
from ownplug.hub.talk import StartupTalk
from ownplug.hub.turn import Turn
from ownplug.plug import check_reply

log = logging.getLogger(__name__)

StateChanged = Callable[[PlugState, PlugState], None]


class LinkKind(Enum):
    """By which way a plug is reached."""

    MQTT = "mqtt"
    HTTP = "http"


class PlugSession:
    """One plug's state, its open requests and the answers to its start-up talk.

    It is a link to the plug (`ownplug.plug.Link`): `request` sends and waits for the reply.
    """

    def __init__(
        self,
        uuid: Uuid,
        *,
        maker: MessageMaker,
        send: Callable[[Message], None],
        responder: Responder,
        clock: Clock,
        timeout_s: Callable[[], float],
        state: PlugState,
        state_changed: StateChanged,
    ) -> None:
        self.uuid = uuid
        self.state = state
        self.said_bind = asyncio.Event()
        self.said: Broadcast[Message] = Broadcast()  # whatever it writes, for who follows it
        self.talk: StartupTalk | None = None  # of the newest connection
        self.turn = Turn()  # of commands, which go one after the other
        self.wants_reading = asyncio.Event()  # now, and not when it is due
        self.watchers = 0  # who look at it now
        self.answers_in_s: float | None = None  # so long the newest reply took to come
        self.peer_address = ""  # where the connection comes from: what the plug says of itself is no proof
        self._maker = maker
        self._send = send
        self._responder = responder
        self._clock = clock
        self._timeout_s = timeout_s
        self._state_changed = state_changed
        self._connection: str | None = None
        self._answers_by_http = False
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._asking = (
            asyncio.Lock()
        )  # a plug gets one request at a time: more at once make some of them fall silent

    @property
    def connection(self) -> str | None:
        """The connection that is the plug now; None while it is offline."""
        return self._connection

    @property
    def online(self) -> bool:
        """Whether the plug is connected now."""
        return self._connection is not None

    @property
    def link(self) -> LinkKind | None:
        """By which way the plug answers now; None: by none that is known."""
        if self.online:
            return LinkKind.MQTT
        return LinkKind.HTTP if self._answers_by_http else None

    def answered_by_http(self, took_s: float | None) -> None:
        """Take note how long the plug took to answer by its own HTTP; None: it did not."""
        if not self.online:
            self._answers_by_http = took_s is not None
            self.answers_in_s = took_s

    def connected(self, connection: str, address: str) -> None:
        """Take `connection` as the plug from now on, whatever older ones there are."""
        self._connection = connection
        self._answers_by_http, self.answers_in_s = False, None
        self.peer_address = address
        self.talk = StartupTalk(connected_at=self._clock.now(), address=address)
        self.said_bind.clear()
        self._fail_waiting("the plug connected anew")
        self._become(Availability.ONLINE, reason="")
        self._update(replace(self.state, bound=False))  # also where it was online: its talk begins anew

    def disconnected(self, connection: str, reason: str) -> bool:
        """Take note that `connection` ended; return whether that made the plug unreachable."""
        if connection != self._connection:
            return False
        self._connection = self.answers_in_s = None
        self._fail_waiting(reason)
        self._become(Availability.OFFLINE, reason=reason)
        return True

    def receive(self, message: Message) -> None:
        """Handle a message that the plug wrote to its own topic, its signature checked.

        It is answered first, and whoever asked for it gets it, also where its payload cannot be read here.
        """
        waiting = self._waiting.get(message.header.message_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)
        if self.talk is not None:
            self.talk = self.talk.heard(message)
        try:
            self._answer(message)
        except Malformed as error:
            log.warning("No answer for %s: %s", self.uuid, error)
        self.learn_from(message)
        self.said.publish(message)

    def learn_from(self, message: Message) -> None:
        """Take from a message of the plug what it tells; one that cannot be read tells nothing."""
        if message.namespace == ns.CONTROL_BIND and message.method in {Method.SET, Method.PUSH}:
            self.said_bind.set()
            self._update(replace(self.state, bound=True))
        try:
            self._update(reduce(self.state, message, self._clock.now()))
        except Malformed as error:
            log.warning("Learnt nothing from a message of %s: %s", self.uuid, error)

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        """Ask the plug and return its reply.

        Raises:
            Unreachable: it is not connected.
            LinkTimeout: it did not answer in time.
            LinkBroken: it went away, or came anew, before it answered.
            DeviceError: it refused.
        """
        async with self._asking:
            return await self._request(method, namespace, payload)

    async def close(self) -> None:
        """Nothing to close: the connection belongs to the plug."""

    async def _request(self, method: Method, namespace: str, payload: object) -> Message:
        if not self.online:
            raise Unreachable(
                f"The plug is offline{f': {self.state.reason}' if self.state.reason else ''}.",
                hint="It comes back by itself once it has power and Wi-Fi.",
            )
        message = self._maker.make(method, namespace, payload, now_s=self._clock.now().timestamp())
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[message.header.message_id] = waiting
        self._send(message)
        sent_s = self._clock.monotonic()
        timeout_s = self._timeout_s()
        try:
            async with asyncio.timeout(timeout_s):
                reply: Message = await waiting
        except TimeoutError as error:
            raise LinkTimeout(
                f"The plug did not answer {namespace} within {timeout_s:g} seconds.",
                hint="It may be busy, or not support this request.",
            ) from error
        finally:
            del self._waiting[message.header.message_id]
        if self.online:
            self.answers_in_s = self._clock.monotonic() - sent_s
        check_reply(message, reply, self._maker.key)
        return reply

    async def set_time(self) -> None:
        """Give the plug clock, zone and summer time, and ask what it made of them."""
        answer = self._responder.set_time(self._clock.now())
        await self.request(answer.method, answer.namespace, answer.payload)
        await self.request(Method.GET, ns.SYSTEM_TIME, {})

    def set_key(self, key: Secret) -> None:
        """Sign with another key from now on."""
        self._maker.key = key

    def _answer(self, message: Message) -> None:
        for answer in self._responder.receive(message, self._clock.now()):
            self._send(self._made(answer, message))

    def _made(self, answer: Answer, asked: Message) -> Message:
        now_s = self._clock.now().timestamp()
        if answer.is_reply:
            return self._maker.reply(asked, answer.method, answer.payload, now_s=now_s)
        return self._maker.make(answer.method, answer.namespace, answer.payload, now_s=now_s)

    def _become(self, availability: Availability, *, reason: str) -> None:
        if availability is not self.state.availability:
            now: datetime = self._clock.now()
            self._update(
                replace(self.state, availability=availability, since=now, reason=reason, bound=False)
            )

    def _update(self, new: PlugState) -> None:
        old, self.state = self.state, new
        if new is not old:
            self._state_changed(old, new)

    def _fail_waiting(self, reason: str) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(LinkBroken(f"The answer will not come: {reason}."))
