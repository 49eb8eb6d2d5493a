"""Opening serial ports; the contract of the streams is in `tests/contract/test_byte_stream.py`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from ownplug.core.errors import LinkBroken, NoSuchPort, OwnplugError, PortBusy, UsageError
from ownplug.transport.serial import open_serial

if sys.platform == "win32":
    pytest.skip("PTYs are POSIX", allow_module_level=True)

import termios
import tty

from ownplug.transport.pty import offer_pty


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "tty"


async def test_a_port_is_raw_and_has_the_speed_of_the_plug(link: Path) -> None:
    async with offer_pty(link):
        stream = await open_serial(str(link))
        number = os.open(link, os.O_RDWR | os.O_NOCTTY)
        settings = termios.tcgetattr(number)
        os.close(number)
        await stream.close()
    assert settings[tty.ISPEED] == settings[tty.OSPEED] == termios.B115200
    assert settings[tty.CFLAG] & (termios.CSIZE | termios.PARENB | termios.CSTOPB) == termios.CS8
    assert not settings[tty.LFLAG] & (termios.ECHO | termios.ICANON | termios.ISIG)
    assert not settings[tty.OFLAG] & termios.OPOST


async def test_a_port_is_opened_once(link: Path) -> None:
    async with offer_pty(link):
        stream = await open_serial(str(link))
        with pytest.raises(PortBusy):
            await open_serial(str(link))
        await stream.close()
        again = await open_serial(str(link))
        await again.close()


async def test_a_pulled_cable_is_told_to_who_reads_and_to_who_writes(link: Path) -> None:
    async with offer_pty(link) as far:
        stream = await open_serial(str(link))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(breaks(stream.read()))
            await asyncio.sleep(0)
            far.abort()
        await breaks(stream.write(b"x"))
        await breaks(stream.read())
        await stream.close()


async def breaks(work: object) -> None:
    with pytest.raises(LinkBroken, match="tty is gone") as caught:
        await work  # type: ignore[misc]  # whatever a stream gives
    assert caught.value.hint == "Was the adapter unplugged?"


@pytest.mark.parametrize(
    ("port", "kind"),
    [
        ("/dev/null", UsageError),
        ("/dev", UsageError),
        (__file__, UsageError),
        ("no-such-port", NoSuchPort),
        ("/no/such/port", NoSuchPort),
        ("spy:///dev/null", UsageError),
        ("loop://", UsageError),
        ("socket://127.0.0.1", UsageError),
        ("socket://:7000", UsageError),
        ("socket://127.0.0.1:99999", UsageError),
        ("socket://127.0.0.1:7000?logging=debug", UsageError),
        ("rfc2217://[::1", UsageError),
    ],
)
async def test_what_is_no_port_is_refused_in_words(port: str, kind: type[OwnplugError]) -> None:
    with pytest.raises(kind) as caught:
        await open_serial(port)
    assert type(caught.value) is kind
    assert caught.value.hint
