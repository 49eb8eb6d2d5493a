"""What is remembered of a move, so that it can be ended after a crash: who goes where, and how far each plug came.

A plug is written down as told before it is told anything. Whatever happens then, it is at the old server or at the
new one, and what is written here suffices to ask it, and to bring it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

import msgspec

from ownplug.core.errors import Malformed, UsageError
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.pairing.home import Allegiance, GatewayAddress


class MoveState(Enum):
    """How far a plug came."""

    WAITING = "waiting"  # nothing was told to it yet
    TOLD = "told"  # it may have been told; where it is must be asked
    MOVED = "moved"  # it is at home at the new server
    KEPT = "kept"  # nothing was told to it: it, or the server, did not pass the checks
    RETURNED = "returned"  # it did not come to the new server, and is back at the old one

    @property
    def is_final(self) -> bool:
        """Whether nothing is left to be done."""
        return self is MoveState.MOVED


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugToMove:
    """A plug, how to reach it, and how far it came.

    Attributes:
        uuid: which.
        address: where its HTTP answers: a host, with a port where it is not 80.
        key: the key that it has.
        name: what its owner calls it; may be empty.
        state: how far it came.
        old: whose it was before; known once it was asked.
        why: why it came no further; empty otherwise.
    """

    uuid: Uuid
    address: str
    key: Secret
    name: str = ""
    state: MoveState = MoveState.WAITING
    old: Allegiance | None = None
    why: str = ""


@dataclass(slots=True)
class MoveJournal:
    """A move: where to, and its plugs in order.

    Attributes:
        target: whose they shall be.
        plugs: who goes.
        is_roll: they stay where they are, and only take their home's new key, which the hub has by then.
    """

    target: Allegiance
    plugs: dict[Uuid, PlugToMove] = field(default_factory=dict)
    is_roll: bool = False

    def note(self, plug: PlugToMove, state: MoveState, *, why: str = "") -> PlugToMove:
        """Take note how far a plug came."""
        self.plugs[plug.uuid] = replace(plug, state=state, why=why)
        return self.plugs[plug.uuid]

    def goal(self, plug: PlugToMove) -> Allegiance:
        """Return whose a plug shall be; where only the key is new, it keeps the server that it chose."""
        if self.is_roll and plug.old is not None:
            return replace(self.target, servers=plug.old.servers)
        return self.target

    @property
    def is_done(self) -> bool:
        """Whether every plug has moved."""
        return all(plug.state.is_final for plug in self.plugs.values())

    def encode(self) -> bytes:
        """Write it as JSON, keys and all."""
        kept = _Journal(
            target=_whose(self.target),
            is_roll=self.is_roll,
            plugs=[
                _Plug(
                    uuid=plug.uuid.text,
                    address=plug.address,
                    key=plug.key.reveal(),
                    name=plug.name,
                    state=plug.state.value,
                    old=_whose(plug.old) if plug.old else None,
                    why=plug.why,
                )
                for plug in self.plugs.values()
            ],
        )
        return msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n"

    @classmethod
    def decode(cls, text: bytes) -> MoveJournal:
        """Read what `encode` wrote.

        Raises:
            Malformed: it is something else.
        """
        try:
            kept = msgspec.json.decode(text, type=_Journal)
            plugs = [
                PlugToMove(
                    uuid=Uuid.parse(plug.uuid),
                    address=plug.address,
                    key=Secret(plug.key),
                    name=plug.name,
                    state=MoveState(plug.state),
                    old=plug.old.read() if plug.old else None,
                    why=plug.why,
                )
                for plug in kept.plugs
            ]
            if any(plug.state is MoveState.TOLD and plug.old is None for plug in plugs):
                raise ValueError("a plug was told to go, and nothing is known of where it was")
            return cls(kept.target.read(), {plug.uuid: plug for plug in plugs}, is_roll=kept.is_roll)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError, UsageError) as error:
            raise Malformed(f"This is no journal of a move: {error}") from error


class _Whose(msgspec.Struct):
    user_id: str
    key: str
    servers: list[tuple[str, int]]

    def read(self) -> Allegiance:
        servers = tuple(GatewayAddress(host=host, port=port) for host, port in self.servers)
        return Allegiance(user_id=self.user_id, key=Secret(self.key), servers=servers)


class _Plug(msgspec.Struct):
    uuid: str
    address: str
    key: str
    name: str
    state: str
    old: _Whose | None
    why: str


class _Journal(msgspec.Struct):
    target: _Whose
    plugs: list[_Plug]
    is_roll: bool = False


def _whose(allegiance: Allegiance) -> _Whose:
    return _Whose(
        user_id=allegiance.user_id,
        key=allegiance.key.reveal(),
        servers=[(server.host, server.port) for server in allegiance.servers],
    )
