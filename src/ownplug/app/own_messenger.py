"""A way for bridges to speak at the MQTT server of this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ownplug.broker import Broker
from ownplug.transport.messenger import Hear, Status


class OwnMessenger:
    """Fits `ownplug.transport.messenger.Messenger`; `own_messenger` makes one."""

    def __init__(self, broker: Broker, on_end: Callable[[Callable[[], None]], object]) -> None:
        self._broker = broker
        self._on_end = on_end

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """See `Messenger.publish`."""
        self._broker.publish(topic, payload, retain=retain)

    def listen(self, topic_filter: str, hear: Hear) -> None:
        """See `Messenger.listen`."""
        self._on_end(self._broker.attach(topic_filter, hear))

    def recall(self, topic_filter: str, hear: Hear) -> None:
        """See `Messenger.recall`."""
        for topic, payload in self._broker.kept(topic_filter):
            hear(topic, payload)


@contextmanager
def own_messenger(broker: Broker, status: Status | None) -> Iterator[OwnMessenger]:
    """Speak at our own server for as long as the context lasts; others see at `status` that somebody does."""
    with ExitStack() as stack:
        if status:
            broker.publish(status.topic, status.here, retain=True)
            stack.callback(broker.publish, status.topic, status.left, retain=True)
        yield OwnMessenger(broker, stack.callback)
