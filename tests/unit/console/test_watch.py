"""A start as it is seen while it happens."""

from __future__ import annotations

from ownplug.console import Sighting, Watcher
from ownplug.core.shell import BootPhase, LogLine, ResetReason, ShellReader, TextLine
from ownplug.core.shell.stage import Stage


def see(text: bytes) -> list[Sighting]:
    watcher = Watcher()
    reader = ShellReader()
    return [watcher.see(event) for event in [*reader.feed(text), *reader.flush()]]


def test_the_start_of_the_page_is_told_step_by_step(boot: bytes) -> None:
    seen = see(boot)

    assert [sighting.phase for sighting in seen if sighting.phase] == list(BootPhase)
    assert [s.reset_reason for s in seen if s.reset_reason] == [ResetReason.SOFTWARE]
    assert [(s.stage, s.light) for s in seen if s.stage] == [
        (Stage.STARTING, "off"),
        (Stage.PAIRING, "green and orange in turn"),
    ]
    [start] = [s.start for s in seen if s.start]
    assert start.port == 1
    assert seen[-1].start is start


def test_a_second_start_is_told_like_the_first(boot: bytes) -> None:
    seen = see(boot + b"$ \r\n" + boot)
    assert len([s for s in seen if s.start]) == 2
    assert [s.phase for s in seen if s.phase] == [*BootPhase, *BootPhase]


def test_a_start_that_is_cut_short_by_the_next_is_forgotten(boot: bytes) -> None:
    half = boot[: boot.index(b"Last reset reason")]
    seen = see(half + boot)
    assert len([s for s in seen if s.start]) == 1
    assert [s.phase for s in seen if s.phase] == [*BootPhase, *BootPhase]


def test_what_is_no_start_is_passed_on(boot: bytes) -> None:
    seen = see(boot + b"[T: 9 M: x C: info F: f L: 1]: hello\r\nnonsense\r\n")
    assert [type(s.event) for s in seen[-2:]] == [LogLine, TextLine]
    assert [(s.stage, s.phase, s.start, s.light) for s in seen[-2:]] == [(None, None, None, None)] * 2


def test_a_plug_that_starts_for_ever_costs_no_memory() -> None:
    watcher = Watcher()
    reader = ShellReader()
    for _ in range(10):
        for event in reader.feed(b"NOR_init \r\nhello\r\n" * 1000):
            watcher.see(event)
    assert len(watcher._start or ()) <= 2000
