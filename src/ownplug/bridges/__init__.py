"""Plugs in other systems' words: each bridge is a room of its own, which knows the hub's door and no other bridge."""
