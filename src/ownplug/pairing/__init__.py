"""Taking ownership of a plug: told step by step, and done only when the plug is at home.

A plug in pairing mode checks no signature and belongs to whoever speaks to it first. What is told to it here is
what the vendor's app tells it, in the same order.
"""

from ownplug.pairing.by_http import GatewayAddress, HomeToJoin, Phase, Step, Waiting, pair_by_http
from ownplug.pairing.wifi import WifiNetwork

__all__ = [
    "GatewayAddress",
    "HomeToJoin",
    "Phase",
    "Step",
    "Waiting",
    "WifiNetwork",
    "pair_by_http",
]
