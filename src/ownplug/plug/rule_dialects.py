"""How the generations of plugs speak of their rules: the newer of one rule at a time, the first of all at once.

Source: capture:mss310r-hw2.0.0-fw2.1.4, capture:mss210-hw1-fw1.1.12 (the questions, of plugs without rules), protocol
notes 5.7 (entries), a published program (the first generation takes a single entry, and deletes one by its id).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ownplug.core.meross import Message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.payloads import (
    OldTriggerEntry,
    TimerEntry,
    TimerPayload,
    TimerXPayload,
    TriggerEntry,
    TriggerPayload,
    TriggerXPayload,
)
from ownplug.core.meross.rules import (
    auto_off_entry,
    auto_off_of,
    newer_trigger,
    older_timer,
    older_trigger,
    read_entry,
    timer_entry,
    timer_of,
)
from ownplug.core.schedule import AutoOff, Timer

R = TypeVar("R", Timer, AutoOff)
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect(Generic[R]):
    """How one generation speaks of one kind of rule.

    Attributes:
        namespace: what the rules are asked for by.
        digest: what tells which there are, to be asked for one by one; empty: all of them are told at once.
        field: of a payload, which holds the entries.
        entries_in: the entries of a reply.
        read: what an entry means.
        write: how the plug is told of a rule.
    """

    namespace: str
    digest: str = ""
    field: str
    entries_in: Callable[[Message], Entry | list[Entry]]
    read: Callable[[Entry], R]
    write: Callable[[R], object]


TIMER_DIALECTS = (
    Dialect(
        namespace=ns.CONTROL_TIMER_X,
        digest=ns.DIGEST_TIMER_X,
        field="timerx",
        entries_in=lambda reply: reply.read(TimerXPayload).timers,
        read=lambda entry: timer_of(read_entry(entry, TimerEntry)),
        write=timer_entry,
    ),
    Dialect(
        namespace=ns.CONTROL_TIMER,
        field="timer",
        entries_in=lambda reply: reply.read(TimerPayload).timers,
        read=lambda entry: timer_of(read_entry(entry, TimerEntry)),
        write=lambda timer: older_timer(timer_entry(timer)),
    ),
)
AUTO_OFF_DIALECTS = (
    Dialect(
        namespace=ns.CONTROL_TRIGGER_X,
        digest=ns.DIGEST_TRIGGER_X,
        field="triggerx",
        entries_in=lambda reply: reply.read(TriggerXPayload).triggers,
        read=lambda entry: auto_off_of(read_entry(entry, TriggerEntry)),
        write=auto_off_entry,
    ),
    Dialect(
        namespace=ns.CONTROL_TRIGGER,
        field="trigger",
        entries_in=lambda reply: reply.read(TriggerPayload).triggers,
        read=lambda entry: auto_off_of(newer_trigger(read_entry(entry, OldTriggerEntry))),
        write=lambda auto_off: older_trigger(auto_off_entry(auto_off)),
    ),
)
