"""A link to the firmware of a virtual plug on the bench, with a wire that a test can spoil."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from tests.unit.virtual.conftest import Bench

from ownplug.core.errors import LinkBroken, LinkTimeout
from ownplug.core.meross import Message, MessageMaker, Method, as_data, decode_message, encode_message
from ownplug.core.secret import Secret
from ownplug.plug import check_reply


class BenchLink:
    """Fits `ownplug.plug.Link`.

    Attributes:
        heard: method and namespace of what was asked.
        loses_answers: to these methods.
        spoils: changes the payload of a SET on its way to the plug; None lets the plug never hear of it.
    """

    def __init__(self, bench: Bench) -> None:
        self.heard: list[tuple[str, str]] = []
        self.loses_answers: set[Method] = set()
        self.spoils: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda payload: payload
        self._bench = bench
        self._maker = MessageMaker(key=Secret(""), sender="test", new_id=lambda: secrets.token_hex(16))

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        self.heard.append((method, namespace))
        told: Any = as_data(payload)
        if method is Method.SET:
            told = self.spoils(told)
        request = self._maker.make(method, namespace, told or {}, now_s=1)
        if told is None:
            return self._maker.reply(request, Method.SETACK, {}, now_s=1)
        answer = self._bench.post(encode_message(request)).partition(b"\r\n\r\n")[2]
        if method in self.loses_answers:
            raise LinkTimeout("The answer was lost.")
        if not answer:
            raise LinkBroken("The plug dropped the connection.")
        reply = decode_message(answer)
        check_reply(request, reply, None)
        return reply

    async def close(self) -> None:
        """Nothing to close."""
