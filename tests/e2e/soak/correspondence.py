"""A foreign program, paho, that writes by MQTT as fast as it may, and remembers what the hub acknowledged.

It leaves retained messages, writes to somebody who is away and whose session is kept, and sends commands to plugs that
are away, to be kept for them if the hub did such a thing.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.secret import Secret

NAME, PASSWORD = "anna", "a long password"
FILTERS = ["kept/#", "mail/#", "/appliance/#"]
TOPICS = 40  # with a retained message
MOST_OPEN = 20  # messages that are not acknowledged yet
PATIENCE_S = 30.0
LAST = "mail/last"


class Correspondence:
    """What was written over all lives of the hub, and what of it was acknowledged.

    Args:
        port: of the MQTT server, without TLS.
        key: of the home: plugs obey what is signed with it.
        chance: decides what is written.
    """

    def __init__(self, port: int, key: Secret, chance: random.Random) -> None:
        self.letters: set[int] = set()
        """Numbers of messages to the absent reader that were acknowledged."""
        self.commands = 0
        """Acknowledged messages to inboxes of plugs."""
        self.kept = 0
        """Acknowledged retained messages."""
        self._port = port
        self._chance = chance
        self._maker = MessageMaker(key=key, sender="/app/1-judge/subscribe", new_id=lambda: "ab" * 16)
        self._numbers = itertools.count(1)
        self._retained: defaultdict[str, set[int]] = defaultdict(set)  # by topic, what may be there
        self._read: set[int] = set()

    def subscribe_reader(self) -> None:
        """Let the reader ask for its letters, and go away."""
        with self._client("reader", clean=False) as client:
            _ask_for(client, "mail/#")

    @contextmanager
    def during(self, absent: dict[str, bool]) -> Iterator[None]:
        """Write in a thread until the body ends or the hub does.

        Args:
            absent: plugs that are sent commands meanwhile, and to which side.
        """
        is_over = threading.Event()
        with self._client("writer") as client:
            thread = threading.Thread(target=self._write, args=(client, absent, is_over))
            thread.start()
            try:
                yield
            finally:
                is_over.set()
                thread.join()

    def command(self, uuid: str, *, on: bool) -> None:
        """Leave a retained command for a plug that is there: it obeys, and must not be told again later."""
        with self._client("commander") as client:
            told = client.publish(*self._switching(uuid, on=on), qos=1, retain=True)
            _loop_until(client, told.is_published)

    def check(self) -> None:
        """Look at what is kept: nothing that was acknowledged is missing, and nothing waits for a plug."""
        for topic, number in self._what_newcomers_hear().items():
            assert not topic.startswith("/appliance/"), f"{topic} was kept"
            assert number in self._retained[topic], f"{topic} has {number}, not {self._retained[topic]}"
            self._retained[topic] = {number}
        self._read |= self._what_waits()
        missing = self.letters - self._read
        assert not missing, f"{len(missing)} letters were acknowledged and are lost"

    def _what_newcomers_hear(self) -> dict[str, int]:
        heard: dict[str, int] = {}
        with self._client("newcomer") as client:

            def note(_: Any, __: Any, packet: Any) -> None:
                if packet.retain:
                    is_command = packet.topic.startswith("/appliance/")
                    heard[packet.topic] = 0 if is_command else int(packet.payload)

            client.on_message = note
            _ask_for(client, "kept/#", "/appliance/#")
            self._end_of(client)
        must = {topic for topic, possible in self._retained.items() if 0 not in possible}
        assert must <= heard.keys(), f"{sorted(must - heard.keys())} were kept and are lost"
        return heard

    def _what_waits(self) -> set[int]:
        heard: list[str] = []
        with self._client("reader", clean=False, hears=heard) as client:
            _ask_for(client, "mail/#")
            client.publish(LAST, "0", qos=1)
            _loop_until(client, lambda: LAST in heard[-1:])
        return {int(word) for word in heard if word != LAST}

    def _end_of(self, client: Any) -> None:
        """Hear all that is on its way: what is asked for afterwards is answered afterwards."""
        told = client.publish(LAST, "0", qos=1)
        _loop_until(client, told.is_published)

    def _write(self, client: Any, absent: dict[str, bool], is_over: threading.Event) -> None:
        opened: dict[int, Callable[[], None]] = {}
        client.on_publish = lambda _c, _d, mid, _r, _p: opened.pop(mid)()
        while not is_over.is_set():
            if len(opened) < MOST_OPEN:
                mid, acknowledged = self._write_one(client, absent)
                opened[mid] = acknowledged
            if client.loop(timeout=0.002) != paho.MQTT_ERR_SUCCESS:
                return  # the hub was killed; what it said before was heard

    def _write_one(self, client: Any, absent: dict[str, bool]) -> tuple[int, Callable[[], None]]:
        number = next(self._numbers)
        match self._chance.choice(["retained", "letter", "command"] if absent else ["retained", "letter"]):
            case "retained":
                topic = f"kept/{self._chance.randrange(TOPICS)}"
                self._retained[topic] |= {number} if topic in self._retained else {0, number}
                mid = client.publish(topic, str(number), qos=1, retain=True).mid
                return mid, lambda: self._is_kept(topic, number)
            case "letter":
                return client.publish("mail/all", str(number), qos=1).mid, lambda: self.letters.add(number)
            case _:
                uuid = self._chance.choice(list(absent))
                message = self._switching(uuid, on=absent[uuid])
                mid = client.publish(*message, qos=1, retain=self._chance.random() < 0.5).mid
                return mid, self._count_command

    def _is_kept(self, topic: str, number: int) -> None:
        self.kept += 1
        self._retained[topic] = {each for each in self._retained[topic] if each >= number}

    def _count_command(self) -> None:
        self.commands += 1

    def _switching(self, uuid: str, *, on: bool) -> tuple[str, bytes]:
        payload = {"togglex": {"channel": 0, "onoff": int(on)}}
        message = self._maker.make(Method.SET, "Appliance.Control.ToggleX", payload, now_s=time.time())  # noqa: TID251 - plugs compare it with theirs
        return f"/appliance/{uuid}/subscribe", encode_message(message)

    @contextmanager
    def _client(self, client_id: str, *, clean: bool = True, hears: list[str] | None = None) -> Iterator[Any]:
        client: Any = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=clean)
        client.username_pw_set(NAME, PASSWORD)
        if hears is not None:
            client.on_message = lambda _c, _d, packet: hears.append(
                LAST if packet.topic == LAST else packet.payload.decode()
            )
        client.connect("127.0.0.1", self._port)
        _loop_until(client, client.is_connected)
        try:
            yield client
        finally:
            client.disconnect()
            client.loop(timeout=0.01)
            client.on_message = client.on_publish = None


def _ask_for(client: Any, *filters: str) -> None:
    granted: list[int] = []
    client.on_subscribe = lambda _c, _d, _m, reasons, _p: granted.extend(each.value for each in reasons)
    client.subscribe([(each, 1) for each in filters])
    _loop_until(client, lambda: granted)
    assert granted == [1] * len(filters)


def _loop_until(client: Any, is_so: Callable[[], Any]) -> None:
    end_s = time.monotonic() + PATIENCE_S  # noqa: TID251 - a real program takes real time
    while not is_so():
        assert client.loop(timeout=0.05) == paho.MQTT_ERR_SUCCESS
        assert time.monotonic() < end_s  # noqa: TID251
