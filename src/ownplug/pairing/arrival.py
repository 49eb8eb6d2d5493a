"""Following a plug home: each step as it is seen, and a diagnosis where it stops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from ownplug.aio import Clock
from ownplug.core.identity import Uuid
from ownplug.pairing.evidence import Sight, Target, Word, diagnose, facts, last_guess
from ownplug.pairing.read_back import says_online, switch_and_back
from ownplug.pairing.steps import Phase, Step
from ownplug.plug import Link

TIMEOUT_S = 90.0
"""How long a plug may take; a real one joins its network first, which takes ten seconds or more."""

_LOOK_EVERY_S = 0.25
_ASK_PLUG_AFTER_S = 3.0  # most come without being asked
_ASK_PLUG_EVERY_S = 2.0
_ASK_ONLINE_EVERY_S = 1.0
# In the network, and no sign of a connection: one takes a second. Shorter than the plug's own patience (assumed).
_STUCK_S = 15.0
_BIND_ANSWER_S = 10.0  # whoever answers a bind does it at once


class Host(Protocol):
    """Where a plug is told to go: a hub, or a foreign MQTT server that is watched."""

    async def look(self, uuid: Uuid) -> Sight:
        """Return what was seen of it since it was told to come."""

    def reach(self, uuid: Uuid) -> AbstractAsyncContextManager[Link]:
        """Return a way to it through the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What pairing needs beyond the plug itself to follow it home.

    Attributes:
        host: where it goes.
        server: what was found when it was tried from here, in words.
        ask_plug: asks it where it was paired what became of it.
        clock: measures the waits.
        timeout_s: how long it may take.
        switches: whether its relay may click, as a proof.
    """

    host: Host
    server: str
    ask_plug: Callable[[], Awaitable[Word | None]]
    clock: Clock
    timeout_s: float = TIMEOUT_S
    switches: bool = True


async def follow_home(uuid: Uuid, target: Target, errand: Errand) -> AsyncIterator[Step]:
    """Wait for a plug that was told to come, and prove that it is there.

    Raises:
        PairingFailed: it did not come; the code is the cause.
        OwnplugError: the server cannot be asked any more.
    """
    watch = _Watch(uuid, target, errand)
    yield Step(phase=Phase.CONNECT, done=False)
    async for step in watch.steps():
        yield step
    async with errand.host.reach(uuid) as link:
        yield Step(phase=Phase.ONLINE, done=False)
        await watch.until_online(link)
        for step in watch.new_steps():
            yield step
        yield Step(phase=Phase.ONLINE, done=True, found="it is")
        if errand.switches:
            yield Step(phase=Phase.SWITCH, done=False)
            yield Step(phase=Phase.SWITCH, done=True, found=await switch_and_back(link))


class _Watch:
    """The look-out for one plug: what was seen of it so far."""

    def __init__(self, uuid: Uuid, target: Target, errand: Errand) -> None:
        self._uuid = uuid
        self._target = target
        self._errand = errand
        self._began_s = self._asked_s = errand.clock.monotonic()
        self._sight = Sight()
        self._word: Word | None = None
        self._in_network_since_s: float | None = None
        self._bind_since_s: float | None = None
        self._told: set[Phase] = set()

    async def steps(self) -> AsyncIterator[Step]:
        """Tell each step of the start-up talk once, until it has said its bind."""
        while not self._sight.binds:
            await self._look()
            for step in self.new_steps():
                yield step
            if not self._sight.binds:
                self._judge()
                await self._errand.clock.sleep(_LOOK_EVERY_S)

    async def until_online(self, link: Link) -> None:
        """Wait until the plug holds itself to be at home, and somebody has acknowledged its bind."""
        while not await says_online(link) or self._sight.answers_bind is False:
            await self._look()
            self._judge()
            await self._errand.clock.sleep(_ASK_ONLINE_EVERY_S)
        await self._look()

    def new_steps(self) -> list[Step]:
        """Return what was seen of the start-up talk and not yet told."""
        new = [
            Step(phase=phase, done=True, found=found)
            for phase, found in _found(self._sight)
            if phase not in self._told
        ]
        self._told.update(step.phase for step in new)
        return new

    async def _look(self) -> None:
        self._sight = await self._errand.host.look(self._uuid)
        now_s = self._errand.clock.monotonic()
        if self._sight.binds and self._bind_since_s is None:
            self._bind_since_s = now_s
        if now_s < self._began_s + _ASK_PLUG_AFTER_S or now_s < self._asked_s + _ASK_PLUG_EVERY_S:
            return
        word = await self._errand.ask_plug()
        self._asked_s = self._errand.clock.monotonic()
        if word is not None and not word.is_pairing and self._in_network_since_s is None:
            self._in_network_since_s = self._asked_s
        # One that has been in the network and gave up is no plug that could not join it.
        if word is not None and not (word.is_pairing and self._was_in_network and not self._sight.address):
            self._word = word

    def _judge(self) -> None:
        """Raise what has gone wrong, if that is certain or there is no time left."""
        sight, word, target = self._sight, self._word, self._target
        if error := diagnose(sight, word, target):
            error.facts = tuple(facts(sight, word, target))
            raise error
        now_s = self._errand.clock.monotonic()
        is_stuck = not sight.address and _is_over(self._in_network_since_s, _STUCK_S, now_s)
        is_ignored = sight.answers_bind is False and _is_over(self._bind_since_s, _BIND_ANSWER_S, now_s)
        if is_stuck or is_ignored or now_s > self._began_s + self._errand.timeout_s:
            guess = last_guess(sight, word, target, now_s - self._began_s)
            guess.facts = tuple(facts(sight, word, target))
            raise guess

    @property
    def _was_in_network(self) -> bool:
        return self._in_network_since_s is not None


def _is_over(since_s: float | None, patience_s: float, now_s: float) -> bool:
    return since_s is not None and now_s > since_s + patience_s


def _found(sight: Sight) -> list[tuple[Phase, str]]:
    """The steps that were seen, in their order."""
    steps = []
    if sight.address:
        steps.append((Phase.CONNECT, f"from {sight.address}"))
    if sight.clock_questions:
        steps.append((Phase.CLOCK, "answered" if sight.answers_clock else "asked"))
    if sight.binds:
        steps.append((Phase.BIND, "acknowledged" if sight.answers_bind else "said"))
    if sight.has_told_meter:
        steps.append((Phase.METER, "acknowledged"))
    return steps
