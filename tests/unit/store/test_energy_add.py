"""Samples and what they add up to are written together, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ownplug.core.energy.book import Mark, Sample
from ownplug.core.energy.kept import Batch
from ownplug.core.errors import OwnplugError
from ownplug.core.identity import Uuid
from ownplug.core.records import PlugRecord
from ownplug.store import SqliteStore

KETTLE = Uuid(f"{1:032x}")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HIGHEST_J = 2**63 - 1  # in a column of SQLite: one more is refused


def batch(at_ms: int, joules: int) -> Batch:
    sample = Sample(at_ms=at_ms, power_mw=5_000, voltage_mv=230_000, current_ma=22, is_on=True)
    return Batch(
        samples=[(1, sample)],
        minutes={(1, 0): [5, 1000]},
        hours={(1, 0, 0): [joules, 1000]},
        marks={1: Mark(at_ms=at_ms, power_mw=5_000)},
    )


async def test_a_batch_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "hub.sqlite3") as store:
        await store.save_plug(PlugRecord(uuid=KETTLE, name="kettle", registered_at=NOON))
        assert await store.energy.meter(KETTLE, 0) == 1
        await store.energy.add(batch(1000, HIGHEST_J))
        with pytest.raises(OwnplugError):  # of the hour, when sample and minute are written
            await store.energy.add(batch(2000, 1))
        assert [sample.at_ms for sample in await store.energy.samples(1, 0, 9000, 10)] == [1000]
        assert await store.energy.minutes(1, 0, 60) == [(0, 5, 1000)]
        assert await store.energy.days(0, 1, None) == [(1, 0, HIGHEST_J, 1000)]
        [row] = await store.energy.meters()
        assert (row.total_j, row.mark) == (HIGHEST_J, Mark(at_ms=1000, power_mw=5_000))


async def test_samples_after_the_mark_are_not_summed_yet(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "hub.sqlite3") as store:
        await store.save_plug(PlugRecord(uuid=KETTLE, name="kettle", registered_at=NOON))
        assert await store.energy.meter(KETTLE, 0) == 1
        await store.energy.add(batch(1000, 5))
        later = batch(2000, 5)
        await store.energy.add(Batch(samples=later.samples))
        assert await store.energy.unsummed(1999) == []
        assert await store.energy.unsummed(2000) == later.samples
        [row] = await store.energy.meters()
        assert row.total_j == 5


async def test_a_number_that_is_too_large_is_refused_in_our_words(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "hub.sqlite3") as store:
        await store.save_plug(PlugRecord(uuid=KETTLE, name="kettle", registered_at=NOON))
        assert await store.energy.meter(KETTLE, 0) == 1
        with pytest.raises(OwnplugError, match="cannot hold so large a number"):
            await store.energy.add(batch(1000, HIGHEST_J + 1))
