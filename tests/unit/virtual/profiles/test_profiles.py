from __future__ import annotations

from dataclasses import fields

import pytest

from ownplug.core.errors import UsageError
from ownplug.core.meross import namespaces as ns
from ownplug.virtual import Profile, find_profile, profile_names

# From the notes on captures, section 6.2, in the order in which the plug tells them.
ABILITIES = """Config.Key, Config.WifiList, Config.Wifi, Config.Trace, System.All, System.Hardware, System.Firmware,
System.Debug, System.Online, System.Time, System.Clock, System.Ability, System.Runtime, System.Report, System.Position,
System.DNDMode, Control.Multiple, Control.ToggleX, Control.TimerX, Control.TriggerX, Control.Bind, Control.Unbind,
Control.Upgrade, Control.ConsumptionX, Control.Electricity, Control.ConsumptionConfig, Digest.TriggerX, Digest.TimerX"""

# How many, by section 6.1 of the notes; of mss310@6.1.12 the 28 and WifiX.
COUNTS = {
    "mss310@2.1.7": 28,
    "mss310r@2.1.4": 28,
    "mss310@2.1.17": 28,
    "mss310@1.1.18": 24,
    "mss310@6.1.12": 29,
    "mss110@7.3.37": 32,
    "mss210@1.1.12": 22,
    "mss425e@2.1.2": 24,
    "em06@2.3.8": 27,
}


@pytest.mark.parametrize("name", profile_names())
def test_each_fact_has_its_evidence(name: str) -> None:
    profile = find_profile(name)
    assert profile.name == name
    assert name == f"{profile.model.type}@{profile.firmware.version}"
    assert set(profile.evidence) == {field.name for field in fields(Profile)} - {"name", "evidence"}
    marks = ("seed", "capture:", "protocol notes ", "assumed")
    assert all(source.startswith(marks) for source in profile.evidence.values())


def test_the_plugs_of_the_notes_are_there_with_as_many_abilities() -> None:
    assert {name: len(find_profile(name).abilities) for name in profile_names()} == COUNTS


@pytest.mark.parametrize("name", ["mss310@2.1.7", "mss310r@2.1.4", "mss310@2.1.17"])
def test_the_second_generation_has_the_28_abilities_in_the_recorded_order(name: str) -> None:
    assert list(find_profile(name).abilities) == [
        f"Appliance.{each}" for each in ABILITIES.replace("\n", " ").split(", ")
    ]


def test_a_short_name_is_the_best_known_plug_of_that_model() -> None:
    assert find_profile("mss310").name == "mss310@2.1.7"
    assert find_profile("mss425e").relays == (0, 1, 2, 3, 4)
    assert find_profile("em06").clamps == (1, 2, 3, 4, 5, 6)


def test_what_is_inherited_is_not_evidence_for_this_one() -> None:
    newest = find_profile("mss310@2.1.17")
    assert newest.evidence["day_order"] == "assumed (as mss310r@2.1.4)"
    assert newest.evidence["electricity_has_config"] == "protocol notes 5.4"
    assert "day_order" in newest.inferred
    assert "electricity_has_config" not in newest.inferred


def test_parameters_of_abilities_are_kept() -> None:
    assert find_profile("mss110").abilities[ns.CONTROL_MULTIPLE] == {"maxCmdNum": 3}


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(UsageError) as caught:
        find_profile("mss999")
    assert "mss310r@2.1.4" in caught.value.hint
