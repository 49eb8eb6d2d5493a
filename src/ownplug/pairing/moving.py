"""Moving plugs to another server, key or user without touching a button.

Each plug is asked by its own HTTP, in its network: there it can be reached also while no server knows it. First the
new server is tried with the plug's own login; then the plug is told, and watched until it says itself that it is at
home there. One that does not come is told to go back.

Source: protocol notes, 3.3 (`Config.Key`, signed with the old key, moves a paired plug), 5.1 (what it says of its
server). assumed (that it goes at once, not only after it restarted: sources say "on reconnect or reboot").
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ownplug.aio import Clock
from ownplug.core.errors import DeviceError, LinkBroken, OwnplugError, Unexpected, Unreachable
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.namespaces import ErrorCode
from ownplug.core.meross.payloads import AllPayload
from ownplug.core.secret import Secret
from ownplug.pairing.home import Allegiance, GatewayAddress
from ownplug.pairing.move_journal import MoveJournal, MoveState, PlugToMove
from ownplug.pairing.server_check import check_answers, check_server
from ownplug.plug import HttpLink

MOVE_TIMEOUT_S = 60.0
"""How long a plug may take to be at home at the new server, and to be back at the old one."""

_ASK_EVERY_S = 1.0
_ANSWER_S = 8.0
_TRIES = 3
_ONLINE = 1

Tell = Callable[[PlugToMove], None]
Keep = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What a plug says of itself."""

    key: Secret  # the one that it took
    user_id: str
    server: GatewayAddress
    is_online: bool

    @property
    def whose(self) -> Allegiance:
        return Allegiance(user_id=self.user_id, key=self.key, servers=(self.server,))

    def is_at_home(self, allegiance: Allegiance) -> bool:
        return self.is_online and self.belongs_to(allegiance)

    def belongs_to(self, allegiance: Allegiance) -> bool:
        return (
            self.key == allegiance.key
            and self.user_id == allegiance.user_id
            and self.server in allegiance.servers
        )


class Mover:
    """Moves the plugs of a journal.

    Args:
        journal: where to, who, and how far each came.
        keep: puts the journal on the disk; what it was given last is there when it returns.
        tell: hears of each plug that came further.
        clock: measures the waits.
        timeout_s: how long a plug may take each way.
    """

    def __init__(
        self,
        journal: MoveJournal,
        *,
        keep: Keep,
        tell: Tell,
        clock: Clock,
        timeout_s: float = MOVE_TIMEOUT_S,
    ) -> None:
        self._journal = journal
        self._keep = keep
        self._tell = tell
        self._clock = clock
        self._timeout_s = timeout_s
        self._keeping = asyncio.Lock()

    async def run(self, *, batch: int) -> None:
        """Move all that have not moved, so many at a time; after a batch in which one had to go back, no further one.

        Raises:
            PairingFailed, Unreachable: no plug could use the new server; nothing was told to any that was not before.
        """
        plugs = self._journal.plugs.values()
        # Those that may be anywhere first, whatever became of the server: they may be without a home.
        told = {plug.uuid: plug for plug in plugs if plug.state is MoveState.TOLD}
        if not await self._move_in_batches(list(told.values()), batch):
            return
        left = [plug for plug in plugs if not plug.state.is_final and plug.uuid not in told]
        if left:
            for server in self._journal.target.servers:
                await check_server(server)
            await self._keep(self._journal.encode())
            await self._move_in_batches(left, batch)

    async def _move_in_batches(self, plugs: Sequence[PlugToMove], batch: int) -> bool:
        """Move them; return whether to go on, which is no where one did not come."""
        for some in _batches(plugs, batch):
            async with asyncio.TaskGroup() as tasks:
                for plug in some:
                    tasks.create_task(self._move(plug))
            if any(self._journal.plugs[plug.uuid].state in _STOPPERS for plug in some):
                return False
        return True

    async def _move(self, plug: PlugToMove) -> None:
        if plug.state is MoveState.TOLD and not await self._is_untold(plug):
            await self._see_through(plug)
            return
        try:
            plug = replace(plug, old=await self._ask_whose(plug), state=MoveState.WAITING)
            if plug.old == self._journal.goal(plug):
                await self._note(plug, MoveState.MOVED)
                return
            await self._check(plug)
        except OwnplugError as error:
            await self._note(plug, MoveState.KEPT, str(error))
            return
        plug = await self._note(plug, MoveState.TOLD)
        try:
            await self._set(plug, plug.key, self._journal.goal(plug))
        except DeviceError as error:
            await self._note(plug, MoveState.KEPT, str(error))
            return
        await self._see_through(plug)

    async def _is_untold(self, plug: PlugToMove) -> bool:
        """Whether a plug is where it was: whoever wrote that it was told was stopped before it told it."""
        seen = await self._look(plug)
        return plug.old is not None and seen is not None and seen.belongs_to(plug.old)

    async def _check(self, plug: PlugToMove) -> None:
        """Whether the new server takes this plug's login, and somebody answers it there."""
        if self._journal.is_roll:
            return  # it is there already, and a trial with the new key would void the one that it has
        target = self._journal.target
        for server in target.servers:
            await check_answers(server, plug.uuid, user_id=target.user_id, key=target.key)

    async def _see_through(self, plug: PlugToMove) -> None:
        """Follow a plug that may have been told until it is at home at one server or the other."""
        assert plug.old is not None  # noqa: S101 no plug is told before this is known
        target = self._journal.goal(plug)
        if await self._comes_home(plug, target):
            await self._note(plug, MoveState.MOVED)
            return
        seen = await self._look(plug)
        if seen is None:
            await self._note(plug, MoveState.TOLD, f"It does not answer at {plug.address} any more.")
            return
        if self._journal.is_roll and seen.belongs_to(target):
            # Never back: its server may have voided the old key when it came, however short it stayed.
            await self._note(plug, MoveState.TOLD, f"It has the new key, and is not at {seen.server}.")
            return
        if not seen.is_at_home(plug.old):
            with suppress(DeviceError):  # where it is shows now
                await self._set(plug, seen.key, plug.old)
        why = f"It did not come to {target.servers[0]} within {self._timeout_s:g} seconds"
        if await self._comes_home(plug, plug.old):
            await self._note(plug, MoveState.RETURNED, f"{why}, and is back.")
        else:
            await self._note(plug, MoveState.TOLD, f"{why}, and not back to {plug.old.servers[0]} either.")

    async def _comes_home(self, plug: PlugToMove, home: Allegiance) -> bool:
        deadline_s = self._clock.monotonic() + self._timeout_s
        while True:
            seen = await self._look(plug)
            if seen is not None and seen.is_at_home(home):
                return True
            if self._clock.monotonic() > deadline_s:
                return False
            await self._clock.sleep(_ASK_EVERY_S)

    async def _look(self, plug: PlugToMove) -> _Sight | None:
        """Ask a plug that has one key or the other; None: it does not answer."""
        for key in dict.fromkeys((self._journal.target.key, plug.key)):
            try:
                return await _ask(plug, key)
            except OwnplugError:  # it refuses the other key, or drops what that has signed
                continue
        return None

    async def _ask_whose(self, plug: PlugToMove) -> Allegiance:
        if not plug.address:
            raise Unreachable(
                "Its address is not known, and no plug in this network said that it is this one."
            )
        try:
            seen = await _ask(plug, plug.key)
        except DeviceError as error:
            if error.device_code != ErrorCode.BAD_SIGNATURE:
                raise
            return await self._whose_it_may_be(plug, error)
        return seen.whose

    async def _whose_it_may_be(self, plug: PlugToMove, refusal: DeviceError) -> Allegiance:
        """It has another key than we know: perhaps it has moved already."""
        try:
            seen = await _ask(plug, self._journal.target.key)
        except OwnplugError:
            raise refusal from None
        goal = self._journal.goal(replace(plug, old=seen.whose))
        if not seen.is_at_home(goal):
            raise refusal
        return goal

    async def _set(self, plug: PlugToMove, key: Secret, whose: Allegiance) -> None:
        """Tell a plug whose it is, and once more where it has not heard; whatever it says then, that shows later.

        Raises:
            DeviceError: it refuses.
        """
        for is_again in (False, True, True):
            try:
                async with _link(plug, key) as link:
                    await link.request(Method.SET, ns.CONFIG_KEY, whose.key_set())
            except DeviceError as error:
                if is_again and error.device_code == ErrorCode.BAD_SIGNATURE:
                    return  # it has heard, and has the other key
                raise
            except OwnplugError:  # lost; or signed with the key that it was given
                seen = await self._look(plug)
                if seen is not None and seen.belongs_to(whose):
                    return
            else:
                return

    async def _note(self, plug: PlugToMove, state: MoveState, why: str = "") -> PlugToMove:
        noted = self._journal.note(plug, state, why=why)
        async with self._keeping:
            await self._keep(self._journal.encode())
        self._tell(noted)
        return noted


_STOPPERS = {MoveState.TOLD, MoveState.RETURNED}


def _link(plug: PlugToMove, key: Secret) -> HttpLink:
    return HttpLink(f"http://{plug.address}", key=key, timeout_s=_ANSWER_S)


async def _ask(plug: PlugToMove, key: Secret) -> _Sight:
    """Ask a plug whose it is.

    Raises:
        Unexpected: another plug answers at this address, or it tells of no server.
        OwnplugError: see `Link.request`.
    """
    async with _link(plug, key) as link:
        told = (await _patiently(link)).read(AllPayload).all.system
    if Uuid.parse(told.hardware.uuid) != plug.uuid:
        raise Unexpected(f"Another plug answers at {plug.address}: {told.hardware.uuid}.")
    if not told.firmware.server or not str(told.firmware.port).isdecimal():
        raise Unexpected("The plug does not tell which server it is at, so it could not be brought back.")
    return _Sight(
        key=key,
        user_id=str(told.firmware.user_id),
        server=GatewayAddress(host=told.firmware.server, port=int(told.firmware.port)),
        # Source: captures (protocol notes, 5.1: some models do not tell).
        is_online=told.online is None or told.online.status == _ONLINE,
    )


async def _patiently(link: HttpLink) -> Message:
    """Ask once more where a question or its answer got lost: radios lose some."""
    for _ in range(_TRIES - 1):
        try:
            return await link.request(Method.GET, ns.SYSTEM_ALL, {})
        except LinkBroken:
            continue
    return await link.request(Method.GET, ns.SYSTEM_ALL, {})


def _batches(plugs: Sequence[PlugToMove], size: int) -> list[Sequence[PlugToMove]]:
    return [plugs[at : at + size] for at in range(0, len(plugs), size)]
