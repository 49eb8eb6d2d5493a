"""All settings of a hub: defaults, then the home's `ownplug.toml`, then the environment, then options.

Each room has its own settings class with the meaning of every field; here they are only joined. Every value
remembers where it came from, so that `ownplug config show` can say it.
"""

from __future__ import annotations

import dataclasses
import math
import re
import tomllib
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import msgspec
import tzlocal

from ownplug.bridges.announce import AnnounceSettings
from ownplug.bridges.cloud import CloudSettings
from ownplug.bridges.hass import HassSettings
from ownplug.bridges.homekit import HomekitSettings
from ownplug.bridges.homie import HomieSettings
from ownplug.bridges.mqtt import MqttSettings
from ownplug.broker import BrokerSettings
from ownplug.core.errors import UsageError
from ownplug.core.servers import parse_server
from ownplug.hub import HubSettings
from ownplug.ledger import EnergySettings
from ownplug.transport.endpoint import is_address, parse_endpoint
from ownplug.transport.ports import split_url
from ownplug.web import WebSettings

FROM_OPTION = "option"
"""The source of a value that whoever started the hub gave it."""

_PREFIX = "OWNPLUG"
_HOST_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """Settings of the home's place in the network; the file's section `[network]`."""

    advertise: str = ""
    """The address or name given to plugs. Empty: the address by which the local network sees this machine."""

    ntp: str = ""
    """HOST:PORT at which the hub tells the time to whoever asks by NTP; empty is off. Some plugs want it before they
    come, and where they may not reach the internet their questions can be led here: docs/time.md. 123 is the port
    that they ask, which needs rights."""

    firmware: str = ""
    """HOST:PORT at which plugs fetch a firmware image while they are upgraded; nothing listens there at other times. It
    is not encrypted: plugs cannot do better. Empty: the advertised address, any free port; or where that is a name,
    every address of this machine. A port other than 0 is for a firewall that has to let it through."""

    def __post_init__(self) -> None:
        if self.advertise and not (is_address(self.advertise) or _HOST_NAME.fullmatch(self.advertise)):
            raise UsageError(
                f"network.advertise {self.advertise[:80]!r} is neither an address nor a host name.",
                hint="Write it as 192.168.1.10 or plugs.example, without a port.",
            )
        if self.firmware:
            parse_endpoint(self.firmware, "network.firmware")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignSettings:
    """Settings of an MQTT server that you run already and that has plugs of this home; the file's section `[foreign]`.

    `ownplug broker export mosquitto` writes the logins that it needs: docs/mosquitto.md.
    """

    server: str = ""
    """`mqtts://HOST:PORT`; empty is none. Plugs at our own server stay there; set `mqtts` in `[broker]` to `""` where
    that one is not wanted."""

    ca: str = ""
    """The file with the CA that its certificate is judged by. Empty: what this system trusts."""

    login: str = ""
    """The file with a user of that server and the password, a line each. Empty: the home's own login, as exported."""

    def __post_init__(self) -> None:
        if self.server:
            parse_server(self.server)


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgesSettings:
    """Settings of the MQTT server at which plugs are shown to other systems; the file's section `[bridges]`."""

    server: str = ""
    """`mqtts://HOST:PORT` or `mqtt://HOST:PORT` of a server that runs already. Empty: our own."""

    ca: str = ""
    """The file with the CA that its certificate is judged by. Empty: what this system trusts."""

    login: str = ""
    """The file with a user of that server and the password, a line each. Empty: none is needed there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Settings of the serial console in the API and on the page; the file's section `[console]`."""

    ports: tuple[str, ...] = ()
    """Serial ports that administrators may open besides those that this machine tells of by itself: paths,
    `rfc2217://HOST:PORT`, `socket://HOST:PORT`. No other address is opened."""

    def __post_init__(self) -> None:
        for port in self.ports:
            if "://" in port:
                split_url(port)
            elif not port:
                raise UsageError("console.ports has an entry that is empty.", hint="Take it out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of every room that a hub runs."""

    network: NetworkSettings
    broker: BrokerSettings
    hub: HubSettings
    energy: EnergySettings
    web: WebSettings
    console: ConsoleSettings
    cloud: CloudSettings
    foreign: ForeignSettings
    bridges: BridgesSettings
    homekit: HomekitSettings
    homie: HomieSettings
    mqtt: MqttSettings
    hass: HassSettings
    announce: AnnounceSettings

    def by_name(self) -> dict[str, object]:
        """Return every setting by `section.field`."""
        rooms = {section.name: getattr(self, section.name) for section in dataclasses.fields(self)}
        return {
            f"{section}.{field.name}": getattr(room, field.name)
            for section, room in rooms.items()
            for field in dataclasses.fields(room)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One setting as it is in force: `name` is `section.field`, `source` where the value came from."""

    name: str
    value: object
    source: str

    @property
    def outranks_file(self) -> bool:
        """Whether it is what it is whatever the home's file says."""
        return self.source == FROM_OPTION or self.source.startswith("$")


_SECTIONS: dict[str, type] = {
    "network": NetworkSettings,
    "broker": BrokerSettings,
    "hub": HubSettings,
    "energy": EnergySettings,
    "web": WebSettings,
    "console": ConsoleSettings,
    "cloud": CloudSettings,
    "foreign": ForeignSettings,
    "bridges": BridgesSettings,
    "homekit": HomekitSettings,
    "homie": HomieSettings,
    "mqtt": MqttSettings,
    "hass": HassSettings,
    "announce": AnnounceSettings,
}


def load_settings(
    file: Path, environment: Mapping[str, str], options: Mapping[str, object]
) -> tuple[Settings, list[Origin]]:
    """Join the settings and tell where each came from.

    Args:
        file: the home's `ownplug.toml`; it need not exist.
        environment: variables such as `OWNPLUG_HUB_TIMEZONE`; a list has commas between its items.
        options: values from the command line by `section.field`; None is not given.

    Raises:
        UsageError: something is set that does not exist, or to what it cannot be.
    """
    return settings_of(read_settings(file), file, environment, options)


def read_settings(file: Path) -> str:
    """Return what the home's `ownplug.toml` says, byte for byte; empty where it does not exist.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return file.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except (UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from error


def settings_of(
    text: str, file: Path, environment: Mapping[str, str], options: Mapping[str, object]
) -> tuple[Settings, list[Origin]]:
    """Join the settings as `load_settings` does where `file` says `text`.

    Raises:
        UsageError: something is set that does not exist, or to what it cannot be.
    """
    told = _sections(text, file)
    _refuse_unknown(environment, options)
    origins = {
        section: [
            _chosen(section, field, told.get(section, {}), file, environment, options)
            for field in dataclasses.fields(kind)
        ]
        for section, kind in _SECTIONS.items()
    }
    rooms: dict[str, Any] = {section: _joined(section, chosen) for section, chosen in origins.items()}
    in_force = [
        dataclasses.replace(origin, value=getattr(rooms[section], _field(origin)))
        for section, chosen in origins.items()
        for origin in chosen
    ]
    return Settings(**rooms), in_force


def _sections(text: str, file: Path) -> dict[str, dict[str, Any]]:
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} cannot be read: {error}.") from error
    for section, values in told.items():
        if section not in _SECTIONS:
            raise UsageError(
                f"{file}: there is no section [{section}].", hint=f"There are {_listed(_SECTIONS)}."
            )
        if not isinstance(values, dict):
            raise UsageError(f"{file}: {section} is a section: its settings stand below a line [{section}].")
        for name in values:
            if name not in _names(section):
                raise UsageError(
                    f"{file}: [{section}] has no {name!r}.", hint=f"It has {_listed(_names(section))}."
                )
    return told


def _refuse_unknown(environment: Mapping[str, str], options: Mapping[str, object]) -> None:
    """Refuse what names one of our sections but no setting in it: a slip that would go unnoticed."""
    known = {_variable(section, name) for section in _SECTIONS for name in _names(section)}
    ours = tuple(_variable(section, "") for section in _SECTIONS)
    for variable in environment:
        if variable.startswith(ours) and variable not in known:
            raise UsageError(f"There is no setting ${variable}.", hint="`ownplug config show` lists them.")
    for option in options:
        section, _, name = option.partition(".")
        if section not in _SECTIONS or name not in _names(section):
            raise UsageError(f"There is no setting {option!r}.", hint="`ownplug config show` lists them.")


def _names(section: str) -> set[str]:
    return {field.name for field in dataclasses.fields(_SECTIONS[section])}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _variable(section: str, name: str) -> str:
    return f"{_PREFIX}_{section}_{name}".upper()


def _field(origin: Origin) -> str:
    return origin.name.partition(".")[2]


def _chosen(
    section: str,
    field: dataclasses.Field[Any],
    told: dict[str, Any],
    file: Path,
    environment: Mapping[str, str],
    options: Mapping[str, object],
) -> Origin:
    name, variable = f"{section}.{field.name}", _variable(section, field.name)
    if options.get(name) is not None:
        return Origin(name=name, value=options[name], source=FROM_OPTION)
    if variable in environment:
        value = _from_text(environment[variable], get_type_hints(_SECTIONS[section])[field.name])
        return Origin(name=name, value=value, source=f"${variable}")
    if field.name in told:
        return Origin(name=name, value=told[field.name], source=str(file))
    if name == "hub.timezone":
        return Origin(name=name, value=_zone_of_this_machine(), source="this machine")
    return Origin(name=name, value=getattr(_SECTIONS[section](), field.name), source="default")


def _from_text(text: str, kind: Any) -> object:
    if get_origin(kind) is tuple:
        return [item.strip() for item in text.split(",") if item.strip()]
    return text


def _zone_of_this_machine() -> str:
    try:
        return tzlocal.get_localzone_name() or "UTC"
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # it has none, or two that disagree
        return "UTC"


def _joined(section: str, chosen: list[Origin]) -> object:
    values = {_field(origin): origin.value for origin in chosen}
    try:
        joined: object = msgspec.convert(values, _SECTIONS[section], strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"The settings of [{section}] do not fit: {error}.") from error
    for name in values:
        value = getattr(joined, name)
        if isinstance(value, (int, float)) and not 0 <= value < math.inf:  # NaN is neither
            raise UsageError(f"{section}.{name} cannot be {value}.")
    return joined
