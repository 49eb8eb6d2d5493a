"""Plugs as plain topics, for everything that reads and writes MQTT and knows nothing else."""

from ownplug.bridges.mqtt.bridge import PlainMqtt
from ownplug.bridges.mqtt.names import topic_level
from ownplug.bridges.mqtt.settings import MqttSettings

__all__ = ["MqttSettings", "PlainMqtt", "topic_level"]
