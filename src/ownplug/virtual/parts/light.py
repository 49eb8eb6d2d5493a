"""The two-colour light, by which a person sees how far a plug has come."""

from __future__ import annotations

from enum import StrEnum


class Light(StrEnum):
    """What the light does."""

    OFF = "off"
    GREEN = "green"
    GREEN_FLASHING = "green flashing"
    GREEN_FLICKERING = "green flickering"
    GREEN_ORANGE = "green and orange in turn"
    RED = "red"
    RED_FLASHING = "red flashing"
    RED_FLICKERING = "red flickering"


class Stage(StrEnum):
    """What the light has to tell, from the person's point of view."""

    DARK = "dark"  # no current, or restarting
    FACTORY = "factory"
    PAIRING = "pairing"
    SEARCHING = "searching"  # for Wi-Fi, for the server, or for somebody who answers there
    HOME = "home"


def show(stage: Stage, *, relay_on: bool, do_not_disturb: bool) -> Light:
    """What the light does at `stage`.

    Source: seed (its section on the light); assumed (off at home with the relay off; do not disturb
    darkens it only at home, so that a plug in trouble can still be seen).
    """
    match stage:
        case Stage.FACTORY:
            return Light.RED_FLASHING
        case Stage.PAIRING:
            return Light.GREEN_ORANGE
        case Stage.SEARCHING:
            return Light.GREEN_FLASHING
        case Stage.HOME if relay_on and not do_not_disturb:
            return Light.GREEN
        case Stage.HOME | Stage.DARK:
            return Light.OFF
