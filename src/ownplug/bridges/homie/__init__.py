"""Plugs by the Homie convention 4.0, which openHAB and others read."""

from ownplug.bridges.homie.bridge import Homie
from ownplug.bridges.homie.description import HomieDevice, describe
from ownplug.bridges.homie.settings import HomieSettings

__all__ = ["Homie", "HomieDevice", "HomieSettings", "describe"]
