"""`ownplug config`: which settings are in force, and why."""

from __future__ import annotations

import os

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.output import print_table


@group("config", examples=["ownplug config show"])
def config() -> None:
    """Show settings."""


@config.command("show", examples=["ownplug config show", "ownplug config show --json"])
@pass_frame
def show(frame: Frame) -> None:
    """Show every setting, its value and where it comes from."""
    from ownplug.app import HomeFolder, load_settings

    folder = HomeFolder(frame.home)
    _, origins = load_settings(folder.settings_file, os.environ, {})
    if frame.json:
        frame.print_result([{"name": o.name, "value": o.value, "source": o.source} for o in origins], "")
        return
    print_table(("setting", "value", "from"), [(o.name, _shown(o.value), o.source) for o in origins])
    frame.note(f"\nChange them in {folder.settings_file}.")


def _shown(value: object) -> str:
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return str(value)
