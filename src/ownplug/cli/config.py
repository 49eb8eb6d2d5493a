"""`ownplug config`: which settings are in force, and why."""

from __future__ import annotations

import os

from ownplug.cli.config_set import set_setting, unset
from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.output import print_table
from ownplug.core.errors import NotFound


@group("config", examples=["ownplug config show", "ownplug config set hub.timezone Europe/Berlin"])
def config() -> None:
    """Show and change settings."""


config.add_command(set_setting)
config.add_command(unset)


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
    frame.note(f"\nChange them in {folder.settings_file}, some with `ownplug config set`.")


@config.command("ca", examples=["ownplug config ca", "ownplug config ca --json"])
@pass_frame
def ca(frame: Frame) -> None:
    """Show the home's own CA: the file to trust, and the fingerprint to compare when a phone asks."""
    from ownplug.app import HomeFolder
    from ownplug.transport.certificates import fingerprint

    file = HomeFolder(frame.home).tls / "ca.pem"
    if not file.exists():
        raise NotFound(f"There is no CA in {frame.home} yet.", hint="`ownplug hub run` makes it.")
    digest = fingerprint(file)
    frame.print_result({"ca": str(file), "sha256": digest}, f"{file}\nSHA-256 {digest}")


def _shown(value: object) -> str:
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return str(value)
