"""The move of plugs that the API was asked for: one at a time, with the journal that the commands have, too."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Literal, Self

from ownplug.app.home import HomeFolder
from ownplug.app.means import Means
from ownplug.app.move_run import carry_out, check_no_move, forget_move, read_move
from ownplug.client import HubClient
from ownplug.core.errors import Conflict, NotFound, OwnplugError
from ownplug.core.secret import Secret
from ownplug.core.servers import parse_server
from ownplug.pairing import (
    Allegiance,
    GatewayAddress,
    KnownPlug,
    MoveJournal,
    PlugToMove,
    plan_move,
    plugs_of_home,
)
from ownplug.web import MovedPlug, MoveView, MoveWish

_RESUME = "Go on with it, or give it up: then every plug stays where it is."


@dataclass(slots=True)
class _Run:
    """A move that this hub began, or went on with."""

    journal: MoveJournal
    began_at: datetime
    state: Literal["looking", "running", "done", "stopped"]
    ended_at: datetime | None = None
    failure: OwnplugError | None = None
    task: asyncio.Task[None] | None = None


class MoveDesk:
    """Moves plugs on request; use it as `async with`. Fits `ownplug.web.MoveDoor` by shape.

    Args:
        means: of this hub.
        folder: of the home, in which the journal lies.
    """

    def __init__(self, means: Means, folder: HomeFolder) -> None:
        self._means = means
        self._folder = folder
        self._run: _Run | None = None
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._run is not None and self._run.task is not None:
            self._run.task.cancel()
        # Without the body's error, which would come back wrapped in a group.
        await self._tasks.__aexit__(None, None, None)

    async def begin(self, wish: MoveWish, /) -> MoveView:
        """See `MoveDoor.begin`.

        Raises:
            UsageError: a server is none, or a plug cannot take that key.
            NotFound: the home has no such plug.
            Conflict: a move is on its way, or did not come to its end.
            OwnplugError: see `HubClient`.
        """
        self._check_idle()
        check_no_move(self._folder, hint=_RESUME)
        servers = tuple(
            GatewayAddress(host=host, port=port) for host, port in map(parse_server, wish.servers)
        )
        async with HubClient(self._means.hub) as hub:
            home = await hub.home(show_secrets=True)
            plugs = await plugs_of_home(hub, wish.plugs or (), addresses=wish.addresses)
        target = Allegiance(
            user_id=wish.user_id or home["user_id"], key=wish.key or Secret(home["key"]), servers=servers
        )
        self._check_idle()  # somebody else may have begun one while the hub was asked
        return self._start(_journal_of(target, plugs), plugs, at_once=wish.at_once, timeout_s=wish.timeout_s)

    async def get(self) -> MoveView:
        """See `MoveDoor.get`.

        Raises:
            NotFound: there is none.
            Malformed: what is left of an earlier one is damaged.
        """
        if self._run is not None:
            return self._view(self._run)
        journal = await asyncio.to_thread(read_move, self._folder)
        if journal is None:
            raise NotFound("No move is remembered.")
        return _document(journal, state="stopped", can_resume=True)

    async def resume(self, *, at_once: int, timeout_s: float) -> MoveView:
        """See `MoveDoor.resume`.

        Raises:
            NotFound: there is none.
            Conflict: it is on its way.
            Malformed: what is left of it is damaged.
        """
        journal = await asyncio.to_thread(read_move, self._folder)
        self._check_idle()
        if journal is None:
            raise NotFound("There is no move that did not come to its end.")
        return self._start(journal, [], at_once=at_once, timeout_s=timeout_s)

    async def stop(self) -> MoveView:
        """See `MoveDoor.stop`.

        Raises:
            As `get`.
        """
        if self._run is not None and self._run.task is not None:
            self._run.task.cancel()
            await asyncio.wait([self._run.task])
        return await self.get()

    async def give_up(self) -> None:
        """See `MoveDoor.give_up`.

        Raises:
            Conflict: it is on its way.
        """
        self._check_idle()
        forget_move(self._folder)
        self._run = None

    def _check_idle(self) -> None:
        if self._run is not None and self._run.ended_at is None:
            raise Conflict("A move is on its way.", hint="Wait for it, or stop it.")
        with self._folder.claim_move():  # a command of this machine may be at it
            pass

    def _start(
        self, journal: MoveJournal, plugs: list[KnownPlug], *, at_once: int, timeout_s: float
    ) -> MoveView:
        """Begin with `plugs`, or go on with those of the journal."""
        run = self._run = _Run(journal, self._means.clock.now(), "looking" if plugs else "running")
        run.task = self._tasks.create_task(
            self._move(run, plugs, at_once=at_once, timeout_s=timeout_s), name="move of plugs"
        )
        return self._view(run)

    async def _move(self, run: _Run, plugs: list[KnownPlug], *, at_once: int, timeout_s: float) -> None:
        try:
            if plugs:
                run.journal = await plan_move(run.journal.target, plugs, now=self._means.clock.now())
            run.state = "running"
            await carry_out(
                self._folder,
                run.journal,
                batch=at_once,
                timeout_s=timeout_s,
                clock=self._means.clock,
                open_hub=lambda: HubClient(self._means.hub),
            )
        except OwnplugError as error:
            run.failure = error
        finally:
            run.state = "done" if run.journal.is_done else "stopped"
            run.ended_at = self._means.clock.now()

    def _view(self, run: _Run) -> MoveView:
        return _document(
            run.journal,
            state=run.state,
            can_resume=run.ended_at is not None and self._folder.move_file.exists(),
            run=run,
        )


def _journal_of(target: Allegiance, plugs: list[KnownPlug]) -> MoveJournal:
    """The plugs as they are shown while their addresses are looked for."""
    rows = (PlugToMove(uuid=plug.uuid, address=plug.address, key=plug.key, name=plug.name) for plug in plugs)
    return MoveJournal(target, {row.uuid: row for row in rows})


def _document(
    journal: MoveJournal,
    *,
    state: Literal["looking", "running", "done", "stopped"],
    can_resume: bool,
    run: _Run | None = None,
) -> MoveView:
    failure = run.failure if run else None
    return MoveView(
        state=state,
        servers=[str(server) for server in journal.target.servers],
        is_roll=journal.is_roll,
        plugs=[
            MovedPlug(
                uuid=plug.uuid.text,
                name=plug.name,
                address=plug.address,
                state=plug.state.value,
                why=plug.why,
            )
            for plug in journal.plugs.values()
        ],
        can_resume=can_resume,
        began_at=run.began_at if run else None,
        ended_at=run.ended_at if run else None,
        code=failure.code if failure else "",
        reason=str(failure) if failure else "",
        hint=failure.hint if failure else "",
    )
