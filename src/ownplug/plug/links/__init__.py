"""The ways to reach a plug: by its own HTTP, through an MQTT server, through a hub."""
