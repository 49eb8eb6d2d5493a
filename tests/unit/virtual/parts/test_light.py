from __future__ import annotations

import pytest

from ownplug.virtual.parts.light import Light, Stage, show


@pytest.mark.parametrize(
    ("stage", "light"),
    [
        (Stage.DARK, Light.OFF),
        (Stage.FACTORY, Light.RED_FLASHING),
        (Stage.PAIRING, Light.GREEN_ORANGE),
        (Stage.SEARCHING, Light.GREEN_FLASHING),
        (Stage.HOME, Light.GREEN),
    ],
)
def test_tells_the_stage(stage: Stage, light: Light) -> None:
    assert show(stage, relay_on=True, do_not_disturb=False) is light


def test_is_off_at_home_with_the_relay_off_or_when_it_must_not_disturb() -> None:
    assert show(Stage.HOME, relay_on=False, do_not_disturb=False) is Light.OFF
    assert show(Stage.HOME, relay_on=True, do_not_disturb=True) is Light.OFF
    assert show(Stage.SEARCHING, relay_on=True, do_not_disturb=True) is Light.GREEN_FLASHING
