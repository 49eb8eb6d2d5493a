"""Both sides of the comparison do the same work, and the section says what is aimed at."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from devtools import measure_energy
from devtools.measure import energy_tables
from devtools.measure_energy import BARE, BATCH, OURS, TAKEN, batches, taken_by_a_loop, taken_by_the_ledger
from devtools.measure_mqtt import Comparison
from devtools.measure_table import Sample, plain_table


def samples_in(path: Path, *, but_of_batches: int) -> list[tuple[int, ...]]:
    first_ms = 0
    for batch in batches(but_of_batches + 1):
        first_ms = batch[0][1].at_ms
    with closing(sqlite3.connect(path)) as database:
        return database.execute(
            "SELECT * FROM energy_sample WHERE at_ms >= ? ORDER BY at_ms", (first_ms,)
        ).fetchall()


def test_the_ledger_and_the_loop_write_the_same_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure_energy, "BATCHES", 6)
    ours, bare = tmp_path / "ours.sqlite3", tmp_path / "bare.sqlite3"
    assert asyncio.run(taken_by_the_ledger(ours)).value > 0
    assert asyncio.run(taken_by_a_loop(bare)).value > 0
    both = [samples_in(path, but_of_batches=2)[: 4 * BATCH] for path in (ours, bare)]
    assert len(both[0]) == 4 * BATCH
    assert [row[1:] for row in both[0]] == [row[1:] for row in both[1]]


def test_each_half_second_brings_the_other_half_of_the_plugs() -> None:
    one, other, again = ([uuid for uuid, _ in batch] for batch in batches(3))
    assert len({*one, *other}) == 2 * BATCH
    assert one == again


def test_the_section_has_aim_and_notes() -> None:
    found = Comparison(candidates=[OURS, BARE], notes=["3 MB"])
    for name, value in ((OURS, 60.0), (BARE, 100.0)):
        found.add(TAKEN, name, Sample(value=value))
    text = energy_tables(found, plain_table)
    assert "0.60" in text
    assert "≥ 0.5  met" in text
    assert "- 3 MB" in text
