"""A plug as the hub shows it."""

from __future__ import annotations

from ownplug.bridges.hass.topics import Topics
from ownplug.core.identity import Uuid
from ownplug.hub import Device, Feature, Kind

UUID = Uuid("1811081234567825182734298f1a2b3c")
OTHER = Uuid("1811081234567825182734298f00ffee")
TOPICS = Topics(prefix="ownplug/hass", discovery="homeassistant")
CONFIG = TOPICS.config(UUID)
OUTLET = Feature(id="on", kind=Kind.SWITCH, name="Outlet", value=True, channel=0)
FEATURES = (
    OUTLET,
    Feature(id="power", kind=Kind.SENSOR, name="Power", unit="W", value=12.3),
    Feature(id="voltage", kind=Kind.SENSOR, name="Voltage", unit="V", value=230.1),
    Feature(id="current", kind=Kind.SENSOR, name="Current", unit="A", value=0.053),
    Feature(id="energy", kind=Kind.SENSOR, name="Energy", unit="kWh", value=1.234),
    Feature(id="energy_today", kind=Kind.SENSOR, name="Energy today", unit="kWh", value=0.1),
    Feature(id="signal", kind=Kind.SENSOR, name="Signal", unit="%", value=80.0),
    Feature(id="light", kind=Kind.SWITCH, name="Light", value=False),
    Feature(id="identify", kind=Kind.BUTTON, name="Identify"),
    Feature(id="firmware", kind=Kind.TEXT, name="Firmware", value="2.1.7"),
)
KETTLE = Device(
    uuid=UUID,
    name="kettle",
    room="Kitchen",
    model="mss310",
    hardware="2.0.0",
    firmware="2.1.7",
    is_online=True,
    features=FEATURES,
)
