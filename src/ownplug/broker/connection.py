"""One connection to the MQTT server: a thin driver of `ServerMachine` over asyncio's transport.

What is read waits in an inbox and is worked off in slices, so that no client holds the loop. Work stops, and with
it after a while reading, while the client does not take its answers, its login is being judged, or local handlers
are behind; so every buffer is bounded: the inbox by `INBOX_LIMIT` and one read, what goes out by the outbox.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

from ownplug.broker.feed import Share
from ownplug.broker.guest import Guest
from ownplug.broker.inbox import Inbox
from ownplug.broker.pace import SLICE_BYTES, SLICE_S, next_slice_bytes
from ownplug.broker.switchboard import Switchboard
from ownplug.broker.wire import Wire, address_of
from ownplug.core.errors import OwnplugError
from ownplug.core.mqtt import (
    Access,
    Connect,
    ConnectCode,
    Denied,
    Left,
    Progress,
    Publish,
    PublishTemplate,
    QoS,
    ServerEvent,
    ServerMachine,
    Subscribed,
    Unsubscribed,
)
from ownplug.transport.tls import TlsMachine

WRITE_BYTES = 64 * 1024
"""Bytes that are handed to the transport in one go, and that may wait until the end of a slice."""

CLOSING_S = 5.0
"""Seconds that a client has to take its last answers."""


class ClientConnection(asyncio.Protocol):
    """One client, from its TCP connection to its end."""

    __slots__ = (
        "_address",
        "_board",
        "_deadline_s",
        "_guest",
        "_has_ended",
        "_inbox",
        "_is_closing",
        "_is_dropping",
        "_is_flush_due",
        "_is_held",
        "_is_work_due",
        "_is_writing_paused",
        "_loop",
        "_machine",
        "_sent_s",
        "_share",
        "_slice_bytes",
        "_tls",
        "_wire",
    )

    def __init__(self, board: Switchboard, tls: ssl.SSLContext | None) -> None:
        self._board = board
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._wire: Wire | None = None
        self._machine: ServerMachine | None = None
        self._guest: Guest | None = None  # from when the client is let in until it goes
        self._address = ""
        self._deadline_s = board.clock.monotonic() + board.settings.handshake_timeout_s
        self._inbox = Inbox()
        self._share = Share(board.feed)
        self._sent_s = 0.0  # when it was sent messages last
        self._slice_bytes = SLICE_BYTES
        self._has_ended = False  # the client will send no more
        self._is_closing = False
        self._is_dropping = False
        self._is_flush_due = self._is_work_due = False
        self._is_held = False  # no answer goes out before what it speaks of is on the disk
        self._is_writing_paused = False

    # --- asyncio's side ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the client in, or turn it away."""
        stream = cast("asyncio.Transport", transport)
        self._address = address_of(transport)
        if not self._board.enter(self, self._address):
            self._is_closing = True
            stream.abort()
            return
        machine = TlsMachine(self._tls, server_side=True) if self._tls is not None else None
        self._wire = Wire(stream, machine)
        self._begin_if_ready(self._wire)

    def data_received(self, data: bytes) -> None:
        """Take what came, and work on it."""
        wire = self._wire
        if wire is None or self._is_closing:
            return
        try:
            plain = wire.receive(data)
        except OwnplugError as error:
            self._tls_failed(error)
            return
        self._inbox.put(plain)
        self._board.traffic.bytes_received += len(plain)
        self._has_ended = self._has_ended or wire.has_ended
        self._begin_if_ready(wire)
        if self._is_work_due:
            wire.regulate(self._inbox.size, is_stalled=self._is_writing_paused)
        else:
            self._work()

    def eof_received(self) -> bool:
        """The client will send no more; what it has sent is worked off first."""
        self._has_ended = True
        self._deadline_s = self._now_s() + CLOSING_S
        if not self._is_work_due:
            self._work()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._end("the connection broke" if exc is not None else "the client ended the connection")
        self._is_closing = True
        self._inbox.clear()
        self._board.leave(self, self._address)

    def pause_writing(self) -> None:
        """The client takes less than it is sent: what it says now, TLS's own questions too, can wait."""
        self._is_writing_paused = True
        if self._wire is not None and not self._is_closing:
            self._wire.regulate(self._inbox.size, is_stalled=self._is_writing_paused)

    def resume_writing(self) -> None:
        """The client takes more again."""
        self._is_writing_paused = False
        self._flush()
        if not self._is_work_due:
            self._work_later()

    # --- the server's side ---

    @property
    def deadline_s(self) -> float:
        """When `expire` is to be called."""
        if self._machine is None or self._is_closing or self._has_ended:
            return self._deadline_s
        return self._machine.deadline_s

    @property
    def is_held(self) -> bool:
        """Whether its answers wait for the disk."""
        return self._is_held

    def expire(self) -> None:
        """The client was silent for too long."""
        if self._is_closing or self._has_ended:
            self._end("the client ended the connection")
            self.abort()
        elif self._machine is None:
            hello = self._wire.hello() if self._wire is not None else ""
            self._board.handshake_failed(self._address, f"it took too long. {hello}")
            self.close("the TLS handshake took too long")
        elif self._guest is None:
            self._board.warn(self._address, "%s connected but sent no CONNECT in time", self._address)
            self.close("it sent no CONNECT")
        else:
            self.close("it was silent for longer than its keepalive allows")

    def take_over(self) -> None:
        """Another connection of the same client has come."""
        self.close("the client connected anew")

    def close(self, reason: str) -> None:
        """Send what is due, say goodbye, and end the connection."""
        self._end(reason.rstrip("."))
        if self._is_closing or self._wire is None:
            return
        self._flush()
        self._is_closing = True
        self._deadline_s = self._now_s() + CLOSING_S
        self._wire.close()

    def abort(self) -> None:
        """End the connection without waiting for anything."""
        self._is_closing = True
        if self._wire is not None:
            self._wire.abort()

    def deliver(self, template: PublishTemplate, qos: QoS) -> None:
        """See `Receiver.deliver`: what a slow client cannot take is dropped and counted."""
        machine = self._machine
        if machine is None or self._is_closing:
            return
        if not machine.deliver(template, qos):
            self._flush()  # what only waits for its turn makes room
            if not machine.deliver(template, qos):
                self._drop()
        elif machine.session.outbox.queued_bytes >= WRITE_BYTES:
            self._flush()
        elif not self._is_flush_due:
            self._is_flush_due = True
            self._board.outgoing.paced(self._flush, self._sent_s)

    def send_soon(self) -> None:
        """See `Line.send_soon`."""
        if not self._is_flush_due and not self._is_closing:
            self._is_flush_due = True
            self._board.outgoing.soon(self._flush)

    async def judge(self) -> None:
        """Ask the gatekeeper about the client's CONNECT, and let it in or not."""
        board, machine = self._board, self._machine
        if machine is None or machine.connect is None or self._is_closing:
            return
        connect = machine.connect
        access: Access | None = None
        code = ConnectCode.SERVER_UNAVAILABLE
        try:
            access, code = await board.judge(connect, self._address)
        finally:  # also when the gatekeeper fails, which its supervisor logs: the client must hear something
            self._judged(machine, connect, access, code)

    # --- working ---

    def _begin_if_ready(self, wire: Wire) -> None:
        if self._machine is None and wire.is_ready:
            self._machine = self._board.new_machine()

    def _judged(
        self, machine: ServerMachine, connect: Connect, access: Access | None, code: ConnectCode
    ) -> None:
        if self._is_closing or not machine.is_judged:
            return
        if access is None:
            client_id, address = connect.client_id, self._address
            self._board.warn(address, "Turned %.100r from %s away: %s", client_id, address, code.name)
            machine.refuse(code)
        else:
            self._let_in(machine, connect, access)
        self._work()

    def _let_in(self, machine: ServerMachine, connect: Connect, access: Access) -> None:
        position = self._board.journal.position
        guest = self._guest = Guest(self._board, self, connect, access, self._address)
        kept = guest.kept.session if guest.kept is not None else None
        self._act_on(machine.accept(access, self._now_s(), kept=kept, is_present=guest.is_present))
        self._hold_if_behind(position)

    def _work(self) -> None:
        """Work off the inbox for a while, then send, and see whether to go on, to wait or to close."""
        self._is_work_due = False
        machine = self._machine
        if machine is None:
            if self._has_ended:
                self.close("the client ended the connection")
            return
        started_s = now_s = self._now_s()
        while self._inbox.size and self._may_work(machine):
            if now_s - started_s > SLICE_S:
                self._work_later()
                break
            position = self._board.journal.position
            self._act_on(machine.receive(self._inbox.take(self._slice_bytes), now_s))
            self._share.count()
            self._hold_if_behind(position)
            began_s, now_s = now_s, self._now_s()
            self._slice_bytes = next_slice_bytes(self._slice_bytes, now_s - began_s)
        if self._is_held:
            if self._wire is not None and not self._is_closing:
                self._wire.regulate(self._inbox.size, is_stalled=self._is_writing_paused)
            return
        if self._board.feed.all_told.is_set():
            self._flush()
        else:
            self.send_soon()
        self._settle(machine)

    def _hold_if_behind(self, position: int) -> None:
        """Neither answer nor work on until what came since `position` is on the disk."""
        if self._board.journal.position != position:
            self._is_held = True
            self._board.journal.after(self._go_on, since=position)

    def _go_on(self) -> None:
        self._is_held = False
        self._work()

    def _may_work(self, machine: ServerMachine) -> bool:
        if self._is_held or self._is_closing or self._is_writing_paused or not machine.takes_data:
            return False
        self._is_work_due = self._share.holds_back(self._work)
        return not self._is_work_due

    def _act_on(self, events: list[ServerEvent]) -> None:
        for event in events:
            if not isinstance(event, Publish):
                self._act(event)
            elif self._guest is not None:
                self._board.publish(event, self._guest.access, self._guest.connection.username)

    def _act(self, event: ServerEvent) -> None:
        match event:
            case Subscribed() | Unsubscribed() | Progress() | Denied():
                if self._guest is not None:
                    self._guest.act(event)
            case Connect():
                self._board.logins.put_nowait(self)
            case Left():
                self._end("the client said goodbye")

    def _settle(self, machine: ServerMachine) -> None:
        if self._is_closing or self._wire is None:
            return
        if machine.failure is not None:
            self._board.warn(self._address, "Closed the connection of %s: %s", self._name(), machine.failure)
            self.close(str(machine.failure))
        elif machine.is_over:
            self.close("it was turned away")
        elif self._has_ended and not self._inbox.size and not machine.is_judged:
            self.close("the client ended the connection")
        else:
            self._wire.regulate(self._inbox.size, is_stalled=self._is_writing_paused)

    def _work_later(self) -> None:
        self._is_work_due = True
        self._loop.call_soon(self._work)

    # --- sending ---

    def _flush(self) -> None:
        """Send what may go out, as long as the client takes it."""
        self._is_flush_due = False
        machine, wire = self._machine, self._wire
        if machine is None or wire is None or self._is_held:
            return
        try:
            while not self._is_closing and not self._is_writing_paused:
                if len(machine.session.outbox):
                    self._sent_s = self._now_s()
                data = machine.data_to_send(WRITE_BYTES)
                if data:
                    self._board.traffic.bytes_sent += len(data)
                    wire.send(data)
                if len(data) < WRITE_BYTES // 2:  # nearly always: that was all that may go now
                    self._sent_all(machine)
                    return
        except OwnplugError as error:
            self._end(str(error))
            self.abort()

    def _sent_all(self, machine: ServerMachine) -> None:
        self._is_dropping = self._is_dropping and len(machine.session.outbox) > 0
        if self._guest is not None and self._guest.recall is not None:
            self._guest.fetch(machine.session.outbox)

    def _drop(self) -> None:
        name = self._name()
        self._board.lose(name)
        if not self._is_dropping:
            self._is_dropping = True
            self._board.warn(f"slow {name}", "%s reads too slowly: messages for it are dropped", name)

    # --- the end, and telling of it ---

    def _end(self, reason: str) -> None:
        """Whatever must happen once when a client goes: its will, its subscriptions, its presence."""
        machine, guest = self._machine, self._guest
        if machine is None:
            return
        will = machine.end()
        self._guest = None
        if guest is not None:
            guest.leave(reason, will)

    def _tls_failed(self, error: OwnplugError) -> None:
        if self._machine is None:
            self._board.handshake_failed(self._address, str(error))
        self.close(str(error))

    def _name(self) -> str:
        if self._guest is None:
            return self._address
        return f"{self._guest.connection.client_id[:100]!r} ({self._address})"

    def _now_s(self) -> float:
        return self._board.clock.monotonic()
