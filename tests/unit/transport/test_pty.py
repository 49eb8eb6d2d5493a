"""A PTY behind which terminals come and go."""

from __future__ import annotations

import asyncio
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ownplug.core.errors import Conflict, LinkClosed, UsageError

if sys.platform == "win32":
    pytest.skip("PTYs are POSIX", allow_module_level=True)

import termios
import tty

from ownplug.transport.pty import BACKLOG_LIMIT, PtyTty, offer_pty


@contextmanager
def terminal(path: Path, *, waits: bool = False) -> Iterator[int]:
    """Open it as a foreign program does, without setting anything."""
    number = os.open(path, os.O_RDWR | os.O_NOCTTY | (0 if waits else os.O_NONBLOCK))
    try:
        yield number
    finally:
        os.close(number)


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "tty"


async def hear(offered: PtyTty, wanted: bytes) -> None:
    heard = b""
    async with asyncio.timeout(30):
        while heard != wanted:
            heard += await offered.read()
            assert wanted.startswith(heard)


async def test_terminals_come_and_go_while_it_stays(link: Path) -> None:
    async with offer_pty(link) as offered:
        for word in (b"one", b"two", b"three"):
            with terminal(link) as number:
                os.write(number, word)
                await hear(offered, word)
                await offered.write(word.upper())
                assert os.read(number, 100) == word.upper()


async def test_a_terminal_that_writes_and_leaves_at_once_is_heard(link: Path) -> None:
    async with offer_pty(link) as offered:
        for _ in range(5):
            with terminal(link) as number:
                os.write(number, b"meross hw\r")
            await hear(offered, b"meross hw\r")


async def test_nothing_is_echoed_or_changed(link: Path) -> None:
    everything = bytes(range(256))
    async with offer_pty(link) as offered:
        with terminal(link, waits=True) as number:
            os.write(number, everything)
            await hear(offered, everything)
            await offered.write(everything)
            assert os.read(number, 1000) == everything


async def test_a_terminal_that_left_it_cooked_does_not_spoil_it_for_the_next(link: Path) -> None:
    async with offer_pty(link) as offered:
        with terminal(link) as number:
            settings = termios.tcgetattr(number)
            settings[tty.LFLAG] |= termios.ECHO | termios.ICANON
            termios.tcsetattr(number, termios.TCSANOW, settings)
            os.write(number, b"cooked\n")
            await hear(offered, b"cooked\n")
        async with asyncio.timeout(30):
            while is_cooked(link):
                await hear_nothing(offered)


async def hear_nothing(offered: PtyTty) -> None:
    try:
        async with asyncio.timeout(0.1):
            heard = await offered.read()
    except TimeoutError:
        return
    raise AssertionError(f"heard {heard!r}")


def is_cooked(link: Path) -> bool:
    with terminal(link) as number:
        return bool(termios.tcgetattr(number)[tty.LFLAG] & (termios.ECHO | termios.ICANON))


async def test_of_what_nobody_heard_the_newest_waits_for_the_next_terminal(link: Path) -> None:
    async with offer_pty(link) as offered:
        told = b"".join(b"%d," % number for number in range(5000))
        for start in range(0, len(told), 1000):
            await offered.write(told[start : start + 1000])
        with terminal(link, waits=True) as number:
            await offered.write(b"end")
            heard = os.read(number, BACKLOG_LIMIT)
            if len(heard) < BACKLOG_LIMIT + 3:
                heard += os.read(number, BACKLOG_LIMIT)
        assert heard == told[-BACKLOG_LIMIT:] + b"end"


async def test_a_terminal_that_comes_is_told_what_waits_without_a_further_word(link: Path) -> None:
    async with offer_pty(link) as offered, asyncio.TaskGroup() as tasks:
        await offered.write(b"booted\r\n$ ")
        listening = tasks.create_task(offered.read())
        with terminal(link) as number:
            assert await asyncio.to_thread(read_soon, number) == b"booted\r\n$ "
        listening.cancel()


def read_soon(number: int) -> bytes:
    readable, _, _ = select.select([number], [], [], 30)
    return os.read(number, 1000) if readable else b""


async def test_what_one_terminal_left_unread_is_not_told_to_the_next(link: Path) -> None:
    async with offer_pty(link) as offered:
        with terminal(link) as number:
            os.write(number, b"x")
            await hear(offered, b"x")
            await offered.write(b"stale")
        await hear_nothing(offered)  # and see that it has left
        with terminal(link) as number:
            os.write(number, b"y")
            await hear(offered, b"y")
            await offered.write(b"fresh")
            assert os.read(number, 1000) == b"fresh"


async def test_a_terminal_still_gets_what_was_written_before_the_close(link: Path) -> None:
    async with offer_pty(link) as offered:
        with terminal(link, waits=True) as number:
            await offered.write(b"last words")
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(offered.close())
                assert await asyncio.to_thread(os.read, number, 100) == b"last words"


async def test_the_end_is_the_end(link: Path) -> None:
    async with offer_pty(link) as offered:
        offered.abort()
        offered.abort()
        await offered.close()
        with pytest.raises(LinkClosed):
            await offered.read()
        with pytest.raises(LinkClosed):
            await offered.write(b"x")


async def test_a_reader_that_waits_for_a_terminal_is_woken_by_the_end(link: Path) -> None:
    async with offer_pty(link) as offered, asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(swallow(offered))
        await asyncio.sleep(0.01)
        offered.abort()
        await waiting


async def swallow(offered: PtyTty) -> None:
    with pytest.raises(LinkClosed):
        await offered.read()


def target(link: Path) -> str | None:
    """Where the link leads; None when there is none."""
    return str(link.readlink()) if link.is_symlink() else None


def relink(link: Path, to: str) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(to)


NOBODYS = "/dev/pts/999999"


async def test_the_link_is_there_for_as_long_as_it_is_offered(link: Path) -> None:
    async with offer_pty(str(link)) as offered:
        assert offered.address == str(link)
        assert target(link)
    assert target(link) is None


async def test_a_link_that_was_put_there_in_the_meantime_stays(link: Path) -> None:
    async with offer_pty(link):
        relink(link, NOBODYS)
    assert target(link) == NOBODYS


async def test_a_link_that_was_left_behind_is_replaced(link: Path) -> None:
    relink(link, NOBODYS)
    async with offer_pty(link):
        assert target(link) != NOBODYS
    assert target(link) is None


def put_in_the_way(link: Path, what: str) -> os.stat_result:
    other = link.with_name("other")
    match what:
        case "a file":
            link.write_text("precious")
        case "a folder":
            link.mkdir()
        case "a link to a file":
            other.write_text("precious")
            link.symlink_to(other)
        case _:
            link.symlink_to(other)
    return link.lstat()


@pytest.mark.parametrize("what", ["a file", "a folder", "a link to a file", "a dangling link to a file"])
async def test_what_is_somebody_elses_stays(link: Path, what: str) -> None:
    before = put_in_the_way(link, what)

    with pytest.raises(UsageError, match="not a console that was left behind"):
        async with offer_pty(link):
            pytest.fail("it was replaced")

    assert os.lstat(link) == before


async def test_two_consoles_are_not_offered_at_one_path(link: Path) -> None:
    async with offer_pty(link):
        first = target(link)
        with pytest.raises(Conflict, match="in use"):
            async with offer_pty(link):
                pytest.fail("it was replaced")
        assert target(link) == first


async def test_a_folder_that_is_not_there_has_its_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file or directory"):
        async with offer_pty(tmp_path / "no" / "tty"):
            pytest.fail("it was offered")
