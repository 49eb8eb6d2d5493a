"""The vendor's HTTP interface, for programs written for the vendor's cloud: they sign in here, and find the plugs.

All that they ask of a plug afterwards goes over the home's own MQTT server, or to the plug itself.
"""

from ownplug.bridges.cloud.calls import Cloud
from ownplug.bridges.cloud.server import open_cloud
from ownplug.bridges.cloud.settings import CloudSettings

__all__ = ["Cloud", "CloudSettings", "open_cloud"]
