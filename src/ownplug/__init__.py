"""ownplug gives a Meross smart plug to its owner: its own MQTT server, its own memory, no cloud.

This module is the front door of the library and loads nothing else until it is used.
"""

__version__ = "0.1.0.dev0"

__all__ = ["__version__"]
