"""`ownplug user`: who may use the MQTT server besides the plugs."""

from __future__ import annotations

import sys

import click

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.output import escape_controls
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret


@group("user", examples=["ownplug user add ann --read '/appliance/#'"])
def user() -> None:
    """Give people and programs a login to the MQTT server."""


@user.command(
    "add",
    examples=[
        "ownplug user add ann@example.org",
        "ownplug user add logger --password-stdin --read '/appliance/#'",
    ],
)
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin; one line end is dropped.")
@click.option("--read", multiple=True, metavar="FILTER", help="Topics it may read; may be repeated.")
@click.option("--write", multiple=True, metavar="FILTER", help="Topics it may write; may be repeated.")
@hub_option
@pass_frame
def add(
    frame: Frame,
    *,
    name: str,
    password_stdin: bool,
    read: tuple[str, ...],
    write: tuple[str, ...],
    hub_url: str | None,
) -> None:
    """Add the user NAME, or change its password and rights; NAME may be an e-mail address."""
    password = _read_password() if password_stdin else _ask_password()

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            await hub.add_user(name, password, read=list(read), write=list(write))
        frame.print_result(
            {"name": name, "read": list(read), "write": list(write)},
            f"{escape_controls(name)} may log in.",
        )

    run_async(work())


def _read_password() -> Secret:
    text = sys.stdin.read()
    password = text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
    if not password:
        raise UsageError("No password came on stdin.")
    return Secret(password)


def _ask_password() -> Secret:
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for the password.", hint="Use --password-stdin.")
    return Secret(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
