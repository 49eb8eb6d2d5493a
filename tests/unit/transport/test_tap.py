"""Recordings of a wire: written as it goes, read back, played back."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.aio import memory_pair
from ownplug.core.errors import LinkClosed, Malformed, Unexpected, UsageError
from ownplug.testing import FakeClock
from ownplug.transport.tap import Capture, Record, Replay, Sender, Tap, read_capture

EVERY_BYTE = bytes(range(256))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "console.capture"


def recorded(file: Path) -> Capture:
    return read_capture(file.read_bytes())


def rights(file: Path) -> int:
    return file.stat().st_mode & 0o777


async def test_both_directions_are_written_with_their_times(file: Path) -> None:
    clock = FakeClock()
    started = clock.now().isoformat()
    near, far = memory_pair()
    tap = Tap(near, file, port="/dev/ttyUSB0", clock=clock)
    await tap.write(b"meross hw\r")
    await clock.advance(0.25)
    await far.write(EVERY_BYTE)
    await tap.read()
    await tap.close()

    capture = recorded(file)

    assert (capture.port, capture.started) == ("/dev/ttyUSB0", started)
    assert capture.records == (
        Record(at_s=0, sender=Sender.HERE, data=b"meross hw\r"),
        Record(at_s=0.25, sender=Sender.PLUG, data=EVERY_BYTE),
    )


async def test_a_line_is_in_the_file_before_the_next_thing_happens(file: Path) -> None:
    near, _ = memory_pair()
    tap = Tap(near, file, port="", clock=FakeClock())
    await tap.write(b"one")
    assert len(recorded(file).records) == 1
    tap.abort()


async def test_a_recording_is_private_and_never_replaces_a_file(file: Path) -> None:
    near, _ = memory_pair()
    tap = Tap(near, file, port="", clock=FakeClock())
    tap.abort()
    assert rights(file) == 0o600
    before = recorded(file)
    with pytest.raises(UsageError, match="never replaces a file"):
        Tap(near, file, port="", clock=FakeClock())
    assert recorded(file) == before


async def test_a_place_that_is_none_has_its_sentence(tmp_path: Path) -> None:
    near, _ = memory_pair()
    with pytest.raises(UsageError, match="cannot be written: No such file or directory"):
        Tap(near, tmp_path / "no" / "file", port="", clock=FakeClock())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is played by /dev/full")
async def test_a_full_disk_ends_the_recording_and_not_the_talk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open
    monkeypatch.setattr(os, "open", lambda *_: opened("/dev/full", os.O_WRONLY))
    near, far = memory_pair()
    tap = Tap(near, tmp_path / "capture", port="", clock=FakeClock())
    await tap.write(b"hello")
    assert await far.read() == b"hello"
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    tap.abort()


RECORDS = st.lists(
    st.builds(
        Record,
        at_s=st.floats(0, 1e6).map(lambda value: round(value, 6)),
        sender=st.sampled_from(Sender),
        data=st.binary(min_size=1, max_size=20),
    ),
    max_size=20,
)


def written(records: list[Record]) -> bytes:
    lines: list[object] = [{"capture": 1, "port": "p", "started": "s"}]
    lines += [{"at_s": r.at_s, "from": r.sender, "bytes": r.data.decode("latin-1")} for r in records]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@given(records=RECORDS, lost=st.integers(1, 30))
def test_a_capture_that_was_cut_off_loses_its_last_line_only(records: list[Record], lost: int) -> None:
    text = written(records)
    last = len(text.splitlines()[-1]) + 1
    if records:
        assert read_capture(text[: -min(lost, last)]).records == tuple(records[:-1])
    assert read_capture(text).records == tuple(records)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "it is empty"),
        (b"hello\n", "Line 1 of the capture is not JSON"),
        (b"[1]\n", "Line 1 of the capture is no JSON object"),
        (b'{"capture": 2}\n', "no capture that this version can read"),
        (b'{"capture": 1}\n{"at_s": 0}\n', "Line 2 of the capture is no record"),
        (
            b'{"capture": 1}\n{"at_s": 0, "from": "moon", "bytes": ""}\n',
            "Line 2 of the capture is no record: 'moon'",
        ),
        ('{"capture": 1}\n{"at_s": 0, "from": "plug", "bytes": "\u20ac"}\n'.encode(), "Line 2"),
        (b"[" * 100_000 + b"\n", "Line 1 of the capture is not JSON"),
    ],
)
def test_what_is_no_capture_is_refused_in_words(text: bytes, sentence: str) -> None:
    with pytest.raises(Malformed, match=sentence):
        read_capture(text)


TALK = (
    Record(at_s=0, sender=Sender.PLUG, data=b"$ "),
    Record(at_s=1, sender=Sender.HERE, data=b"ver"),
    Record(at_s=1, sender=Sender.HERE, data=b"\r"),
    Record(at_s=2, sender=Sender.PLUG, data=b"SDK\r\n$ "),
)


async def test_a_replay_answers_when_it_has_been_told_the_same() -> None:
    replay = Replay(TALK)
    assert await replay.read() == b"$ "
    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(replay.read(3))
        for byte in (b"v", b"er", b"\r"):
            await asyncio.sleep(0)
            assert not answer.done()
            await replay.write(byte)
    assert answer.result() == b"SDK"
    assert await replay.read() == b"\r\n$ "
    assert await replay.read() == b""


async def test_a_replay_does_not_answer_something_else() -> None:
    replay = Replay(TALK)
    with pytest.raises(Unexpected, match="goes on with b've', not with b'ip'"):
        await replay.write(b"ip")


async def test_a_replay_that_is_closed_says_so() -> None:
    replay = Replay(TALK)
    assert await replay.read() == b"$ "
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_is_closed(replay))
        await asyncio.sleep(0)
        await replay.close()
    with pytest.raises(LinkClosed):
        await replay.write(b"ver")


async def _is_closed(replay: Replay) -> None:
    with pytest.raises(LinkClosed):
        await replay.read()
