"""A plug that says only what a real one was recorded to say: bytes in, bytes out, whatever carries them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from ownplug.core.errors import LinkBroken, LinkClosed
from ownplug.core.meross import Message, MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross.namespaces import ErrorCode
from ownplug.core.meross.topics import device_outbox
from ownplug.core.secret import Secret
from ownplug.plug import check_reply
from ownplug.testing.recordings import UUID, Row

KEY = Secret("0123456789abcdef0123456789abcdef")
NOW_S = 1676020480.25  # when the MSS310R was recorded

_REPLIES = {
    Method.GET: Method.GETACK,
    Method.SET: Method.SETACK,
    Method.DELETE: Method.DELETEACK,
    Method.PUSH: Method.PUSH,
}


class RecordedPlug:
    """Answers each question as recorded, in the recorded order; the last answer is repeated for ever.

    Args:
        rows: of one recording (`ownplug.testing.recordings.read_recording`).
        key: what requests must be signed with, and what answers are.
        uuid: who it says it is in the header.

    Attributes:
        heard: every request that was signed, in order.
    """

    def __init__(self, rows: Iterable[Row], *, key: Secret = KEY, uuid: str = UUID) -> None:
        self.heard: list[Message] = []
        self._key = key
        self._maker = MessageMaker(
            key=key,
            sender=device_outbox(uuid),
            new_id=lambda: secrets.token_hex(16),
            with_milliseconds=True,
        )
        self._answers: dict[tuple[str, str], list[object]] = {}
        for row in rows:
            if row.is_told:
                self._answers.setdefault((row.namespace, row.method), []).append(row.payload)

    def answer(self, data: bytes) -> bytes | None:
        """Answer the bytes of a request; None where the plug drops the connection.

        Raises:
            Malformed: that is no request.
        """
        request = decode_message(data)
        if not request.is_signed(self._key):
            error = {"error": {"code": int(ErrorCode.BAD_SIGNATURE), "detail": "sign error"}}
            return encode_message(self._maker.reply(request, Method.ERROR, error, now_s=NOW_S))
        self.heard.append(request)
        method = _REPLIES[Method(request.method)]
        answers = self._answers.get((request.namespace, method))
        if not answers:
            return None
        payload = answers.pop(0) if len(answers) > 1 else answers[0]
        return encode_message(self._maker.reply(request, method, payload, now_s=NOW_S))

    def push(self, namespace: str, payload: object) -> bytes:
        """Make a message that nobody asked for."""
        return encode_message(self._maker.make(Method.PUSH, namespace, payload, now_s=NOW_S))


class RecordedLink:
    """A link to a recorded plug without any wire; fits `ownplug.plug.Link`."""

    def __init__(self, plug: RecordedPlug, *, key: Secret = KEY) -> None:
        self._plug = plug
        self._key = key
        self._closed = False
        self._maker = MessageMaker(key=key, sender="recorded", new_id=lambda: secrets.token_hex(16))

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        """See `Link.request`."""
        if self._closed:
            raise LinkClosed("The link to the plug was closed by this side.")
        request = self._maker.make(method, namespace, payload, now_s=NOW_S)
        answer = self._plug.answer(encode_message(request))
        if answer is None:
            raise LinkBroken(f"The recorded plug never answered {method} {namespace}.")
        reply = decode_message(answer)
        check_reply(request, reply, self._key)
        return reply

    async def close(self) -> None:
        """See `Link.close`."""
        self._closed = True
