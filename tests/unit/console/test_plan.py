"""What a restore would do, and that doing it is enough."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.console.keys import split_key
from ownplug.console.plan import CALIBRATION, RestoreOptions, RestorePlan, Why, plan_restore
from ownplug.core.secret import Secret
from ownplug.core.shell import SETTINGS

ALL = RestoreOptions(identity=True, calibration=True, reset=True)
OWN = {
    "factory:dev.fac.uuid": "1811081234567890123448e1e9000001",
    "factory:dev.fac.mac": "48:e1:e9:00:00:01",
    "factory:dev.fac.locale": "us",
    "STA:MacAddr": "48:e1:e9:00:00:01",
    "AP:MacAddr": "48:e1:e9:00:00:01",
    "AP:Ssid": "Meross_SW_0001",
}
NEW = {setting.key: OWN.get(setting.key, setting.default) for setting in SETTINGS}
KEY, SERVER, SSID = "meross:dev.cfg.Key", "meross:dev.cfg.Server", "STA:Ssid"


def store(changes: Mapping[str, str] | None = None) -> dict[str, Secret]:
    """The settings of a new plug, with some changed."""
    return {key: Secret(value) for key, value in {**NEW, **(changes or {})}.items()}


def plan(
    wanted: Mapping[str, str], present: Mapping[str, str], options: RestoreOptions | None = None
) -> RestorePlan:
    return plan_restore(store(wanted), store(present), options)


def written(plan: RestorePlan) -> list[str]:
    return [change.key for change in plan.changes]


def stays(plan: RestorePlan) -> dict[str, Why]:
    return {left.key: left.why for left in plan.left}


def test_equal_settings_need_nothing() -> None:
    assert plan({SSID: "Home"}, {SSID: "Home"}).is_empty
    assert plan_restore({}, store()).is_empty


def test_only_what_differs_is_written() -> None:
    found = plan({SSID: "Home", "AP:Channel": "6"}, {SSID: "Elsewhere", "AP:Channel": "6"})
    assert [(c.key, c.old, c.new) for c in found.changes] == [(SSID, Secret("Elsewhere"), Secret("Home"))]
    assert (found.resets, found.left) == ((), ())


def test_what_decides_how_the_plug_starts_comes_last() -> None:
    changes = {
        "common:OpMode": "3",
        "common:RadioOff": "1",
        SSID: "Home",
        "meross:dev.cfg.State": "1",
        "meross:dev.cfg.Bind": "1",
        KEY: "k",
        "meross:dev.enr.VRatio": "190",
        "factory:dev.fac.mode": "1",
        "factory:dev.fac.testStep": "2",
    }
    assert written(plan(changes, {}, ALL)) == [
        SSID,
        KEY,
        "meross:dev.enr.VRatio",
        "factory:dev.fac.testStep",
        "common:RadioOff",
        "common:OpMode",
        "meross:dev.cfg.Bind",
        "meross:dev.cfg.State",
        "factory:dev.fac.mode",
    ]


GUARDED = {
    **dict.fromkeys(OWN, Why.IDENTITY),
    "factory:dev.fac.mode": Why.IDENTITY,
    **dict.fromkeys(CALIBRATION, Why.CALIBRATION),
}


def test_identity_and_calibration_stay_unless_they_are_asked_for() -> None:
    wanted = dict.fromkeys(GUARDED, "7")
    assert stays(plan(wanted, {})) == GUARDED
    assert not plan(wanted, {}).impossible
    only_identity = plan(wanted, {}, RestoreOptions(identity=True))
    assert stays(only_identity) == dict.fromkeys(CALIBRATION, Why.CALIBRATION)
    assert set(written(plan(wanted, {}, ALL))) == set(GUARDED)


@pytest.mark.parametrize("value", ["My Home", "tab\there", "bell\a", "Caf\udce9", "x" * 250])
def test_what_cannot_be_typed_stays_and_is_told(value: str) -> None:
    found = plan({SSID: value}, {})
    assert stays(found) == {SSID: Why.UNTYPABLE}
    assert len(found.impossible) == 1
    assert plan({SSID: value}, {SSID: value}).is_empty


def test_a_setting_that_the_plug_does_not_have_stays_unless_it_would_be_empty() -> None:
    present = store()
    del present[SSID], present[KEY]
    found = plan_restore(store({SSID: "Home"}), present)
    assert stays(found) == {SSID: Why.ABSENT}


def test_a_setting_that_nobody_knows_is_written_like_others() -> None:
    found = plan({"meross:of.tomorrow": "1"}, {"meross:of.tomorrow": "2"})
    assert written(found) == ["meross:of.tomorrow"]


def test_only_a_reset_empties_and_only_where_it_is_allowed() -> None:
    wanted, present = {"AP:Channel": "6", KEY: "k"}, {KEY: "k", SERVER: "hub.example"}
    assert stays(plan(wanted, present)) == {SERVER: Why.EMPTY}
    found = plan(wanted, present, RestoreOptions(reset=True))
    assert found.resets == ("meross",)
    assert set(written(found)) == {"AP:Channel", KEY}  # the key is lost by the reset, and comes back
    assert not found.left


def test_what_has_another_default_cannot_be_emptied_by_a_reset() -> None:
    found = plan({SSID: ""}, {}, ALL)
    assert found.resets == ()
    assert stays(found) == {SSID: Why.UNTYPABLE}


@pytest.mark.parametrize(
    ("kept", "loses"),
    [
        ({"meross:dev.ctl.timeZone": "Here and There"}, "meross:dev.ctl.timeZone"),  # cannot be typed again
        ({"meross:dev.enr.VRatio": "190"}, ""),  # the backup has it
    ],
)
def test_a_reset_must_not_lose_what_cannot_be_written_back(kept: dict[str, str], loses: str) -> None:
    found = plan(kept, {**kept, SERVER: "hub.example"}, RestoreOptions(reset=True))
    if loses:
        assert found.resets == ()
        assert [(left.key, left.why, left.loses) for left in found.left] == [(SERVER, Why.LOSING, loses)]
    else:
        assert found.resets == ("meross",)
        assert written(found) == list(kept)


def test_a_reset_must_not_lose_a_calibration_that_only_the_plug_has() -> None:
    found = plan({}, {"meross:dev.enr.VRatio": "190", SERVER: "x"}, RestoreOptions(reset=True))
    assert found.resets == ()
    assert stays(found) == {SERVER: Why.LOSING, "meross:dev.enr.VRatio": Why.CALIBRATION}


def test_a_reset_must_not_lose_a_setting_that_the_backup_does_not_have() -> None:
    found = plan_restore(store(), store({SERVER: "x", "meross:of.tomorrow": "1"}), RestoreOptions(reset=True))
    assert [(left.key, left.loses) for left in found.left] == [(SERVER, "meross:of.tomorrow")]


def test_the_group_factory_is_never_reset() -> None:
    found = plan({}, {"factory:dev.cfg.traceInfo": "x"}, ALL)
    assert found.resets == ()
    assert stays(found) == {"factory:dev.cfg.traceInfo": Why.LOSING}


def test_a_group_is_not_reset_twice_by_one_restore() -> None:
    spent = frozenset({"meross"})
    found = plan_restore(store(), store({SERVER: "x"}), RestoreOptions(reset=True), spent=spent)
    assert found.resets == ()
    assert stays(found) == {SERVER: Why.EMPTY}


def test_what_a_reset_has_lost_comes_back_even_if_it_is_guarded() -> None:
    wanted, present = store({"meross:dev.enr.VRatio": "190"}), store()
    assert stays(plan_restore(wanted, present)) == {"meross:dev.enr.VRatio": Why.CALIBRATION}
    found = plan_restore(wanted, present, forgotten=frozenset({"meross"}))
    assert written(found) == ["meross:dev.enr.VRatio"]


VALUES = st.sampled_from(["", "0", "1", "My Home", "hub.example", "x" * 250, "\udcff"])
CHANGES = st.dictionaries(st.sampled_from(sorted(NEW)), VALUES, max_size=12)
OPTIONS = st.builds(RestoreOptions, identity=st.booleans(), calibration=st.booleans(), reset=st.booleans())


def carry_out(plan: RestorePlan, present: dict[str, Secret]) -> dict[str, Secret]:
    """What a plug makes of a plan: a reset brings defaults, and its own values."""
    after = dict(present)
    for group in plan.resets:
        after |= {key: value for key, value in store().items() if split_key(key)[0] == group}
    if not plan.resets:  # else it is planned again, with the settings as they are then
        for change in plan.changes:
            assert change.new, "an empty value cannot be written"
            after[change.key] = change.new
    return after


@given(CHANGES, CHANGES, OPTIONS)
def test_carried_out_a_plan_leads_to_the_backup_but_for_what_it_left(
    wanted: dict[str, str], present: dict[str, str], options: RestoreOptions
) -> None:
    backup, plug = store(wanted), store(present)
    before = dict(plug)
    forgotten: frozenset[str] = frozenset()
    for _ in range(3):
        planned = plan_restore(backup, plug, options, forgotten=forgotten, spent=forgotten)
        plug = carry_out(planned, plug)
        forgotten |= set(planned.resets)
    end = plan_restore(backup, plug, options, forgotten=forgotten, spent=forgotten)
    assert end.is_empty
    left = {item.key for item in end.left}
    assert {key for key in backup if plug[key] != backup[key]} == left
    for key in left:
        assert plug[key] == before[key], f"{key} was changed without becoming what is wanted"
