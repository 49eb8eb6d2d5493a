"""The settings of the hub through the API: all are shown, a few can be changed.

Where the hub listens, whom it answers and how it slows down guessing is not among those: who has taken over an
administrator's session shall not be able to open the hub for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Protocol, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.web.description import ETAG, failures
from ownplug.web.routes import IfMatch, ShowSecrets, seen_edition
from ownplug.web.schema import Sent
from ownplug.web.scopes import CallerOf, needs


class Effect(StrEnum):
    """When a change of a setting is felt."""

    AT_ONCE = "at-once"
    WHEN_PLUGS_CONNECT = "when-plugs-connect"
    AT_NEXT_START = "at-next-start"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    """One setting of the hub.

    Attributes:
        name: `section.field`, as in `ownplug.toml`.
        value: what is in force.
        source: where that came from: a file, a variable, "option", "default", "this machine".
        default: what it is when nobody says anything.
        meaning: a sentence or two for its owner.
        effect: when a change is felt; None: it cannot be changed through the API.
        waiting: what is in force from the next start on, where that is another value; None: the same.
        is_private: masked unless somebody asks for secrets.
    """

    name: str
    value: object
    source: str
    default: object
    meaning: str
    effect: Effect | None
    waiting: object | None = None
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """All settings, and a mark of what the file says: another one after each change."""

    settings: tuple[SettingView, ...]
    edition: str


class SettingsDoor(Protocol):
    """What the API needs for settings. Errors are `ownplug.core.errors`."""

    async def all(self) -> SettingsView:
        """Return every setting."""

    async def change(
        self, changes: Mapping[str, object], /, *, expected: str | None, who: str
    ) -> SettingsView:
        """Change some settings, all or none; None gives one its default back. `expected` is the edition seen."""


_Value = StrictBool | StrictInt | StrictFloat | Annotated[StrictStr, Field(max_length=1000)] | None


class SettingsBody(Sent):
    """Which settings shall have which values; null gives one its default back."""

    changes: dict[Annotated[str, Field(max_length=100)], _Value] = Field(min_length=1, max_length=50)


class Setting(BaseModel):
    """One setting: what is in force and why, and whether and when a change is felt."""

    name: str
    value: Any
    source: str
    default: Any
    meaning: str
    changeable: bool
    effect: Effect | None = Field(
        description="when a change is felt; null: it is changed in ownplug.toml only"
    )
    needs_restart: bool = Field(description="another value waits for the next start")
    waiting: Any = Field(description="that value; null where none waits")


class SettingList(BaseModel):
    """All settings."""

    settings: list[Setting]


async def _door_of(request: Request) -> SettingsDoor:
    return cast("SettingsDoor", request.app.state.doors.settings)


Door = Annotated[SettingsDoor, Depends(_door_of)]
hub_settings = APIRouter(prefix="/api/v1/settings", dependencies=[needs(Scope.ADMIN)])


@hub_settings.get("", responses={**ETAG, **failures(409)})
async def get_settings(
    door: Door,
    response: Response,
    show_secrets: ShowSecrets = False,  # noqa: FBT002 - a query parameter
) -> SettingList:
    """List the hub's settings; the ETag is for those who change them."""
    return _shown(await door.all(), response, show_secrets=show_secrets)


@hub_settings.patch("", responses={**ETAG, **failures(409, 412)})
async def change_settings(
    door: Door, body: SettingsBody, caller: CallerOf, response: Response, if_match: IfMatch = None
) -> SettingList:
    """Change some settings in the home's `ownplug.toml`, all or none; the answer tells what needs a restart."""
    found = await door.change(body.changes, expected=seen_edition(if_match), who=caller.name)
    return _shown(found, response)


def setting_document(setting: SettingView, *, show_secrets: bool = False) -> Setting:
    """Make the document of a setting; what is private is masked unless `show_secrets`."""

    def shown(value: object) -> object:
        return str(Secret(str(value))) if setting.is_private and value and not show_secrets else value

    return Setting(
        name=setting.name,
        value=shown(setting.value),
        source=setting.source,
        default=setting.default,
        meaning=setting.meaning,
        changeable=setting.effect is not None,
        effect=setting.effect,
        needs_restart=setting.waiting is not None,
        waiting=shown(setting.waiting),
    )


def _shown(found: SettingsView, response: Response, *, show_secrets: bool = False) -> SettingList:
    response.headers["etag"] = f'"{found.edition}"'
    return SettingList(
        settings=[setting_document(setting, show_secrets=show_secrets) for setting in found.settings]
    )
