"""Plugs in Apple's Home: a HomeKit bridge with an outlet for each, and what Eve shows besides."""

from ownplug.bridges.homekit.bridge import Homekit, HomekitView
from ownplug.bridges.homekit.qr import qr_rows, qr_svg
from ownplug.bridges.homekit.settings import HomekitSettings

__all__ = ["Homekit", "HomekitSettings", "HomekitView", "qr_rows", "qr_svg"]
