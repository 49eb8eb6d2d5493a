"""The API's documents: what callers send, and what they get for a plug, a home, a reading.

Names are ownplug's, units are in the names, times are ISO 8601 in UTC. Text from plugs is passed on as it
is: JSON keeps it data, and whoever shows it escapes it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StrictBool

from ownplug.core.secret import Secret
from ownplug.core.state import EnergyDay, Reading, RelayState
from ownplug.hub import HomeView, PlugView, Refusal, StartupTalk, UserView

Moment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
_TopicFilter = Annotated[str, Field(min_length=1, max_length=1000)]


class Sent(BaseModel):
    """What a caller sends: a field that we do not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class SwitchBody(Sent):
    """Which state a relay shall have."""

    on: StrictBool


class PlugBody(Sent):
    """What a plug shall be called, and in which room it is; what is not given stays."""

    name: str | None = Field(default=None, max_length=200)
    room: str | None = Field(default=None, max_length=200)


class KeyBody(Sent):
    """The key that the home shall have: 32 hexadecimal digits."""

    key: SecretStr = Field(min_length=1, max_length=100)


class RequestBody(Sent):
    """A message in the plug's own language."""

    method: Literal["GET", "SET", "PUSH", "DELETE"] = "GET"
    namespace: str = Field(min_length=1, max_length=200)
    payload: dict[str, Any] = Field(default_factory=dict)


class UserBody(Sent):
    """A user of the MQTT server, and the topic filters it may read and write."""

    name: str = Field(min_length=1, max_length=254)
    password: SecretStr = Field(min_length=1, max_length=1000)
    read: list[_TopicFilter] = Field(default_factory=list, max_length=100)
    write: list[_TopicFilter] = Field(default_factory=list, max_length=100)


class Health(BaseModel):
    """The hub is there."""

    status: Literal["ok"] = "ok"


class Home(BaseModel):
    """Who the home is and where it listens; what is off is empty."""

    user_id: str
    key: str
    mqtts: str
    mqtts_legacy: str
    mqtt: str
    web: str
    cloud: str
    ca: str
    timezone: str
    position: str


class Relay(BaseModel):
    """One outlet."""

    channel: int
    on: bool
    changed_at: Moment | None


class Power(BaseModel):
    """What the meter measured."""

    at: Moment
    power_w: float
    voltage_v: float
    current_a: float


class Talk(BaseModel):
    """How far the start-up talk of a plug's newest connection came."""

    connected_at: Moment
    address: str
    clock_questions: int
    binds: int
    has_told_meter: bool


class Plug(BaseModel):
    """One plug: what is remembered of it and how it is now."""

    uuid: str
    name: str
    room: str
    mac: str
    key: str
    model: str
    sub_type: str
    hardware: str
    firmware: str
    address: str
    availability: Literal["online", "offline", "unknown"]
    since: Moment | None
    reason: str
    bound: bool
    talk: Talk | None
    signal: int | None
    timezone: str | None
    registered_at: Moment
    relays: list[Relay]
    reading: Power | None


class Plugs(BaseModel):
    """All plugs of the home."""

    plugs: list[Plug]


class Day(BaseModel):
    """The energy of one day by the plug's own clock."""

    day: str
    energy_wh: int


class Days(BaseModel):
    """The days that the plug itself remembers."""

    days: list[Day]


class User(BaseModel):
    """A user of the MQTT server, and the topic filters it may read and write."""

    name: str
    read: list[str]
    write: list[str]


class Users(BaseModel):
    """All users of the MQTT server."""

    users: list[User]


class Refused(BaseModel):
    """An attempt to connect that failed."""

    at: Moment
    address: str
    cause: Literal["tls", "login"]
    detail: str
    mac: str | None


class Refusals(BaseModel):
    """Who could not come in lately, oldest first."""

    refusals: list[Refused]


class Reply(BaseModel):
    """What the plug replied."""

    method: str
    namespace: str
    payload: dict[str, Any]


def home_document(home: HomeView, *, show_secrets: bool) -> Home:
    """Make the document of a home; its key, and where it is, are masked unless `show_secrets`."""
    return Home(
        user_id=home.user_id,
        key=_shown(home.key, show_secrets),
        mqtts=home.mqtts,
        mqtts_legacy=home.mqtts_legacy,
        mqtt=home.mqtt,
        web=home.web,
        cloud=home.cloud,
        ca=home.ca,
        timezone=home.timezone,
        position=_shown(Secret(home.position), show_secrets) if home.position else "",
    )


def plug_document(plug: PlugView, *, show_secrets: bool = False) -> Plug:
    """Make the document of a plug; its key is masked unless `show_secrets`."""
    state = plug.state
    return Plug(
        uuid=plug.uuid.text,
        name=plug.name,
        room=plug.room,
        mac=plug.uuid.mac.text,
        key=_shown(plug.key, show_secrets),
        model=plug.model,
        sub_type=plug.sub_type,
        hardware=plug.hardware,
        firmware=plug.firmware,
        address=state.address,
        availability=state.availability.value,
        since=state.since,
        reason=state.reason,
        bound=state.bound,
        talk=_talk_document(plug.talk) if plug.talk is not None else None,
        signal=state.signal,
        timezone=state.timezone,
        registered_at=plug.registered_at,
        relays=[relay_document(relay) for relay in state.relays],
        reading=power_document(state.reading) if state.reading is not None else None,
    )


def relay_document(relay: RelayState) -> Relay:
    """Make the document of an outlet."""
    return Relay(channel=relay.channel, on=relay.on, changed_at=relay.changed_at)


def power_document(reading: Reading) -> Power:
    """Make the document of a reading."""
    return Power(
        at=reading.at,
        power_w=reading.power_w,
        voltage_v=reading.voltage_v,
        current_a=reading.current_a,
    )


def days_document(days: list[EnergyDay]) -> Days:
    """Make the document of a plug's days."""
    return Days(days=[Day(day=day.day, energy_wh=day.energy_wh) for day in days])


def refused_document(refusal: Refusal) -> Refused:
    """Make the document of a refusal."""
    return Refused(
        at=refusal.at,
        address=refusal.address,
        cause=refusal.cause.value,
        detail=refusal.detail,
        mac=refusal.mac.text if refusal.mac else None,
    )


def user_document(user: UserView) -> User:
    """Make the document of a user."""
    return User(name=user.name, read=list(user.read), write=list(user.write))


def _talk_document(talk: StartupTalk) -> Talk:
    return Talk(
        connected_at=talk.connected_at,
        address=talk.address,
        clock_questions=talk.clock_questions,
        binds=talk.binds,
        has_told_meter=talk.has_told_meter,
    )


def _shown(secret: Secret, show: bool) -> str:  # noqa: FBT001 - private, and called beside the flag's own name
    return secret.reveal() if show else str(secret)
