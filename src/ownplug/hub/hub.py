"""Many plugs: takes them in, answers them, remembers them, and tells what happens to them."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import replace
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from ownplug.aio import Backoff, Broadcast, Clock
from ownplug.core.errors import DeviceError, LinkError, Malformed, OwnplugError, WireError
from ownplug.core.identity import Uuid
from ownplug.core.meross import MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import Online, OnlinePayload
from ownplug.core.meross.timerule import time_rules
from ownplug.core.meross.topics import Box, app_inbox, device_inbox, device_outbox, parse_device_topic
from ownplug.core.records import HomeRecord
from ownplug.core.secret import Secret
from ownplug.core.state import PlugState
from ownplug.hub.access import HomeGatekeeper
from ownplug.hub.accounts import Accounts
from ownplug.hub.events import Event, PlugRegistered, events_between
from ownplug.hub.ports import Exchange, HomeStore
from ownplug.hub.registry import Registry
from ownplug.hub.responder import Responder
from ownplug.hub.session import PlugSession
from ownplug.hub.settings import HubSettings

log = logging.getLogger(__name__)

# A plug says Bind within a second of hearing the time; one that was bound before may say nothing at all.
_BIND_GRACE_S = 5.0

_ONLINE, _OFFLINE = 1, 2


class Hub:
    """The plugs of one home: `async with Hub(...) as hub`.

    Whoever carries its MQTT (`ownplug.app`) tells it what happens by `plug_online`, `plug_offline` and
    `receive`, and gives it a way to speak by `speak_through`, before the first plug comes.
    """

    def __init__(self, settings: HubSettings, store: HomeStore, clock: Clock) -> None:
        self.registry = Registry(store)
        self.accounts = Accounts(store)
        self.events: Broadcast[Event] = Broadcast()
        self._settings = settings
        self._clock = clock
        self._exchange: Exchange | None = None
        self._home: HomeRecord | None = None
        self._sessions: dict[Uuid, PlugSession] = {}
        self._attending: dict[Uuid, asyncio.Task[None]] = {}
        self._tasks = asyncio.TaskGroup()
        zone = ZoneInfo(settings.timezone)
        self._responder = Responder(timezone=settings.timezone, rules=lambda now: time_rules(zone, now))

    async def __aenter__(self) -> Self:
        self._home = await self.accounts.load()
        await self.registry.load()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._attending.values():
            task.cancel()
        self.events.close()
        # Without the body's error, which would come back wrapped in a group.
        await self._tasks.__aexit__(None, None, None)

    @property
    def home(self) -> HomeRecord:
        """Who this home is."""
        assert self._home is not None, "the hub is used inside `async with`"  # noqa: S101 misuse by our own code
        return self._home

    def gatekeeper(self) -> HomeGatekeeper:
        """Return who decides on logins and rights, for the MQTT server in this process."""
        return HomeGatekeeper(
            home=self.home,
            registry=self.registry,
            accounts=self.accounts,
            monotonic=self._clock.monotonic,
        )

    def speak_through(self, exchange: Exchange) -> None:
        """Use `exchange` to write to plugs and apps."""
        self._exchange = exchange

    def session(self, uuid: Uuid) -> PlugSession:
        """Return what goes on with a plug, whether it is connected or not."""
        session = self._sessions.get(uuid)
        if session is None:
            session = self._sessions[uuid] = self._new_session(uuid)
        return session

    def state(self, uuid: Uuid) -> PlugState:
        """Return what is known about a plug now."""
        session = self._sessions.get(uuid)
        return session.state if session else PlugState()

    def plug_online(self, uuid: Uuid, *, connection: str, address: str) -> None:
        """Take note that a plug is connected and listens to its inbox."""
        session = self.session(uuid)
        was_online = session.online
        session.connected(connection, address)
        if not was_online:
            self._tell_apps_online(uuid, _ONLINE)
        self._stop_attending(uuid)
        self._attending[uuid] = self._tasks.create_task(self._attend(session), name=f"attend {uuid}")

    def plug_offline(self, uuid: Uuid, *, connection: str, reason: str) -> None:
        """Take note that a connection of a plug ended."""
        session = self._sessions.get(uuid)
        if session is not None and session.disconnected(connection, reason):
            self._stop_attending(uuid)
            self._tell_apps_online(uuid, _OFFLINE)

    def receive(self, topic: str, payload: bytes) -> None:
        """Handle what a plug wrote to its own topic; never raises for what a plug can send."""
        source = parse_device_topic(topic)
        if source is None or source.box is not Box.OUTBOX:
            return
        session = self.session(Uuid(source.uuid))
        try:
            message = decode_message(payload)
            if not message.is_signed(self._key(session.uuid)):
                log.warning("Dropped %s of %s: not signed with its key", message.namespace, session.uuid)
                return
            session.receive(message)
        except Malformed as error:
            log.warning("Dropped a message of %s: %s", session.uuid, error)
            return
        if message.method == Method.PUSH:
            # Unchanged, as the vendor's cloud does: programs check the plug's own signature.
            self.publish(app_inbox(self.home.user_id), payload)

    async def forget(self, uuid: Uuid) -> None:
        """Remove a plug from the home."""
        await self.registry.forget(uuid)
        self._stop_attending(uuid)
        self._sessions.pop(uuid, None)

    def publish(self, topic: str, payload: bytes) -> None:
        """Write to a topic, through whatever the hub speaks through now."""
        if self._exchange is not None:
            self._exchange.publish(topic, payload)

    def publish_event(self, event: Event) -> None:
        """Tell whoever listens."""
        self.events.publish(event)

    def name_of(self, uuid: Uuid) -> str:
        """What the owner calls a plug; its last digits if it is not registered yet."""
        plug = self.registry.get(uuid)
        return plug.name if plug else f"plug-{uuid.tail}"

    def _new_session(self, uuid: Uuid) -> PlugSession:
        return PlugSession(
            uuid,
            # From its own topic: a plug may always write there, whatever the server's rights.
            # Source: captures (`meross-protocol.md`, 4.3).
            maker=self._maker(self._key(uuid), device_outbox(uuid.text)),
            publish=self.publish,
            responder=self._responder,
            clock=self._clock,
            timeout_s=self._settings.request_timeout_s,
            state_changed=lambda old, new: self._publish_changes(uuid, old, new),
        )

    def _maker(self, key: Secret, sender: str) -> MessageMaker:
        return MessageMaker(
            key=key, sender=sender, new_id=lambda: secrets.token_hex(16), trigger_src="CloudControl"
        )

    def _key(self, uuid: Uuid) -> Secret:
        plug = self.registry.get(uuid)
        return plug.key if plug and plug.key else self.home.key

    def _tell_apps_online(self, uuid: Uuid, status: int) -> None:
        # A plug leaves no will, so its coming and going is ours to tell. Source: captures (4.3).
        maker = self._maker(self._key(uuid), device_inbox(uuid.text))
        payload = OnlinePayload(online=Online(status=status))
        message = maker.make(Method.PUSH, ns.SYSTEM_ONLINE, payload, now_s=self._clock.now().timestamp())
        self.publish(app_inbox(self.home.user_id), encode_message(message))

    def _publish_changes(self, uuid: Uuid, old: PlugState, new: PlugState) -> None:
        at = self._clock.now()
        for event in events_between(old, new, at=at, uuid=uuid, name=self.name_of(uuid)):
            self.publish_event(event)

    def _stop_attending(self, uuid: Uuid) -> None:
        task = self._attending.pop(uuid, None)
        if task is not None:
            task.cancel()

    async def _attend(self, session: PlugSession) -> None:
        """Look after one connected plug until it goes: take it in, learn what it is, read its meter."""
        await self._register(session.uuid)
        backoff = Backoff(first_s=1.0, factor=2.0, limit_s=60.0)
        while True:
            try:
                await self._welcome(session)
                break
            except (LinkError, WireError, DeviceError) as error:
                log.info("%s does not tell what it is yet: %s", self.name_of(session.uuid), error)
                await self._clock.sleep(backoff.next_s())
        await self._read_regularly(session)

    async def _register(self, uuid: Uuid) -> None:
        if self.registry.get(uuid) is None:
            plug = await self.registry.add(uuid, self._clock.now())
            log.warning("Took in %s (%s), which came with this home's login", plug.name, uuid)
            self.publish_event(PlugRegistered(at=plug.registered_at, uuid=uuid, name=plug.name))

    async def _welcome(self, session: PlugSession) -> None:
        try:
            async with asyncio.timeout(_BIND_GRACE_S):
                await session.said_bind.wait()
        except TimeoutError:
            log.debug("%s said no Bind", session.uuid)
        for namespace in (ns.SYSTEM_ALL, ns.SYSTEM_ABILITY, ns.SYSTEM_RUNTIME):
            await session.request(Method.GET, namespace, {})
        if not session.state.timezone:
            await session.set_time()
        await self._remember_model(session)

    async def _remember_model(self, session: PlugSession) -> None:
        plug, model, firmware = self.registry.get(session.uuid), session.state.model, session.state.firmware
        if plug is None or model is None or firmware is None:
            return
        told = replace(
            plug,
            model=model.type,
            sub_type=model.sub_type,
            hardware=model.hardware,
            firmware=firmware.version,
        )
        if told != plug:
            await self.registry.save(told)

    async def _read_regularly(self, session: PlugSession) -> None:
        if ns.CONTROL_ELECTRICITY not in session.state.abilities:
            return
        while True:
            try:
                await session.request(Method.GET, ns.CONTROL_ELECTRICITY, {})
            except OwnplugError as error:
                log.debug("No reading of %s: %s", self.name_of(session.uuid), error)
            await self._clock.sleep(self._settings.reading_interval_s)
