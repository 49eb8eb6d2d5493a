"""Many plugs: takes them in, answers them, remembers them, and tells what happens to them."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from ownplug.aio import Backoff, Broadcast, Clock, supervise
from ownplug.core.errors import DeviceError, LinkError, Malformed, OwnplugError, WireError
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.login import Login, app_login
from ownplug.core.meross.payloads import Online, OnlinePayload
from ownplug.core.meross.timerule import time_rules
from ownplug.core.meross.topics import app_inbox, device_inbox, device_outbox, outbox_owner
from ownplug.core.records import HomeRecord
from ownplug.core.secret import Secret
from ownplug.core.state import PlugState
from ownplug.core.units import Position
from ownplug.hub.access import HomeGatekeeper
from ownplug.hub.accounts import Accounts
from ownplug.hub.attend import Attendant
from ownplug.hub.availability import AvailabilityHistory
from ownplug.hub.complaints import Complaints
from ownplug.hub.events import Event, events_between
from ownplug.hub.keeper import Keeper
from ownplug.hub.messages import Direction, MessageLog
from ownplug.hub.passwords import PasswordCheck
from ownplug.hub.penalties import Penalties
from ownplug.hub.ports import Exchange, HomeStore
from ownplug.hub.refusals import RefusalCause, Refusals
from ownplug.hub.registry import Registry
from ownplug.hub.responder import Responder, Rules
from ownplug.hub.session import PlugSession
from ownplug.hub.settings import HubSettings
from ownplug.hub.talk import StartupTalk
from ownplug.ledger import EnergySettings, Ledger
from ownplug.plug import Plug

log = logging.getLogger(__name__)

_ONLINE, _OFFLINE = 1, 2
_RETRY_S = 1.0  # between two attempts to write while the disk takes nothing


class Hub:
    """The plugs of one home: `async with Hub(...) as hub`.

    Whoever carries its MQTT (`ownplug.app`) tells it what happens by `plug_online`, `plug_offline` and
    `receive`, and gives it a way to speak by `speak_through`, before the first plug comes.
    """

    def __init__(
        self, settings: HubSettings, store: HomeStore, clock: Clock, energy: EnergySettings | None = None
    ) -> None:
        self.registry = Registry(store)
        self.accounts = Accounts(store)
        self.events: Broadcast[Event] = Broadcast()
        self.settings = settings
        self._clock = clock
        self.keeper = Keeper(
            registry=self.registry,
            events=self.events,
            clock=clock,
            switch=self._switch,
            spawn=self._spawn,
        )
        self.refusals = Refusals(clock.now)
        penalties = Penalties(
            clock.monotonic, attempts=settings.login_attempts, limit_s=settings.login_penalty_limit_s
        )
        self.passwords = PasswordCheck(self.accounts, penalties)
        self.history = AvailabilityHistory(clock)
        self.ledger = Ledger(
            clock, zone=settings.timezone, interval_s=settings.reading_interval_s, settings=energy
        )
        self.messages = MessageLog(clock.now)
        self._complaints = Complaints(log, clock.monotonic)
        self._exchange: Exchange | None = None
        self._home: HomeRecord | None = None
        self._sessions: dict[Uuid, PlugSession] = {}
        self._attending: dict[Uuid, asyncio.Task[None]] = {}
        self._writing: asyncio.Task[None] | None = None
        self._tasks = asyncio.TaskGroup()
        self._responder = Responder(timezone=settings.timezone, rules=_rules_of(settings.timezone))

    async def __aenter__(self) -> Self:
        self._home = await self.accounts.load()
        await self.registry.load()
        await self._tasks.__aenter__()
        writing = supervise(
            "what is learnt of plugs", self._write_facts, backoff=Backoff(), clock=self._clock
        )
        self._writing = self._tasks.create_task(writing)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in (*self._attending.values(), self._writing):
            if task is not None:
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
            home=lambda: self.home,
            registry=self.registry,
            accounts=self.accounts,
            monotonic=self._clock.monotonic,
            refusals=self.refusals,
            passwords=self.passwords,
            lets_pass=self.keeper.lets_pass,
            takes_apps=lambda: self.settings.app_logins,
        )

    def speak_through(self, exchange: Exchange) -> None:
        """Use `exchange` to write to plugs and apps."""
        self._exchange = exchange

    def use_settings(self, settings: HubSettings, energy: EnergySettings | None = None) -> None:
        """Behave as `settings` say from now on; plugs that are there hear of zone and position when they come again.

        What slows down guessing stays as it was when the hub was made.
        """
        was, self.settings = self.settings, settings
        self.ledger.use(
            zone=settings.timezone,
            interval_s=settings.reading_interval_s,
            settings=energy or EnergySettings(),
        )
        if settings.timezone != was.timezone:
            self._responder.use_zone(settings.timezone, _rules_of(settings.timezone))
        if settings.reading_interval_s != was.reading_interval_s:
            for session in self._sessions.values():
                session.wants_reading.set()

    def session(self, uuid: Uuid) -> PlugSession:
        """Return what goes on with a plug, whether it is connected or not."""
        session = self._sessions.get(uuid)
        if session is None:
            session = self._sessions[uuid] = self._new_session(uuid)
        return session

    def known_session(self, uuid: Uuid) -> PlugSession | None:
        """Return the same of a plug with which something has gone on since the hub started; None for others."""
        return self._sessions.get(uuid)

    def state(self, uuid: Uuid) -> PlugState:
        """Return what is known about a plug now."""
        session = self._sessions.get(uuid)
        return session.state if session else self.history.at_start(uuid)

    def talk(self, uuid: Uuid) -> StartupTalk | None:
        """Return how far a plug's start-up talk came; None if it has not connected since the hub started."""
        session = self._sessions.get(uuid)
        return session.talk if session else None

    def handshake_failed(self, address: str, why: str) -> None:
        """Take note that somebody at `address` could not agree with us on TLS."""
        self.refusals.note(address, RefusalCause.TLS, why)

    def plug_online(self, uuid: Uuid, *, connection: str, address: str) -> None:
        """Take note that a plug is connected and listens to its inbox."""
        session = self.session(uuid)
        if session.connection == connection:
            return  # it asked for its inbox once more
        was_online = session.online
        session.set_key(self.key(uuid))
        session.connected(connection, address)
        if not was_online:
            self._tell_apps_online(uuid, _ONLINE)
        self._stop_attending(uuid)
        name = f"attending {uuid}"
        attending = supervise(name, self._attendant(session).run, backoff=Backoff(), clock=self._clock)
        self._attending[uuid] = self._tasks.create_task(attending, name=name)

    def plug_offline(self, uuid: Uuid, *, connection: str, reason: str) -> None:
        """Take note that a connection of a plug ended."""
        session = self._sessions.get(uuid)
        if session is not None and session.disconnected(connection, reason):
            self._stop_attending(uuid)
            self._tell_apps_online(uuid, _OFFLINE)

    def receive(self, topic: str, payload: bytes) -> None:
        """Handle what a plug wrote to its own topic; never raises for what a plug can send.

        A plug that is neither registered nor connected is not heard: so is one that was forgotten, until it
        connects anew.
        """
        owner = outbox_owner(topic)
        if owner is None:
            return
        uuid = Uuid(owner)
        if uuid not in self._sessions and self.registry.get(uuid) is None:
            return
        message = self._signed(uuid, payload)
        if message is None:
            return
        self.messages.note(uuid, Direction.IN, message, self.key(uuid))
        self.session(uuid).receive(message)
        if message.method == Method.PUSH:
            # Unchanged, as the vendor's cloud does: programs check the plug's own signature.
            self.publish(app_inbox(self.home.user_id), payload)

    def author(self, topic: str, payload: bytes) -> Uuid | None:
        """Return which plug wrote that to its own topic, as its signature proves; None: none that has our key."""
        owner = outbox_owner(topic)
        uuid = Uuid(owner) if owner else None
        return uuid if uuid and self._signed(uuid, payload) else None

    def call(self, uuid: Uuid) -> None:
        """Ask a plug whether it is there, and wait for nothing: what it replies comes like all that it says."""
        maker = self._maker(self.key(uuid), device_outbox(uuid.text))
        message = maker.make(Method.GET, ns.SYSTEM_ALL, {}, now_s=self._clock.now().timestamp())
        self.publish(device_inbox(uuid.text), encode_message(message))

    def own_login(self) -> Login:
        """Return with what the home itself logs in to an MQTT server."""
        return app_login(self.home.user_id, self.home.key)

    async def forget(self, uuid: Uuid) -> None:
        """Remove a plug from the home."""
        self._stop_attending(uuid)
        await self.registry.forget(uuid)
        self.ledger.forget(uuid)  # last: a plug that the home still knows would get a meter again
        self._sessions.pop(uuid, None)
        self.history.forget(uuid)
        self.messages.forget(uuid)

    async def change_key(self, key: Secret) -> None:
        """Give the home another key: programs have to sign in with it.

        Each plug keeps the one that it has until it comes with the new one.
        """
        old = self.home
        if key == old.key:
            return
        await self.registry.change_home_key(old.key, key)
        self._home = replace(old, key=key)
        self.accounts.login_changed(old.user_id)

    async def safeguards_changed(self, uuid: Uuid) -> None:
        """Look at a plug that is there as its safeguards now want it: at its meter, and at how long it is up."""
        session = self._sessions.get(uuid)
        if session is None or not session.online:
            return
        session.wants_reading.set()
        with suppress(LinkError, DeviceError, WireError):
            await self.keeper.look_after(session)

    def publish(self, topic: str, payload: bytes) -> None:
        """Write to a topic, through whatever the hub speaks through now."""
        if self._exchange is not None:
            self._exchange.publish(topic, payload)

    def key(self, uuid: Uuid) -> Secret:
        """Return the key that a plug and this home share: its own, else the home's."""
        plug = self.registry.get(uuid)
        return plug.key if plug and plug.key else self.home.key

    def _signed(self, uuid: Uuid, payload: bytes) -> Message | None:
        """Return what a plug wrote; None, and a complaint, where it cannot be read or is not the plug's."""
        try:
            message = decode_message(payload)
        except Malformed as error:
            self._complaints.warn(uuid.text, "Dropped a message of %s: %s", uuid, error)
            return None
        if not message.is_signed(self.key(uuid)):
            self._complaints.warn(
                uuid.text, "Dropped %.80r of %s: not signed with its key", message.namespace, uuid
            )
            return None
        return message

    def _new_session(self, uuid: Uuid) -> PlugSession:
        return PlugSession(
            uuid,
            # From its own topic: a plug may always write there, whatever the server's rights.
            # Source: captures (protocol notes, 4.3).
            maker=self._maker(self.key(uuid), device_outbox(uuid.text)),
            send=lambda message: self._send(uuid, message),
            responder=self._responder,
            clock=self._clock,
            timeout_s=lambda: self.settings.request_timeout_s,
            state=self.history.at_start(uuid),
            state_changed=lambda old, new: self._publish_changes(uuid, old, new),
        )

    def _attendant(self, session: PlugSession) -> Attendant:
        return Attendant(
            session,
            registry=self.registry,
            events=self.events,
            keeper=self.keeper,
            ledger=self.ledger,
            clock=self._clock,
            reading_interval_s=lambda: self.settings.reading_interval_s,
            position=Position.parse(self.settings.position) if self.settings.position else None,
        )

    def _maker(self, key: Secret, sender: str) -> MessageMaker:
        return MessageMaker(
            key=key, sender=sender, new_id=lambda: secrets.token_hex(16), trigger_src="CloudControl"
        )

    def _tell_apps_online(self, uuid: Uuid, status: int) -> None:
        # A plug leaves no will, so its coming and going is ours to tell. Source: captures (4.3).
        maker = self._maker(self.key(uuid), device_inbox(uuid.text))
        payload = OnlinePayload(online=Online(status=status))
        message = maker.make(Method.PUSH, ns.SYSTEM_ONLINE, payload, now_s=self._clock.now().timestamp())
        self.publish(app_inbox(self.home.user_id), encode_message(message))

    def _send(self, uuid: Uuid, message: Message) -> None:
        self.messages.note(uuid, Direction.OUT, message, self.key(uuid))
        self.publish(device_inbox(uuid.text), encode_message(message))

    def _publish_changes(self, uuid: Uuid, old: PlugState, new: PlugState) -> None:
        if new.availability is not old.availability:
            self.history.note(uuid, new)
        at = self._clock.now()
        for event in events_between(old, new, at=at, uuid=uuid, name=self.registry.name_of(uuid)):
            self.events.publish(event)
        self.keeper.seen(uuid, old, new)
        self.ledger.seen(uuid, old, new)

    async def _switch(self, uuid: Uuid, on: bool) -> None:  # noqa: FBT001 - fits the keeper's port
        session = self.session(uuid)
        plug = Plug(session, clock=self._clock, abilities=session.state.abilities or None)
        await plug.switch(on=on)
        await plug.is_on()  # so that what it is now is known here, too

    async def _write_facts(self) -> None:
        """Write what the disk did not take when it was learnt, for ever."""
        while True:
            await self.registry.unwritten.wait()
            await self._clock.sleep(_RETRY_S)
            with suppress(OwnplugError):  # told when it began
                await self.registry.write_facts()

    def _spawn(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks.create_task(supervise(name, work, backoff=Backoff(), clock=self._clock))

    def _stop_attending(self, uuid: Uuid) -> None:
        task = self._attending.pop(uuid, None)
        if task is not None:
            task.cancel()


def _rules_of(timezone: str) -> Rules:
    zone = ZoneInfo(timezone)
    return lambda now: time_rules(zone, now)
