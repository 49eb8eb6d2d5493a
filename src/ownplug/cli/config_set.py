"""`ownplug config set` and `unset`: a setting of the home, through the hub that runs or in its file."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Any

import click

from ownplug.cli.frame import Frame, command, pass_frame
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import Conflict

Document = dict[str, Any]

_FELT = {
    "at-once": "at once",
    "when-plugs-connect": "for plugs that are paired or connect from now on, and were told nothing before",
    "at-next-start": "at the next start of the hub",
}


@command(
    "set",
    examples=[
        "ownplug config set hub.timezone Europe/Berlin",
        "ownplug config set hub.position 52.52,13.41",
    ],
    context_settings={"ignore_unknown_options": True},  # a position may begin with a minus
)
@click.argument("name")
@click.argument("value")
@hub_option
@pass_frame
def set_setting(frame: Frame, *, name: str, value: str, hub_url: str | None) -> None:
    """Give the setting NAME the value VALUE, in the home's `ownplug.toml`; its comments and order stay.

    `ownplug config show` lists the settings. Those by which the hub is reached and guarded are changed in the file.
    """
    _change(frame, name, value, hub_url)


@command("unset", examples=["ownplug config unset hub.position"])
@click.argument("name")
@hub_option
@pass_frame
def unset(frame: Frame, *, name: str, hub_url: str | None) -> None:
    """Give the setting NAME its default back: it is taken out of the home's `ownplug.toml`."""
    _change(frame, name, None, hub_url)


def _change(frame: Frame, name: str, value: str | None, hub_url: str | None) -> None:
    is_running, found = run_async(_changed(frame, name, value, hub_url))
    told = found["waiting"] if found["needs_restart"] else found["value"]
    told = value if told == "***" else told  # which whoever typed it may see
    felt = f", {_FELT[found['effect']]}" if is_running else ""
    frame.print_result(found, f"{name} is {'empty' if told == '' else told}{felt}.")


async def _changed(frame: Frame, name: str, value: str | None, hub_url: str | None) -> tuple[bool, Document]:
    """Change it, and return whether a hub was told, and the setting."""
    with ExitStack() as held:
        if hub_url is None and _is_claimed(frame, held):
            return False, await _changed_in_file(frame, name, value)
    async with open_hub_client(frame, hub_url) as hub:
        settings = await hub.change_settings({name: value})
    return True, next(setting for setting in settings if setting["name"] == name)


def _is_claimed(frame: Frame, held: ExitStack) -> bool:
    """Keep hubs away from the home, unless one is there already."""
    from ownplug.app import HomeFolder, finish_restore

    folder = HomeFolder(frame.home)
    folder.prepare()
    finish_restore(folder)
    try:
        held.enter_context(folder.claim())
    except Conflict:
        return False
    return True


async def _changed_in_file(frame: Frame, name: str, value: str | None) -> Document:
    from ownplug.app import HomeFolder, SettingsDesk, load_settings
    from ownplug.web import setting_document

    folder = HomeFolder(frame.home)
    settings, origins = load_settings(folder.settings_file, os.environ, {})
    found = await SettingsDesk(folder, settings, origins).change({name: value})
    [setting] = [setting for setting in found.settings if setting.name == name]
    return setting_document(setting).model_dump(mode="json")
