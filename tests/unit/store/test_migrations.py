"""The schema as numbered steps."""

from __future__ import annotations

import re
import sqlite3
from importlib import resources

import pytest

from ownplug.store.migrations import migrations, pending


def test_the_steps_are_numbered_from_1_without_a_gap() -> None:
    steps = migrations()
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert [int(step.name.partition("_")[0]) for step in steps] == [step.number for step in steps]


def test_every_file_of_the_schema_is_a_step_with_a_name() -> None:
    files = sorted(file.name for file in (resources.files("ownplug.store") / "schema").iterdir())
    assert files == [f"{step.name}.sql" for step in migrations()]
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.sql", file) for file in files)


def test_the_steps_build_a_database_in_which_text_is_text() -> None:
    database = sqlite3.connect(":memory:")
    for step in migrations():
        database.executescript(step.sql)
    tables = database.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
    database.close()
    ours = {name: strict for name, strict in tables if not name.startswith("sqlite_")}
    assert set(ours.values()) == {1}
    assert {"home", "plug", "user", "mqtt_retained", "mqtt_session"} <= ours.keys()


def test_a_new_database_needs_every_step_and_a_current_one_none() -> None:
    steps = migrations()
    assert pending(0, steps) == steps
    assert pending(len(steps), steps) == []


def test_a_newer_database_is_refused() -> None:
    with pytest.raises(ValueError, match="version 99 is newer than"):
        pending(99, migrations())
