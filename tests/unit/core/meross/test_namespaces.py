"""Namespaces are the wire's own, and refusals read as sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ownplug.core.meross import namespaces
from ownplug.core.meross.namespaces import describe_error

# Named by documents only: no recording lists them.
NOT_RECORDED = {"Appliance.Encrypt.ECDHE", "Appliance.Encrypt.Suite", "Appliance.Config.OverTemp"}


def constants() -> set[str]:
    return {value for name, value in vars(namespaces).items() if name.isupper() and isinstance(value, str)}


def abilities(folder: Path) -> set[str]:
    """Every ability that a recorded device lists."""
    found: set[str] = set()
    for file in sorted((folder / "traces").glob("*.json")):
        found |= set(json.loads(file.read_text())["data"]["payload"]["ability"])
    for line in (folder / "traces" / "mss310r-hw2.0.0-fw2.1.4.csv").read_text().splitlines():
        *_, namespace, payload = line.split("\t")
        if namespace == namespaces.SYSTEM_ABILITY and payload.startswith('{"Appliance'):
            found |= set(json.loads(payload))
    return found


def test_each_namespace_is_spelt_as_a_recorded_device_spells_it(reference: Path) -> None:
    assert constants() - abilities(reference) == NOT_RECORDED


def test_no_namespace_has_two_names() -> None:
    names = [name for name, value in vars(namespaces).items() if name.isupper() and isinstance(value, str)]
    assert len(names) == len(constants())


@pytest.mark.parametrize(
    ("code", "detail", "sentence"),
    [
        (5000, "", "The plug does not support this request, or it failed."),
        (5001, "sign error", "The plug refused the signature: this is not its key."),
        (5003, "", "The plug answered with error 5003."),
        (5003, "busy", "The plug answered with error 5003. It says: busy."),
        (-1, "what", "The plug answered with error -1. It says: what."),
        (10**30, "", f"The plug answered with error {10**30}."),
    ],
)
def test_an_error_code_is_described_in_a_sentence(code: int, detail: str, sentence: str) -> None:
    assert describe_error(code, detail) == sentence
