"""One plug as its owner sees it, over whichever wire: ask, switch, read.

A `Link` carries one request and its reply; a `Plug` knows what to ask. What a plug can do is taken from its
own list of abilities, never from its model.
"""

from ownplug.plug.connect import connect
from ownplug.plug.features.clock import PlugClock
from ownplug.plug.features.info import PlugInfo
from ownplug.plug.features.rules import KeptRules, Rules, UnreadRule
from ownplug.plug.link import Link, check_reply
from ownplug.plug.links.http import HttpLink, config_url
from ownplug.plug.links.hub import HubLink
from ownplug.plug.links.mqtt import MqttLink
from ownplug.plug.plug import Plug

__all__ = [
    "HttpLink",
    "HubLink",
    "KeptRules",
    "Link",
    "MqttLink",
    "Plug",
    "PlugClock",
    "PlugInfo",
    "Rules",
    "UnreadRule",
    "check_reply",
    "config_url",
    "connect",
]
