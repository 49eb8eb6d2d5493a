"""The API's documents: what callers send, and what they get for a plug, a home, a reading.

Names are ownplug's, units are in the names, times are ISO 8601 in UTC. Text from plugs is passed on as it
is: JSON keeps it data, and whoever shows it escapes it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, StrictBool

from ownplug import __version__
from ownplug.core.records import AfterPowerLoss, PowerLimit, Safeguards, Scope
from ownplug.core.secret import Secret
from ownplug.core.state import EnergyDay, Reading, RelayState
from ownplug.hub import HomeView, PlugView, Refusal, StartupTalk, UserView

Moment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
_AppPlugs = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100)]] | None,
    Field(
        default=None,
        max_length=1000,
        description="the plugs that programs written for the vendor's cloud see with its login: name, uuid, its last"
        " digits, or MAC; none: every plug",
    ),
]
_TopicFilter = Annotated[str, Field(min_length=1, max_length=1000)]


class Sent(BaseModel):
    """What a caller sends: a field that we do not know is a mistake.

    Numbers and truths are `strict`, or `false` would be taken for 0 and `"1"` for true.
    """

    model_config = ConfigDict(extra="forbid")


Deadline = Annotated[
    AwareDatetime | None,
    Field(default=None, description="after that nothing is done; at the latest after hub.command_ttl_s"),
]


class ToggleBody(Sent):
    """When a command is worth nothing any more."""

    expires_at: Deadline


class LightBody(Sent):
    """Which state a light shall have."""

    on: StrictBool


class SwitchBody(ToggleBody):
    """Which state a relay shall have."""

    on: StrictBool


class PlugBody(Sent):
    """What a plug shall be called, in which room it is, and how it is shown; what is not given stays."""

    name: str | None = Field(default=None, max_length=200)
    room: str | None = Field(default=None, max_length=200)
    icon: str | None = Field(default=None, max_length=200, description="a word like `kettle`; empty: none")


class Limit(Sent):
    """How much a plug may use: more than that for so long, and it is switched off."""

    power_w: float = Field(gt=0, le=10_000, strict=True)
    for_s: float = Field(ge=0, le=3600, strict=True)


class SafeguardsBody(Sent):
    """What the hub shall see to about a plug; what is not given stays."""

    after_power_loss: AfterPowerLoss = AfterPowerLoss.KEEP
    limit: Limit | None = None
    never_off: StrictBool = False


class KeyBody(Sent):
    """The key that the home shall have: 32 hexadecimal digits."""

    key: SecretStr = Field(min_length=1, max_length=100, json_schema_extra={"pattern": "^[0-9a-f]{32}$"})


class RequestBody(Sent):
    """A message in the plug's own language."""

    method: Literal["GET", "SET", "PUSH", "DELETE"] = "GET"
    namespace: str = Field(min_length=1, max_length=200)
    payload: dict[str, Any] = Field(default_factory=dict)


class UserBody(Sent):
    """A user: what it may do through the API, and the topic filters of the MQTT server it may read and write."""

    name: str = Field(
        min_length=1, max_length=254, json_schema_extra={"pattern": "^[A-Za-z0-9][A-Za-z0-9._@+-]*$"}
    )
    password: SecretStr = Field(min_length=1, max_length=1000, json_schema_extra={"minLength": 8})
    read: list[_TopicFilter] = Field(default_factory=list, max_length=100)
    write: list[_TopicFilter] = Field(default_factory=list, max_length=100)
    scope: Scope | None = Field(default=None, description="none: the API and its page are closed to it")
    app_plugs: _AppPlugs


class RightsBody(Sent):
    """What a user may do; what is not given stays."""

    read: list[_TopicFilter] = Field(default_factory=list, max_length=100)
    write: list[_TopicFilter] = Field(default_factory=list, max_length=100)
    scope: Scope | None = Field(default=None, description="none: the API and its page are closed to it")
    app_plugs: _AppPlugs


class Health(BaseModel):
    """The hub is there."""

    status: Literal["ok"] = "ok"


class Home(BaseModel):
    """Who the home is and where it listens; what is off is empty."""

    user_id: str
    key: str
    mqtts: str
    mqtts_also: list[str] = Field(
        description="where else MQTT over TLS is spoken, for programs that have a port built in"
    )
    mqtts_legacy: str
    mqtt: str
    web: str
    cloud: str
    ca: str
    timezone: str
    position: str
    version: str = Field(description="of ownplug")
    started_at: Moment = Field(description="when the hub started")


class Relay(BaseModel):
    """One outlet."""

    channel: int
    on: bool
    changed_at: Moment | None


class Light(BaseModel):
    """The plug's own light: whether it shows what the plug does."""

    on: bool


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


class SafeguardsOf(BaseModel):
    """What the hub sees to about a plug."""

    after_power_loss: AfterPowerLoss
    limit: Limit | None
    never_off: bool


class Tripped(BaseModel):
    """A limit that was broken: the plug stays off until somebody allows it again."""

    at: Moment
    power_w: float


class Plug(BaseModel):
    """One plug: what is remembered of it and how it is now."""

    uuid: str
    name: str
    room: str
    icon: str
    series: int = Field(description="which colour it has in charts, 1 to 5; it keeps it")
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
    link: Literal["mqtt", "http", ""] = Field(
        description="by which way the plug answers now; empty: by none that is known"
    )
    answers_in_s: float | None = Field(
        description="so long its newest reply by that way took to come; null: not known"
    )
    timezone: str | None
    registered_at: Moment
    relays: list[Relay]
    reading: Power | None
    safeguards: SafeguardsOf
    tripped: Tripped | None


class Plugs(BaseModel):
    """Plugs of the home, in the order in which they came."""

    plugs: list[Plug]
    next: str | None = Field(description="`after` of the next page; null on the last")


class Day(BaseModel):
    """The energy of one day by the plug's own clock."""

    day: str
    energy_wh: int


class Days(BaseModel):
    """The days that the plug itself remembers."""

    days: list[Day]


class User(BaseModel):
    """A user: what it may do through the API, and the topic filters of the MQTT server it may read and write."""

    name: str
    read: list[str]
    write: list[str]
    scope: Scope | None
    app_plugs: list[str] | None = Field(
        description="the plugs that programs written for the vendor's cloud see with its login; none: every plug"
    )


class Users(BaseModel):
    """All users."""

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
        mqtts_also=list(home.mqtts_also),
        mqtts_legacy=home.mqtts_legacy,
        mqtt=home.mqtt,
        web=home.web,
        cloud=home.cloud,
        ca=home.ca,
        timezone=home.timezone,
        position=_shown(Secret(home.position), show_secrets) if home.position else "",
        version=__version__,
        started_at=home.started_at,
    )


def plug_document(plug: PlugView, *, show_secrets: bool = False) -> Plug:
    """Make the document of a plug; its key is masked unless `show_secrets`."""
    state = plug.state
    return Plug(
        uuid=plug.uuid.text,
        name=plug.name,
        room=plug.room,
        icon=plug.icon,
        series=plug.series,
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
        link=plug.link.value if plug.link else "",
        answers_in_s=None if plug.answers_in_s is None else round(plug.answers_in_s, 3),
        timezone=state.timezone,
        registered_at=plug.registered_at,
        relays=[relay_document(relay) for relay in state.relays],
        reading=power_document(state.reading) if state.reading is not None else None,
        safeguards=_safeguards_document(plug.safeguards),
        tripped=Tripped(at=plug.trip.at, power_w=plug.trip.power_w) if plug.trip else None,
    )


def safeguards_of(before: Safeguards, body: SafeguardsBody) -> Safeguards:
    """Return what a plug's safeguards shall be: what the caller said, and for the rest what they were."""
    limit = PowerLimit(power_w=body.limit.power_w, for_s=body.limit.for_s) if body.limit else None
    said: dict[str, Any] = {
        "after_power_loss": body.after_power_loss,
        "limit": limit,
        "never_off": body.never_off,
    }
    return replace(before, **{name: said[name] for name in body.model_fields_set})


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
    return User(
        name=user.name,
        read=list(user.read),
        write=list(user.write),
        scope=user.scope,
        app_plugs=None if user.app_plugs is None else [uuid.text for uuid in user.app_plugs],
    )


def _safeguards_document(guards: Safeguards) -> SafeguardsOf:
    limit = guards.limit
    return SafeguardsOf(
        after_power_loss=guards.after_power_loss,
        limit=Limit(power_w=limit.power_w, for_s=limit.for_s) if limit else None,
        never_off=guards.never_off,
    )


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
