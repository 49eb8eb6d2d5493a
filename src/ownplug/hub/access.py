"""Who may enter the MQTT server, and what each may do there.

The rights are the wall between plugs: all of a home share one key, so a signature keeps none of them from
speaking for another. A plug reaches its own two topics, and the topics at which somebody asked it to reply.
"""

from __future__ import annotations

import hmac
import logging
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from ownplug.core.errors import Malformed, OwnplugError, UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.meross.login import app_login, device_login, parse_device_client_id
from ownplug.core.meross.topics import (
    device_inbox,
    device_outbox,
    inbox_owner,
    is_app_topic_of,
    outbox_owner,
)
from ownplug.core.mqtt import Access, Passage, check_topic, covers, matches
from ownplug.core.records import HomeRecord, UserRecord
from ownplug.core.secret import Secret
from ownplug.hub.accounts import Accounts
from ownplug.hub.complaints import Complaints
from ownplug.hub.passwords import PasswordCheck
from ownplug.hub.refusals import RefusalCause, Refusals
from ownplug.hub.registry import Registry

log = logging.getLogger(__name__)

# A plug answers within seconds; a minute forgives a slow radio.
_GRANT_S = 60.0
# Programs of one home that talk to one plug at a time, and how long a topic of theirs may be: such topics are
# kept, so neither may grow at a stranger's will.
_GRANTS_A_PLUG = 32
_LONGEST_REPLY_TOPIC = 256


class ReplyGrants:
    """The topics at which plugs were asked to reply, for a minute each."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._by_plug: dict[str, OrderedDict[str, float]] = {}

    def grant(self, uuid: str, topic: str) -> None:
        """Let a plug reply to `topic`; the oldest grant gives way to the newest."""
        grants = self._by_plug.setdefault(uuid, OrderedDict())
        grants[topic] = self._monotonic() + _GRANT_S
        grants.move_to_end(topic)  # a renewed one is the newest
        if len(grants) > _GRANTS_A_PLUG:
            grants.popitem(last=False)

    def holds(self, uuid: str, topic: str) -> bool:
        """Whether a plug may reply to `topic` now."""
        grants = self._by_plug.get(uuid)
        return grants is not None and grants.get(topic, 0.0) > self._monotonic()


class PlugAccess:
    """A plug: its own inbox, its own outbox, and replies to whoever asked."""

    __slots__ = ("_grants", "_inbox", "_outbox", "_uuid")  # there is one for each connected plug

    def __init__(self, uuid: Uuid, grants: ReplyGrants) -> None:
        self._uuid = uuid.text
        self._inbox, self._outbox = device_inbox(uuid.text), device_outbox(uuid.text)
        self._grants = grants

    def __str__(self) -> str:
        return f"the plug {self._uuid}"

    def may_subscribe(self, topic_filter: str) -> bool:
        """Its inbox, to the letter."""
        return topic_filter == self._inbox

    def may_publish(self, topic: str) -> bool:
        """Its outbox, and where it was asked to reply."""
        return topic == self._outbox or self._grants.holds(self._uuid, topic)


class AppAccess:
    """A program with the home's login: the home's app topics, and the inboxes of its plugs."""

    def __init__(self, user_id: str, registry: Registry) -> None:
        self._user_id = user_id
        self._registry = registry

    def __str__(self) -> str:
        return "a program with the home's key"

    def may_subscribe(self, topic_filter: str) -> bool:
        """Everything below `/app/<user id>` and `/app/<user id>-…`."""
        return is_app_topic_of(topic_filter, self._user_id)

    def may_publish(self, topic: str) -> bool:
        """The inboxes of plugs that the home knows."""
        uuid = inbox_owner(topic)
        return uuid is not None and self._registry.get(Uuid(uuid)) is not None


class UserAccess:
    """A user of the home: the topic filters that it has now, also where they change while it is connected.

    Args:
        name: whose rights.
        find: returns the user as it is now, None if it was removed: then nothing is allowed.
    """

    def __init__(self, name: str, find: Callable[[str], UserRecord | None]) -> None:
        self._name = name
        self._find = find

    def __str__(self) -> str:
        return self._name

    def may_subscribe(self, topic_filter: str) -> bool:
        """What lies wholly inside a filter given for reading."""
        user = self._find(self._name)
        return user is not None and any(covers(granted, topic_filter) for granted in user.read)

    def may_publish(self, topic: str) -> bool:
        """What a filter given for writing matches."""
        user = self._find(self._name)
        return user is not None and any(matches(granted, topic) for granted in user.write)


class _Envelope(msgspec.Struct):
    header: _Sender


class _Sender(msgspec.Struct):
    sender: str = msgspec.field(name="from", default="")


LetsPass = Callable[[Uuid, bytes, str], bool]
"""Whether these bytes of that client may reach that plug."""


class HomeGatekeeper:
    """Admits the plugs, programs and users of one home, and screens what they tell plugs."""

    def __init__(
        self,
        *,
        home: Callable[[], HomeRecord],
        registry: Registry,
        accounts: Accounts,
        monotonic: Callable[[], float],
        refusals: Refusals,
        passwords: PasswordCheck,
        lets_pass: LetsPass | None = None,
        takes_apps: Callable[[], bool] = lambda: True,
    ) -> None:
        self._home = home
        self._registry = registry
        self._accounts = accounts
        self._grants = ReplyGrants(monotonic)
        self._refusals = refusals
        self._passwords = passwords
        self._lets_pass = lets_pass or _anything
        self._takes_apps = takes_apps
        self._complaints = Complaints(log, monotonic)
        self._envelope = msgspec.json.Decoder(_Envelope)

    async def admit(self, *, client_id: str, username: str, password: bytes, address: str) -> Access | None:
        """Return what this client may do, or None if its login does not fit; which half never shows.

        Raises:
            TimeoutError: too many passwords are being checked, or were wrong; it may come again.
        """
        mac = _mac(username)
        if mac is not None:
            return await self._admit_plug(mac, client_id, password, address)
        if (
            username.isdecimal()
        ):  # no person is called so: whose id is the home's must not show in the time taken
            home = self._home()
            fits = _same(app_login(home.user_id, home.key).password, password) and username == home.user_id
            return AppAccess(home.user_id, self._registry) if fits and self._takes_apps() else None
        user = await self._passwords.user(username, password, address=address)
        return UserAccess(user.name, self._accounts.find) if user else None

    def screen(self, topic: str, payload: bytes, access: Access) -> Passage:
        """Look at what a client wrote to a plug: it is for now, and that plug may reply to where the client reads.

        What the plug's safeguards forbid is dropped.
        """
        uuid = inbox_owner(topic)
        if uuid is None:
            return Passage.FREE
        if self._registry.get(Uuid(uuid)) is None:
            return Passage.NOW
        if not self._lets_pass(Uuid(uuid), payload, str(access)):
            return Passage.REFUSED
        self._grant_reply(uuid, payload, access)
        return Passage.NOW

    def _grant_reply(self, uuid: str, payload: bytes, access: Access) -> None:
        try:
            sender = self._envelope.decode(payload).header.sender
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return  # a plug cannot read it either
        # Only where the asker itself may read: else it could make a plug write where neither may.
        if _is_reply_topic(sender) and access.may_subscribe(sender):
            self._grants.grant(uuid, sender)

    async def _admit_plug(self, mac: Mac, client_id: str, password: bytes, address: str) -> Access | None:
        uuid = parse_device_client_id(client_id)
        if uuid is None or uuid.text[-12:] != mac.digits:
            self._refuse(address, mac, "it signs in with a client id that is not its own")
            return None
        plug = self._registry.get(uuid)
        home = self._home()
        has_home_key = _same(device_login(mac, home.user_id, home.key).password, password)
        own_key = plug.key if plug else None
        has_own_key = own_key is not None and _same(
            device_login(mac, home.user_id, own_key).password, password
        )
        if not (has_home_key or has_own_key):
            self._refuse(address, mac, "it signs in with another home's key or user id")
            return None
        # Else one plug's login would do for any number of uuids that end in its MAC, each kept for good.
        if plug is None and self._registry.has_mac(mac):
            self._refuse(address, mac, f"it comes as {uuid}, but is known by another uuid")
            return None
        if has_home_key and own_key is not None:  # it was given the home's meanwhile; the other is void
            await self._take_home_key(uuid)
        return PlugAccess(uuid, self._grants)

    async def _take_home_key(self, uuid: Uuid) -> None:
        try:
            await self._registry.take_home_key(uuid)
        except OwnplugError as error:
            raise TimeoutError(f"that it has the home's key now cannot be kept: {error}") from error

    def _refuse(self, address: str, mac: Mac, why: str) -> None:
        self._refusals.note(address, RefusalCause.LOGIN, why, mac=mac)
        self._complaints.warn(address, "The plug %s at %s is not let in: %s", mac, address, why)


def _anything(uuid: Uuid, message: bytes, by: str) -> bool:
    """Where no plug has safeguards."""
    return True


def _mac(username: str) -> Mac | None:
    try:
        mac = Mac.parse(username)
    except UsageError:
        return None
    return mac if mac.text == username else None


def _same(expected: Secret, offered: bytes) -> bool:
    return hmac.compare_digest(expected.reveal().encode(), offered)


def _is_reply_topic(topic: str) -> bool:
    """Whether a plug may be asked to reply there: never in another plug's name, nor to one, nor to many."""
    try:
        check_topic(topic)
    except Malformed:
        return False
    is_a_plugs = inbox_owner(topic) is not None or outbox_owner(topic) is not None
    return len(topic) <= _LONGEST_REPLY_TOPIC and topic[0] != "$" and not is_a_plugs
