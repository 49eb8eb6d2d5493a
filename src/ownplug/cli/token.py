"""`ownplug token`: how programs come to the hub's API."""

from __future__ import annotations

import sys

import click

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.output import escape_controls, print_table
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client


@group("token", examples=["ownplug token create grafana --scope read", "ownplug token list"])
def token() -> None:
    """Give programs a token for the API."""


@token.command(
    "create", examples=["ownplug token create grafana", "ownplug token create node-red --scope switch"]
)
@click.argument("name")
@click.option(
    "--scope",
    type=click.Choice(["read", "switch", "admin"]),
    default="read",
    show_default=True,
    help="See everything but secrets; also switch; also change what is remembered.",
)
@hub_option
@pass_frame
def create(frame: Frame, *, name: str, scope: str, hub_url: str | None) -> None:
    """Make a token for the program NAME and print it: it is shown this once."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            made = await hub.create_token(name, scope)
        frame.print_result(made, made["token"])
        frame.note(f"Keep it: it is not shown again. {escape_controls(made['name'])} has the scope {scope}.")

    run_async(work())


@token.command("list", examples=["ownplug token list", "ownplug token list --json"])
@hub_option
@pass_frame
def list_tokens(frame: Frame, *, hub_url: str | None) -> None:
    """List which programs have a token, and what each may do."""

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            found = await hub.tokens()
        if frame.json:
            frame.print_line(found)
        elif found:
            rows = [(each["name"], each["scope"], each["made_at"][:10], each["id"]) for each in found]
            print_table(("NAME", "SCOPE", "MADE", "ID"), rows)
        else:
            frame.note("No tokens yet. Make one with `ownplug token create`.")

    run_async(work())


@token.command("revoke", examples=["ownplug token revoke grafana", "ownplug token revoke grafana --yes"])
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@hub_option
@pass_frame
def revoke(frame: Frame, *, name: str, yes: bool, hub_url: str | None) -> None:
    """Take back the token NAME (or with that id); whoever uses it is refused from then on."""
    if not yes and sys.stdin.isatty() and not frame.json:
        click.confirm(f"Revoke {escape_controls(name)}?", abort=True, err=True)

    async def work() -> None:
        async with open_hub_client(frame, hub_url) as hub:
            await hub.revoke_token(name)
        frame.print_result({"revoked": name}, f"{escape_controls(name)} may not use the API any more.")

    run_async(work())
