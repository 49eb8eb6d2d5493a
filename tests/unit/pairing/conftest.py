"""A plug as a link that answers by a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ownplug.core.meross import Header, Message, Method, as_data, raw_payload

Answer = dict[str, Any] | Exception | Callable[[dict[str, Any]], dict[str, Any]]


class ScriptedLink:
    """Answers each namespace as it is told: with a payload, an error, or what a call makes of the question."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        self.asked.append((method, namespace, as_data(payload)))
        answer = self.answers.get(namespace, {})
        if isinstance(answer, Exception):
            raise answer
        told = answer(as_data(payload)) if callable(answer) else answer
        header = Header(
            message_id="1", namespace=namespace, method=f"{method}ACK", sender="", timestamp=0, sign=""
        )
        return Message(header=header, payload=raw_payload(told))

    async def close(self) -> None:
        """Nothing to close."""
