"""The one door of the hub: what pages, bridges, automation and the command line may know and do.

Every call is about a plug that the home knows, named as a person names it. Each failure is one of
`ownplug.core.errors`, with a sentence for the user.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ownplug.aio import Clock, Overflow, Subscription
from ownplug.core.errors import Expired, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.meross import Method
from ownplug.core.records import PlugRecord, Scope, UserRecord
from ownplug.core.secret import Secret
from ownplug.core.state import EnergyDay, Reading, RelayState
from ownplug.hub.devices import Devices
from ownplug.hub.energy import Energy
from ownplug.hub.events import Event, PlugForgotten, PlugRegistered, PlugRenamed, TimersChanged
from ownplug.hub.fallback import open_fallback
from ownplug.hub.firmware import Upgrades
from ownplug.hub.hub import Hub
from ownplug.hub.lights import Lights
from ownplug.hub.observing import Observing
from ownplug.hub.paging import page_of
from ownplug.hub.refusals import Refusal
from ownplug.hub.registry import PlugChange, edition
from ownplug.hub.session import PlugSession
from ownplug.hub.timers import AutoOffs, Timers
from ownplug.hub.views import HomeView, PlugView, UserView
from ownplug.ledger import Reports, Tariffs
from ownplug.plug import Link, Plug

# A listener may fall this many events behind before it is told that it missed some.
_EVENT_BACKLOG = 256
_PLUGS = 100_000  # more than a home has: of none may it be missed that something happened
_HOME_KEY = re.compile("[0-9a-f]{32}")


@dataclass(slots=True, kw_only=True)
class Shared:
    """What the doors of all callers have together."""

    firmware: Upgrades
    observing: Observing
    energy: Energy
    tariffs: Tariffs
    home: HomeView


class HubApi:
    """What one may ask of a hub.

    Attributes:
        observing: what it tells of itself.

    Args:
        hub: the running hub.
        clock: the time of events that come from here.
        who: asks, for what is told of refusals.
        shared: what doors of several callers have together; its own by default.

    Attributes:
        timers: what plugs do by themselves, and when.
        auto_offs: after what time they turn themselves off.
        lights: whether their lights show what they do.
        devices: the plugs as every bridge shows them.
    """

    def __init__(
        self, hub: Hub, clock: Clock, *, who: str = "this program", shared: Shared | None = None
    ) -> None:
        self._hub = hub
        self._clock = clock
        self._who = who
        self._shared = shared or _shared_by_all(hub, clock)
        self.timers = Timers(self._open, self._check_off, self._timers_teller, clock)
        self.auto_offs = AutoOffs(self._open, self._check_off, self._timers_teller, clock)
        self.lights = Lights(self._open)
        self.devices = Devices(self, self._newest_events, clock)

    def acting_for(self, who: str) -> HubApi:
        """Return the same door for somebody: refusals are told with that name."""
        return HubApi(self._hub, self._clock, who=who, shared=self._shared)

    @property
    def firmware(self) -> Upgrades:
        """Which firmware the plugs have, and their upgrades; to be used as `async with` for those."""
        return self._shared.firmware

    @property
    def energy(self) -> Energy:
        """What the plugs have used."""
        return self._shared.energy

    @property
    def observing(self) -> Observing:
        """What the hub tells of itself, and of what its plugs said."""
        return self._shared.observing

    @property
    def tariffs(self) -> Tariffs:
        """What energy costs."""
        return self._shared.tariffs

    def home(self) -> HomeView:
        """Return who the home is and where it listens."""
        return replace(self._shared.home, key=self._hub.home.key)

    def tell_home(self, home: HomeView) -> None:
        """Say where the home listens, once that is known."""
        self._shared.home = home

    async def change_key(self, key: Secret) -> None:
        """Give the home another key; plugs that have the present one keep it until they come with the new one.

        Programs that signed in with the old one are sent away. To give it the key that it has changes nothing.

        Raises:
            UsageError: it is not 32 hexadecimal digits.
        """
        if not _HOME_KEY.fullmatch(key.reveal()):
            raise UsageError(
                "The key of a home has 32 hexadecimal digits, in small letters.",
                hint="`ownplug keys roll` makes a new one.",
            )
        await self._hub.change_key(key)

    async def expect(self, reference: str, key: Secret) -> None:
        """Know a plug by a key of its own from now on; one that has yet to come is taken in by its uuid.

        Raises:
            NotFound, Conflict: no plug is called so, or several; a uuid will do.
            UsageError: the key is not 32 hexadecimal digits.
        """
        if not _HOME_KEY.fullmatch(key.reveal()):
            raise UsageError("The key of a plug has 32 hexadecimal digits, in small letters.")
        wanted = self._uuid_of(reference)
        is_new = self._hub.registry.get(wanted) is None
        plug = await self._hub.registry.add(wanted, self._clock.now(), key=key)
        if is_new:
            self._hub.events.publish(PlugRegistered(at=plug.registered_at, uuid=plug.uuid, name=plug.name))

    def plugs(
        self, *, limit: int | None = None, after: str | None = None
    ) -> tuple[list[PlugView], str | None]:
        """Return plugs of the home in the order in which they came, and the `after` of the next page.

        Args:
            limit: how many at most; None: all.
            after: what the page before said; None begins with the first plug.

        Raises:
            UsageError: no page ends with `after`.
        """
        page, following = page_of(self._hub.registry.all(), limit=limit, after=after)
        return [self._view(plug) for plug in page], following

    def plug(self, reference: str) -> PlugView:
        """Return one plug by its name, uuid, last digits or MAC.

        Raises:
            NotFound: there is none.
            Conflict: there are several.
        """
        return self._view(self._hub.registry.find(reference))

    async def change(self, reference: str, wanted: PlugChange, *, expected: str | None = None) -> PlugView:
        """Change what the owner says of a plug: its name, room, icon, safeguards; None leaves what is.

        Args:
            reference: which plug.
            wanted: what shall change.
            expected: the `edition` of the plug that the caller has seen; None: whatever it is now.

        Raises:
            NotFound, Conflict: no such plug, or the name is taken.
            UsageError: that is no name, no room, no icon, or the safeguards cannot all hold.
            Changed: somebody else has changed it meanwhile.
        """
        before = self._hub.registry.find(reference)
        plug = await self._hub.registry.change(before.uuid, wanted, expected=expected)
        if plug.name != before.name:
            self._hub.events.publish(PlugRenamed(at=self._clock.now(), uuid=plug.uuid, name=plug.name))
        if plug.safeguards != before.safeguards:
            await self._hub.safeguards_changed(plug.uuid)
        return self._view(plug)

    async def allow_again(self, reference: str) -> PlugView:
        """Let a plug be switched on again that its limit had switched off.

        Raises:
            NotFound, Conflict: no such plug, or several.
        """
        return self._view(await self._hub.keeper.allow_again(self._hub.registry.find(reference)))

    async def forget(self, reference: str) -> None:
        """Remove a plug from the home; one that still has the home's key may come again.

        Raises:
            NotFound, Conflict: no such plug, or several.
        """
        plug = self._hub.registry.find(reference)
        await self._hub.forget(plug.uuid)
        self._hub.events.publish(PlugForgotten(at=self._clock.now(), uuid=plug.uuid, name=plug.name))

    async def switch(
        self, reference: str, *, on: bool, channel: int = 0, expires_at: datetime | None = None
    ) -> RelayState:
        """Switch a relay; return its state as the plug told it afterwards.

        Args:
            reference: which plug.
            on: to which side.
            channel: which outlet.
            expires_at: after that the command is worth nothing; None: as long as the settings say.

        Raises:
            NotFound, Conflict: no such plug, or several.
            Locked: its safeguards forbid it.
            Expired: it could not be carried out in time; nothing was done.
            LinkError: the plug cannot be reached; it was not switched, or did not say so.
            DeviceError: the plug refused.
        """
        async with self._commanding(reference, channel, expires_at) as (known, plug):
            self._hub.keeper.check(known, on=on, by=self._who)
            await plug.switch(on=on, channel=channel)
            return await plug.switching.relay(channel)

    async def toggle(
        self, reference: str, *, channel: int = 0, expires_at: datetime | None = None
    ) -> RelayState:
        """Switch a relay to the other side of what the plug says it is on now.

        Raises:
            As `switch`.
        """
        async with self._commanding(reference, channel, expires_at) as (known, plug):
            before = await plug.switching.relay(channel)
            self._hub.keeper.check(known, on=not before.on, by=self._who)
            await plug.switch(on=not before.on, channel=channel)
            return await plug.switching.relay(channel)

    async def read_power(self, reference: str, *, channel: int = 0) -> Reading:
        """Ask the plug for its power now.

        Raises:
            As `switch`; DeviceError or LinkTimeout where it has no meter.
        """
        async with self._open(reference) as plug:
            return await plug.electricity(channel)

    async def energy_days(self, reference: str) -> list[EnergyDay]:
        """Ask the plug for the energy of its last days, oldest first.

        Raises:
            As `switch`.
        """
        async with self._open(reference) as plug:
            return await plug.energy_days()

    async def request(
        self, reference: str, *, method: str, namespace: str, payload: dict[str, Any]
    ) -> dict[str, Any]:
        """Send any request to a plug and return what it replied: `method`, `namespace`, `payload`.

        Raises:
            UsageError: not a method that a request can have.
            As `switch` for the rest, but that it does not expire.
        """
        if method not in {Method.GET, Method.SET, Method.DELETE, Method.PUSH}:
            raise UsageError(f"{method!r} is not a method.", hint="Use GET, SET, PUSH or DELETE.")
        self._hub.keeper.check_message(
            self._hub.registry.find(reference),
            method=method,
            namespace=namespace,
            payload=payload,
            by=self._who,
        )
        async with self._open(reference) as plug:
            reply = await plug.request(namespace, payload, Method(method))
        return {"method": reply.method, "namespace": reply.namespace, "payload": reply.data()}

    async def add_user(
        self,
        name: str,
        password: Secret,
        *,
        read: list[str],
        write: list[str],
        scope: Scope | None = None,
        app_plugs: Sequence[str] | None = None,
    ) -> None:
        """Add a user, or change password and rights of one; `app_plugs` are named as people name plugs.

        Raises:
            NotFound: no plug is called so.
            UsageError: not a name, a password too short, or not a topic filter.
        """
        await self._hub.accounts.add(
            name, password, read=read, write=write, scope=scope, app_plugs=self._named(app_plugs)
        )

    async def change_user(
        self,
        name: str,
        *,
        read: list[str],
        write: list[str],
        scope: Scope | None,
        app_plugs: Sequence[str] | None,
    ) -> UserView:
        """Give a user other rights; its password stays.

        Raises:
            NotFound: there is none of that name, or no plug is called so.
            UsageError: not a topic filter.
        """
        return _user_view(
            await self._hub.accounts.change_rights(
                name, read=read, write=write, scope=scope, app_plugs=self._named(app_plugs)
            )
        )

    def users(self) -> list[UserView]:
        """Return all users, by name."""
        return [_user_view(user) for user in self._hub.accounts.all()]

    async def remove_user(self, name: str) -> None:
        """Remove a user: its connections end, it is signed out, and nothing is kept for it any more.

        Raises:
            NotFound: there is none of that name.
        """
        await self._hub.accounts.remove(name)

    def refusals(self) -> list[Refusal]:
        """Return who could not come in lately, oldest first."""
        return self._hub.refusals.all()

    def events(self) -> AbstractContextManager[Subscription[Event]]:
        """Listen to what happens from now on."""
        return self._hub.events.subscribe(limit=_EVENT_BACKLOG, policy=Overflow.DROP_OLDEST)

    def _newest_events(self) -> AbstractContextManager[Subscription[Event]]:
        """Listen to that something happens, of each plug the newest only."""
        return self._hub.events.subscribe(
            limit=_PLUGS, policy=Overflow.COALESCE_LATEST, key=lambda event: event.uuid
        )

    @contextmanager
    def watching(self, *references: str) -> Iterator[None]:
        """Have plugs read each second while the context lasts: somebody looks at them.

        Raises:
            NotFound, Conflict: no such plug, or several.
        """
        sessions = [self._hub.session(self._hub.registry.find(reference).uuid) for reference in references]
        for session in sessions:
            session.watchers += 1
            session.wants_reading.set()
        try:
            yield
        finally:
            for session in sessions:
                session.watchers -= 1

    @asynccontextmanager
    async def _open(self, reference: str, *, channel: int | None = None) -> AsyncIterator[Plug]:
        """Reach a plug by its best link: its connection, else plain HTTP where the owner allowed it."""
        known = self._hub.registry.find(reference)
        session = self._hub.session(known.uuid)
        if channel is not None and session.state.relays and session.state.relay(channel) is None:
            raise UsageError(f"{known.name} has no outlet {channel}.")
        async with self._link(session) as link:
            yield Plug(link, clock=self._clock, abilities=session.state.abilities or None)

    @asynccontextmanager
    async def _commanding(
        self, reference: str, channel: int, expires_at: datetime | None
    ) -> AsyncIterator[tuple[PlugRecord, Plug]]:
        """Reach a plug for a command, after those that came before; one that is too old by then is dropped."""
        known = self._hub.registry.find(reference)
        turn = self._hub.session(known.uuid).turn
        try:
            async with turn.taken(self._ttl_s(expires_at)), self._open(reference, channel=channel) as plug:
                yield self._hub.registry.find(known.uuid.text), plug
        except Expired:
            self._hub.keeper.refused(known, f"a command for {known.name} came too late", self._who)
            raise

    def _named(self, references: Sequence[str] | None) -> list[Uuid] | None:
        return None if references is None else list(dict.fromkeys(map(self._uuid_of, references)))

    def _uuid_of(self, reference: str) -> Uuid:
        try:
            return Uuid.parse(reference)  # which may have been forgotten since it was given
        except UsageError:
            return self._hub.registry.find(reference).uuid

    def _ttl_s(self, expires_at: datetime | None) -> float:
        ttl_s = self._hub.settings.command_ttl_s
        if expires_at is not None:
            ttl_s = min(ttl_s, (expires_at - self._clock.now()).total_seconds())
        return ttl_s

    def _check_off(self, reference: str) -> None:
        self._hub.keeper.check(self._hub.registry.find(reference), on=False, by=self._who)

    def _timers_teller(self, reference: str) -> Callable[[], None]:
        """Return what tells that the rules of a plug were changed, whatever it is called by then."""
        uuid = self._hub.registry.find(reference).uuid
        return lambda: self._hub.events.publish(
            TimersChanged(at=self._clock.now(), uuid=uuid, name=self._hub.registry.name_of(uuid))
        )

    def _link(self, session: PlugSession) -> AbstractAsyncContextManager[Link]:
        settings = self._hub.settings
        if session.online or not settings.http_fallback or not session.peer_address:
            return nullcontext(session)
        return open_fallback(
            session, key=self._hub.key(session.uuid), timeout_s=settings.request_timeout_s, clock=self._clock
        )

    def _view(self, plug: PlugRecord) -> PlugView:
        session = self._hub.known_session(plug.uuid)
        return PlugView(
            uuid=plug.uuid,
            name=plug.name,
            key=self._hub.key(plug.uuid),
            registered_at=plug.registered_at,
            state=self._hub.state(plug.uuid),
            talk=session.talk if session else None,
            link=session.link if session else None,
            answers_in_s=session.answers_in_s if session else None,
            model=plug.model,
            sub_type=plug.sub_type,
            hardware=plug.hardware,
            firmware=plug.firmware,
            room=plug.room,
            icon=plug.icon,
            series=plug.series,
            safeguards=plug.safeguards,
            trip=plug.trip,
            edition=edition(plug),
        )


def _user_view(user: UserRecord) -> UserView:
    return UserView(
        name=user.name, read=user.read, write=user.write, scope=user.scope, app_plugs=user.app_plugs
    )


def _shared_by_all(hub: Hub, clock: Clock) -> Shared:
    tariffs = Tariffs(lambda: hub.ledger.calendar)
    return Shared(
        firmware=Upgrades(hub, clock),
        observing=Observing(hub, clock),
        energy=Energy(Reports(hub.ledger, tariffs.prices), hub.registry, clock),
        tariffs=tariffs,
        home=HomeView(user_id=hub.home.user_id, key=hub.home.key, started_at=clock.now()),
    )
