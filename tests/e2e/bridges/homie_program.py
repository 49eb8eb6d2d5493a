"""A program that uses `homieclient` from PyPI, unmodified: says what it finds, a line of JSON each time it is asked.

Reads its orders as one JSON object from the first line of stdin; then each line asks for all devices, or is
`TOPIC PAYLOAD` to be written.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from homieclient import HomieClient


def seen(client: HomieClient) -> dict[str, Any]:
    return {
        device.id: {
            "name": device.name,
            "state": device.state,
            "homie": device.homie,
            "is_ready": device.is_ready(),
            "nodes": {
                node.id: {each: getattr(node, each) for each in node.properties} for node in device.nodes
            },
        }
        for device in client.devices
    }


def main() -> None:
    orders = json.loads(sys.stdin.readline())
    client = HomieClient(server=orders["host"], port=orders["port"])
    updates: list[Any] = []
    client.on_property_updated = lambda node, name, value: updates.append(
        [node.device.id, name, value["value"]]
    )
    client.client.username_pw_set(orders["username"], orders["password"])
    client.connect()
    for line in sys.stdin:
        topic, _, payload = line.strip().partition(" ")
        if topic:
            client.client.publish(topic, payload)
        threading.Event().wait(0.2)
        sys.stdout.write(json.dumps({"devices": seen(client), "updates": updates}) + "\n")
        sys.stdout.flush()
    client.disconnect()


if __name__ == "__main__":
    main()
