"""Plugs in Home Assistant, by its MQTT discovery: each is one device with its entities."""

from ownplug.bridges.hass.bridge import HomeAssistant
from ownplug.bridges.hass.settings import HassSettings

__all__ = ["HassSettings", "HomeAssistant"]
