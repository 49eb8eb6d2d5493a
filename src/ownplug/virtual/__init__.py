"""A plug pretended: what real software cannot tell from an MSS310.

`parts` and `firmware` are pure: physics and decisions, with time as an argument and chance as a callable.
`board` gives them sockets. Who wants a plug in a test or a demo takes `VirtualPlug`; nothing of it is imported by
the product.
"""

from ownplug.virtual.air import AccessPoint, Air, JoinFailure
from ownplug.virtual.air_file import load_air
from ownplug.virtual.control import ask_control, is_alive, open_control
from ownplug.virtual.faults import FAULTS, Fault, Faults, parse_faults
from ownplug.virtual.firmware.image import Image, parse_image, render_image
from ownplug.virtual.firmware.signals import LifeState
from ownplug.virtual.firmware.timing import Timing
from ownplug.virtual.fleet import Fleet, FleetStatus, at_home
from ownplug.virtual.hand import Hand
from ownplug.virtual.loads import LOADS, parse_load
from ownplug.virtual.parts.hlw8032 import Pace
from ownplug.virtual.parts.light import Light
from ownplug.virtual.parts.outlet import Load, Segment, parse_curve, washer
from ownplug.virtual.plug import VirtualPlug, VirtualPlugSettings
from ownplug.virtual.profiles import Profile, find_profile, profile_names
from ownplug.virtual.status import PlugStatus
from ownplug.virtual.wires import Wire, WireText

__all__ = [
    "FAULTS",
    "LOADS",
    "AccessPoint",
    "Air",
    "Fault",
    "Faults",
    "Fleet",
    "FleetStatus",
    "Hand",
    "Image",
    "JoinFailure",
    "LifeState",
    "Light",
    "Load",
    "Pace",
    "PlugStatus",
    "Profile",
    "Segment",
    "Timing",
    "VirtualPlug",
    "VirtualPlugSettings",
    "Wire",
    "WireText",
    "ask_control",
    "at_home",
    "find_profile",
    "is_alive",
    "load_air",
    "open_control",
    "parse_curve",
    "parse_faults",
    "parse_image",
    "parse_load",
    "profile_names",
    "render_image",
    "washer",
]
