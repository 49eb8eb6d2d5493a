"""Foreign programs at an MQTT server, by paho."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.secret import Secret

READY_S = 20.0


class Program:
    """A foreign program at the server: what it was told, and what it heard."""

    def __init__(self, port: int, username: str, password: str, client_id: str) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.connected: list[Any] = []
        self.granted: list[Any] = []
        self._news = threading.Condition()
        self.client: Any = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id)
        self.client.username_pw_set(username, password)
        self.client.tls_set(cert_reqs=ssl.CERT_NONE)
        self.client.tls_insecure_set(True)
        self.client.on_connect = lambda _c, _u, _f, reason, _p: self._note(self.connected, reason)
        self.client.on_subscribe = lambda _c, _u, _m, reasons, _p: self._note(self.granted, reasons[0])
        self.client.on_message = lambda _c, _u, packet: self._note(
            self.heard, (packet.topic, json.loads(packet.payload))
        )
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.wait(lambda: self.connected)

    def wait(self, look: Callable[[], Any]) -> Any:
        with self._news:
            assert self._news.wait_for(look, READY_S), self.heard
            return look()

    def subscribe(self, topic: str) -> bool:
        """Whether it may."""
        before = len(self.granted)
        self.client.subscribe(topic, qos=1)
        self.wait(lambda: len(self.granted) > before)
        return not self.granted[-1].is_failure

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        self.client.on_connect = self.client.on_subscribe = self.client.on_message = None

    def _note(self, where: list[Any], what: Any) -> None:
        with self._news:
            where.append(what)
            self._news.notify_all()


@contextmanager
def program(*arguments: Any) -> Iterator[Program]:
    made = Program(*arguments)
    try:
        yield made
    finally:
        made.leave()


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def answer_as_home(app: Program, key: str) -> None:
    """Tell plugs the time and acknowledge their bind, as little as a home can do."""
    note = app.client.on_message

    def answer(client: Any, data: Any, packet: Any) -> None:
        note(client, data, packet)
        header = json.loads(packet.payload)["header"]
        uuid = packet.topic.split("/")[2]
        match header["method"], header["namespace"]:
            case "PUSH", "Appliance.System.Clock":
                send(
                    app, uuid, key, Method.PUSH, header["namespace"], {"clock": {"timestamp": 1_800_000_000}}
                )
            case "SET", "Appliance.Control.Bind":
                send(app, uuid, key, Method.SETACK, header["namespace"], {})

    app.client.on_message = answer


def send(
    app: Program,
    uuid: str,
    key: str,
    method: Method,
    namespace: str,
    payload: object,
    *,
    sender: str = "/app/1/subscribe",
) -> None:
    maker = MessageMaker(key=Secret(key), sender=sender, new_id=lambda: "ab" * 16)
    message = maker.make(method, namespace, payload, now_s=1_800_000_000)
    app.client.publish(f"/appliance/{uuid}/subscribe", encode_message(message), qos=1)
