"""Lists of plugs that the API was asked to take home: one at a time, through the hub's own API like any other's."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from ownplug.app.batch_file import keep_taken, read_taken
from ownplug.app.desk import Desk
from ownplug.app.following import Follower
from ownplug.app.home import HomeFolder
from ownplug.app.means import Means
from ownplug.client import HubClient
from ownplug.core.errors import Conflict, OwnplugError, UsageError
from ownplug.core.identity import Mac
from ownplug.core.secret import Secret
from ownplug.pairing import (
    Batch,
    BatchPlug,
    BatchRow,
    BatchState,
    InReach,
    Step,
    WifiNetwork,
    Wish,
    at_address,
    by_network,
    check_batch_rows,
)
from ownplug.plug import HttpLink
from ownplug.web import BatchLineView, BatchView, BatchWish, BatchWishLine, PairingFailure

_REMEMBERED = 10


@dataclass(slots=True)
class _Running:
    view: BatchView
    wish: BatchWish
    task: asyncio.Task[None] | None = None
    followers: dict[str, Follower] = field(default_factory=dict)


class BatchDesk(Desk[_Running]):
    """Takes lists of plugs home on request; use it as `async with`. Fits `ownplug.web.BatchDoor` by shape.

    Args:
        means: of this hub.
        folder: of the home, in which stands which plug was taken for which line.
    """

    def __init__(self, means: Means, folder: HomeFolder) -> None:
        super().__init__("list")
        self._means = means
        self._folder = folder

    def begin(self, wish: BatchWish, /) -> BatchView:
        """See `BatchDoor.begin`.

        Raises:
            UsageError: that is no list, no network or no plug's address.
            Conflict: a list is being paired, here or by a command; or this machine's Wi-Fi is at work.
        """
        rows = _rows(wish)
        lines = [
            BatchLineView(name=row.name, room=row.room, mac=row.mac.text if row.mac else "", url=row.url)
            for row in rows
        ]
        view = BatchView(id=secrets.token_hex(8), began_at=self._means.clock.now(), lines=lines)
        running = _Running(view, wish)
        self._start(running, rows)
        self._remember(running)
        return view

    def all(self) -> list[BatchView]:
        """See `BatchDoor.all`."""
        return [running.view for running in self._known.values()]

    def get(self, id_: str, /) -> BatchView:
        """See `BatchDoor.get`.

        Raises:
            NotFound: there is none, or it was long ago.
        """
        return self._find(id_).view

    def resume(self, id_: str, /, *, ssid: str | None, password: Secret | None) -> BatchView:
        """See `BatchDoor.resume`.

        Raises:
            NotFound: there is none, or it was long ago.
            Conflict: it has not stopped; or see `begin`.
            UsageError: see `begin`.
        """
        running = self._find(id_)
        view, wish = running.view, running.wish
        if view.state != "stopped":
            raise Conflict("Only a list that stopped can be gone on with.", hint="Stop it first.")
        wish = replace(
            wish,
            ssid=wish.ssid if ssid is None else ssid,
            password=wish.password if password is None else password,
        )
        rows = _rows(wish)
        running.wish = wish
        self._start(running, rows)
        running.followers.clear()
        for line in view.lines:
            line.state, line.stages, line.failure = "waiting", [], None
        view.state, view.reason, view.hint = "running", "", ""
        view.began_at, view.ended_at = self._means.clock.now(), None
        return view

    async def stop(self, id_: str, /) -> BatchView:
        """See `BatchDoor.stop`.

        Raises:
            NotFound: there is none, or it was long ago.
        """
        running = self._find(id_)
        if running.task is not None:
            running.task.cancel()
            await asyncio.wait([running.task])
        return running.view

    async def forget(self, id_: str, /) -> None:
        """See `BatchDoor.forget`.

        Raises:
            NotFound: there is none, or it was long ago.
        """
        await self.stop(id_)
        self._known.pop(id_, None)

    def _start(self, running: _Running, rows: list[BatchRow]) -> None:
        order = _order(running.wish)
        with ExitStack() as claims:
            claims.enter_context(self._folder.claim_batch())
            if order.joins:
                claims.enter_context(self._means.radio.taken())
            running.task = self._tasks.create_task(
                self._run(running, rows, order), name=f"batch {running.view.id}"
            )
            held = claims.pop_all()
            running.task.add_done_callback(lambda _: held.close())

    async def _run(self, running: _Running, rows: list[BatchRow], order: Wish) -> None:
        view = running.view
        try:
            await self._take_home(running, rows, order)
        except OwnplugError as error:
            mask = self._means.mask(running.wish.ssid, running.wish.password)
            view.reason, view.hint = mask(str(error)), mask(error.hint)
        finally:
            if view.state == "running":
                view.state = "stopped"
            view.ended_at = self._means.clock.now()

    async def _take_home(self, running: _Running, rows: list[BatchRow], order: Wish) -> None:
        earlier = read_taken(self._folder)
        async with HubClient(self._means.hub) as hub:
            batch = Batch(
                rows,
                earlier,
                hub=hub,
                look=lambda: self._look(running.view, order),
                keep=lambda taken: keep_taken(self._folder, {**earlier, **taken}),
                tell=lambda plug: self._tell(running, plug),
                clock=self._means.clock,
                follow=lambda name, step: self._follow(running, name, step),
            )
            await batch.run(idle_s=running.wish.idle_s)
        if batch.is_done:
            running.view.state = "done"
            running.wish = replace(running.wish, password=Secret(""))  # nobody needs it any more
            ours = {row.name for row in rows}
            keep_taken(self._folder, {name: uuid for name, uuid in earlier.items() if name not in ours})

    async def _look(self, view: BatchView, order: Wish) -> Sequence[InReach]:
        """Listen for networks, or ask the addresses of the lines that wait, all at once."""

        def note(why: str) -> None:
            view.reason = why

        if order.joins:
            view.reason = ""
            return await by_network(order, note)
        waiting = [line.url or order.url for line in view.lines if line.state == "waiting"]
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(at_address(replace(order, url=url))) for url in dict.fromkeys(waiting)]
        return [plug for each in asked for plug in each.result()]

    def _tell(self, running: _Running, plug: BatchPlug) -> None:
        line = _line(running.view, plug.row.name)
        line.state, line.uuid = plug.state.value, plug.uuid.text if plug.uuid else ""
        follower = running.followers.get(plug.row.name)
        if plug.failure is not None:
            line.failure = follower.fail(plug.failure) if follower else _unnamed(plug.failure)
        elif follower is not None and plug.state is BatchState.HOME:
            follower.end()
        if follower is not None:
            line.stages = follower.stages

    def _follow(self, running: _Running, name: str, step: Step) -> None:
        follower = running.followers.get(name)
        if follower is None:
            mask = self._means.mask(running.wish.ssid, running.wish.password)
            follower = running.followers[name] = Follower(self._means.clock, mask)
        follower.hear(step)
        _line(running.view, name).stages = follower.stages


def _rows(wish: BatchWish) -> list[BatchRow]:
    rows = check_batch_rows(_row(line) for line in wish.lines)
    if wish.joins and any(row.url for row in rows):
        raise UsageError("Plugs in their own Wi-Fi have no addresses: leave `url` out, or `joins`.")
    return rows


def _row(line: BatchWishLine) -> BatchRow:
    name = " ".join(line.name.split())
    if not name:
        raise UsageError("A plug of the list has no name.")
    if line.url:
        HttpLink(line.url, key=Secret(""))  # refuses what is no address
    mac = Mac.parse(line.mac) if line.mac else None
    return BatchRow(name=name, room=line.room, mac=mac, url=line.url)


def _order(wish: BatchWish) -> Wish:
    HttpLink(wish.url, key=Secret(""))
    return Wish(
        network=WifiNetwork(ssid=wish.ssid, password=wish.password),
        url=wish.url,
        timeout_s=wish.timeout_s,
        switches=wish.switches,
        joins=wish.joins,
    )


def _line(view: BatchView, name: str) -> BatchLineView:
    return next(line for line in view.lines if line.name == name)


def _unnamed(error: OwnplugError) -> PairingFailure:
    """Why a plug that came while nobody followed it is not as it was wished."""
    return PairingFailure(
        code=error.code, message=str(error), hint=error.hint, stage="proof", facts=[], needs_reset=False
    )
