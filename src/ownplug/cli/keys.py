"""`ownplug keys`: the key that a home and its plugs share."""

from __future__ import annotations

import secrets

from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.moving import (
    at_option,
    batch_option,
    begin_move,
    known_plugs,
    move_along,
    report_move,
    timeout_option,
)
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.secret import Secret


@group("keys", examples=["ownplug keys roll"])
def keys() -> None:
    """Change the key that the home and its plugs share."""


@keys.command("roll", examples=["ownplug keys roll", "ownplug keys roll --batch 10"])
@at_option
@batch_option
@timeout_option
@hub_option
@pass_frame
def roll(
    frame: Frame, *, addresses: tuple[str, ...], batch: int, timeout_s: float, hub_url: str | None
) -> None:
    """Give the home and all of its plugs a new key, without touching a button.

    A plug that cannot be reached keeps the old one, and goes on working; `ownplug move --resume` tries it again.
    Programs that sign in with the home's key need the new one: `ownplug plugs show PLUG --show-secrets`.
    """

    async def work() -> None:
        from ownplug.pairing import Allegiance, home_of

        async with open_hub_client(frame, hub_url) as hub:
            home = await home_of(hub)
            known = await known_plugs(hub, addresses=addresses)
        target = Allegiance(user_id=home.user_id, key=Secret(secrets.token_hex(16)), servers=home.servers)
        journal = await begin_move(frame, target, known, is_roll=True)
        await move_along(frame, journal, batch=batch, timeout_s=timeout_s, hub_url=hub_url)
        report_move(frame, journal)

    run_async(work())
