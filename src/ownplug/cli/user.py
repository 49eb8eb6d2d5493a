"""`ownplug user`: who may use the API and the MQTT server besides the plugs."""

from __future__ import annotations

import sys
from typing import Any

import click

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.output import escape_controls, print_table
from ownplug.cli.passwords import ask_password, read_password
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client

_SCOPES = click.Choice(["read", "switch", "admin", "none"])


_APP_PLUG = "A plug that programs written for the vendor's cloud see with this login; may be repeated."


@group("user", examples=["ownplug user add ann --read '/appliance/#'", "ownplug user list"])
def user() -> None:
    """Give people and programs a login to the API and to the MQTT server."""


@user.command(
    "add",
    examples=[
        "ownplug user add ann@example.org",
        "ownplug user add bea --scope admin",
        "ownplug user add logger --password-stdin --read '/appliance/#'",
    ],
)
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin; one line end is dropped.")
@click.option(
    "--scope",
    type=_SCOPES,
    help="What it may do on the page and through the API.  [default: switch; none with --read or --write]",
)
@click.option("--read", multiple=True, metavar="FILTER", help="Topics it may read; may be repeated.")
@click.option("--write", multiple=True, metavar="FILTER", help="Topics it may write; may be repeated.")
@click.option("--app-plug", multiple=True, metavar="PLUG", help=f"{_APP_PLUG}  [default: every plug]")
@hub_option
@pass_frame
def add(
    frame: Frame,
    *,
    name: str,
    password_stdin: bool,
    scope: str | None,
    read: tuple[str, ...],
    write: tuple[str, ...],
    app_plug: tuple[str, ...],
    hub_url: str | None,
) -> None:
    """Add the user NAME, or change its password and rights; NAME may be an e-mail address."""
    password = read_password() if password_stdin else ask_password()
    given = scope or ("none" if read or write else "switch")
    wanted = None if given == "none" else given

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            await hub.add_user(
                name,
                password,
                read=list(read),
                write=list(write),
                scope=wanted,
                app_plugs=list(app_plug) or None,
            )
        frame.print_result(
            {"name": name, "scope": wanted, "read": list(read), "write": list(write)},
            f"{escape_controls(name)} may log in{f', scope {wanted}' if wanted else ' to the MQTT server'}.",
        )

    run_async(work())


@user.command(
    "change",
    examples=[
        "ownplug user change ann --scope admin",
        "ownplug user change logger --read '/app/#' --scope none",
    ],
)
@click.argument("name")
@click.option("--scope", type=_SCOPES, help="What it may do on the page and through the API.")
@click.option("--read", multiple=True, metavar="FILTER", help="Topics it may read, instead of those before.")
@click.option(
    "--write", multiple=True, metavar="FILTER", help="Topics it may write, instead of those before."
)
@click.option("--app-plug", multiple=True, metavar="PLUG", help=f"{_APP_PLUG} Instead of those before.")
@click.option("--every-app-plug", is_flag=True, help="Such programs see every plug with this login.")
@hub_option
@pass_frame
def change(
    frame: Frame,
    *,
    name: str,
    scope: str | None,
    read: tuple[str, ...],
    write: tuple[str, ...],
    app_plug: tuple[str, ...],
    every_app_plug: bool,
    hub_url: str | None,
) -> None:
    """Give the user NAME other rights; what is not said stays, and so does the password."""
    rights: dict[str, Any] = {}
    if scope is not None:
        rights["scope"] = None if scope == "none" else scope
    lists = {"read": read, "write": write, "app_plugs": app_plug}
    rights |= {field: list(given) for field, given in lists.items() if given}
    if every_app_plug and app_plug:
        raise click.UsageError("--app-plug and --every-app-plug contradict each other.")
    if every_app_plug:
        rights["app_plugs"] = None
    if not rights:
        raise click.UsageError("What shall be changed? See --scope, --read, --write, --app-plug.")

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.change_user(name, **rights)
        scope, reads, writes, programs = _row(found)[1:]
        frame.print_result(
            found,
            f"{escape_controls(name)}: scope {scope}, reads {reads}, writes {writes}; programs see {programs}.",
        )

    run_async(work())


@user.command("list", examples=["ownplug user list", "ownplug user list --json"])
@hub_option
@pass_frame
def list_users(frame: Frame, hub_url: str | None) -> None:
    """List who may log in, with which scope, and which topics each may read and write."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.users()
        if frame.json:
            frame.print_line(found)
        elif found:
            print_table(("NAME", "SCOPE", "READ", "WRITE", "PROGRAMS SEE"), [_row(each) for each in found])
        else:
            frame.note("No users yet. Add one with `ownplug user add`.")

    run_async(work())


@user.command("remove", examples=["ownplug user remove ann", "ownplug user remove ann --yes"])
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@hub_option
@pass_frame
def remove(frame: Frame, *, name: str, yes: bool, hub_url: str | None) -> None:
    """Remove the user NAME: it is signed out, and what the MQTT server keeps for it is forgotten."""
    if not yes and sys.stdin.isatty() and not frame.json:
        click.confirm(f"Remove {escape_controls(name)}?", abort=True, err=True)

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            await hub.remove_user(name)
        frame.print_result({"removed": name}, f"{escape_controls(name)} may not log in any more.")

    run_async(work())


def _row(found: dict[str, Any]) -> tuple[str, ...]:
    topics = " ".join(found["read"]) or "-", " ".join(found["write"]) or "-"
    return found["name"], found["scope"] or "-", *topics, _seen(found)


def _seen(found: dict[str, Any]) -> str:
    """What programs written for the vendor's cloud see with a login: none that may not switch gets the home's key."""
    if found["scope"] not in {"switch", "admin"}:
        return "-"
    plugs = found["app_plugs"]
    return "every plug" if plugs is None else " ".join(plug[-6:] for plug in plugs) or "-"
