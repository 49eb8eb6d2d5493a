"""The MQTT server: MQTT 3.1 and 3.1.1 over TLS, made for plugs that no ready-made server takes.

The rules of MQTT are in `ownplug.core.mqtt`; here are sockets, TLS, limits and the local client. Who may come
in and do what is decided by a `Gatekeeper` from outside.
"""

from __future__ import annotations

from ownplug.broker.broker import Broker
from ownplug.broker.ports import Connection, Gatekeeper, Listener, SessionStore
from ownplug.broker.settings import BrokerSettings
from ownplug.core.mqtt import Access

__all__ = ["Access", "Broker", "BrokerSettings", "Connection", "Gatekeeper", "Listener", "SessionStore"]
