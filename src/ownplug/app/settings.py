"""All settings of a hub: defaults, then the home's `ownplug.toml`, then the environment, then options.

Each room has its own settings class with the meaning of every field; here they are only joined. Every value
remembers where it came from, so that `ownplug config show` can say it.
"""

from __future__ import annotations

import dataclasses
import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import tzlocal

from ownplug.broker import BrokerSettings
from ownplug.core.errors import UsageError
from ownplug.hub import HubSettings
from ownplug.web import WebSettings

_PREFIX = "OWNPLUG"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """Settings of the home's place in the network; the file's section `[network]`."""

    advertise: str = ""
    """The address or name given to plugs. Empty: the address by which the local network sees this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of every room that a hub runs."""

    network: NetworkSettings
    broker: BrokerSettings
    hub: HubSettings
    web: WebSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One setting as it is in force: `name` is `section.field`, `source` where the value came from."""

    name: str
    value: object
    source: str


_SECTIONS: dict[str, type] = {
    "network": NetworkSettings,
    "broker": BrokerSettings,
    "hub": HubSettings,
    "web": WebSettings,
}


def load_settings(
    file: Path, environment: Mapping[str, str], options: Mapping[str, object]
) -> tuple[Settings, list[Origin]]:
    """Join the settings and tell where each came from.

    Args:
        file: the home's `ownplug.toml`; it need not exist.
        environment: variables such as `OWNPLUG_HUB_TIMEZONE`.
        options: values from the command line by `section.field`.

    Raises:
        UsageError: something is set that does not exist, or to what it cannot be.
    """
    told = _read(file)
    origins: list[Origin] = []
    rooms: dict[str, Any] = {}
    for section, kind in _SECTIONS.items():
        chosen: dict[str, Any] = {}
        for field in dataclasses.fields(kind):
            origin = _chosen(section, field, told.get(section, {}), file, environment, options)
            origins.append(origin)
            chosen[field.name] = origin.value
        rooms[section] = _checked(section, kind, chosen)
    settings = Settings(**rooms)
    _check_zone(settings.hub.timezone)
    return settings, [
        dataclasses.replace(o, value=getattr(rooms[o.name.split(".")[0]], o.name.split(".")[1]))
        for o in origins
    ]


def _read(file: Path) -> dict[str, dict[str, Any]]:
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from error
    for section, values in told.items():
        kind = _SECTIONS.get(section)
        if kind is None or not isinstance(values, dict):
            raise UsageError(
                f"{file}: there is no section [{section}].", hint=f"There are {_names(_SECTIONS)}."
            )
        known = {field.name for field in dataclasses.fields(kind)}
        for name in values.keys() - known:
            raise UsageError(f"{file}: [{section}] has no {name!r}.", hint=f"It has {_names(known)}.")
    return told


def _names(names: Any) -> str:
    return ", ".join(sorted(names))


def _chosen(
    section: str,
    field: dataclasses.Field[Any],
    told: dict[str, Any],
    file: Path,
    environment: Mapping[str, str],
    options: Mapping[str, object],
) -> Origin:
    name, variable = f"{section}.{field.name}", f"{_PREFIX}_{section}_{field.name}".upper()
    if options.get(name) is not None:
        return Origin(name=name, value=options[name], source="option")
    if variable in environment:
        return Origin(name=name, value=environment[variable], source=f"${variable}")
    if field.name in told:
        return Origin(name=name, value=told[field.name], source=str(file))
    if name == "hub.timezone":
        return Origin(name=name, value=tzlocal.get_localzone_name(), source="this machine")
    default = field.default if field.default is not dataclasses.MISSING else field.default_factory()  # type: ignore[misc] # one of the two is there: every setting has a default
    return Origin(name=name, value=default, source="default")


def _checked(section: str, kind: type, values: dict[str, Any]) -> object:
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"The settings of [{section}] do not fit: {error}.") from error


def _check_zone(name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(
            f"{name!r} is not a time zone.", hint="Use a name such as Europe/Berlin: hub.timezone."
        ) from error
