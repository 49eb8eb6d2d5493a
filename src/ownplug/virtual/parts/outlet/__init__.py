"""What is behind the relay: the mains, and the appliance that is plugged in.

This is the one truth about power and energy of a virtual plug; the meter's chip measures it and knows nothing else.
It depends on time alone, never on how often somebody looks, and its integral is exact.
"""

from ownplug.virtual.parts.outlet.curve import parse_curve
from ownplug.virtual.parts.outlet.household import fan_heater, fridge
from ownplug.virtual.parts.outlet.load import Load, Segment
from ownplug.virtual.parts.outlet.outlet import SLOT_S, Noise, Outlet, no_noise
from ownplug.virtual.parts.outlet.washer import washer

__all__ = [
    "SLOT_S",
    "Load",
    "Noise",
    "Outlet",
    "Segment",
    "fan_heater",
    "fridge",
    "no_noise",
    "parse_curve",
    "washer",
]
