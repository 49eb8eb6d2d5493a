from __future__ import annotations

from dataclasses import fields

import pytest

from ownplug.core.errors import UsageError
from ownplug.virtual import PROFILES, Profile, find_profile

# From the notes on captures, section 6.2, in the order in which the plug tells them.
ABILITIES = """Config.Key, Config.WifiList, Config.Wifi, Config.Trace, System.All, System.Hardware, System.Firmware,
System.Debug, System.Online, System.Time, System.Clock, System.Ability, System.Runtime, System.Report, System.Position,
System.DNDMode, Control.Multiple, Control.ToggleX, Control.TimerX, Control.TriggerX, Control.Bind, Control.Unbind,
Control.Upgrade, Control.ConsumptionX, Control.Electricity, Control.ConsumptionConfig, Digest.TriggerX, Digest.TimerX"""


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_each_fact_has_its_evidence(profile: Profile) -> None:
    assert set(profile.evidence) == {field.name for field in fields(Profile)}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_has_the_28_abilities_in_the_recorded_order(profile: Profile) -> None:
    assert list(profile.abilities) == [
        f"Appliance.{name}" for name in ABILITIES.replace("\n", " ").split(", ")
    ]


def test_the_short_name_is_the_plug_of_the_teardown_page() -> None:
    assert find_profile("mss310").name == "mss310@2.1.7"
    assert find_profile("mss310r@2.1.4").model.sub_type == "un"


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(UsageError) as caught:
        find_profile("mss999")
    assert "mss310r@2.1.4" in caught.value.hint
