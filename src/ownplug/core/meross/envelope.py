"""One message of the plug's language: a signed header and a payload, the same over HTTP and MQTT.

Reading is in two steps. The header is typed at once, so that a message can be checked and routed; the
payload stays as the bytes that came until somebody asks for it, as plain values (`data`) or as a type
(`read`). Nothing that a plug sends is lost on the way: what a type does not know is still in `data`.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from ownplug.core.errors import Malformed
from ownplug.core.meross.sign import sign
from ownplug.core.secret import Secret

P = TypeVar("P")

# Far above any message seen (6.7 kB from an EM06), far below what would hurt.
# Source: capture:em06-fw2.3.8.
MAX_MESSAGE_BYTES = 256 * 1024


class Method(StrEnum):
    """What a message wants, or what kind of answer it is."""

    GET = "GET"
    SET = "SET"
    PUSH = "PUSH"
    DELETE = "DELETE"
    GETACK = "GETACK"
    SETACK = "SETACK"
    DELETEACK = "DELETEACK"
    ERROR = "ERROR"

    @property
    def is_reply(self) -> bool:
        """Whether this answers a request."""
        return self in _REPLIES


_REPLIES = frozenset({Method.GETACK, Method.SETACK, Method.DELETEACK, Method.ERROR})


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who says what to whom, and the proof that the sender holds the key.

    The field order is that of a plug of the MT7682 generation.
    """

    message_id: str = msgspec.field(name="messageId")
    namespace: str
    method: str
    payload_version: int | msgspec.UnsetType = msgspec.field(name="payloadVersion", default=msgspec.UNSET)
    # A factory, so that an empty `from` is written: some firmware drops a request without the field.
    # Source: capture (MSS110 7.2.3, protocol notes, 1.1).
    sender: str = msgspec.field(name="from", default_factory=str)
    timestamp: int  # seconds since 1970
    timestamp_ms: int | msgspec.UnsetType = msgspec.field(name="timestampMs", default=msgspec.UNSET)
    sign: str
    trigger_src: str | None = msgspec.field(name="triggerSrc", default=None)
    uuid: str | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A header and the payload as it came."""

    header: Header
    payload: msgspec.Raw

    @property
    def namespace(self) -> str:
        """The subject, `Appliance.<Group>.<Name>`."""
        return self.header.namespace

    @property
    def method(self) -> str:
        """The wire's own word; compare with `Method`."""
        return self.header.method

    def is_signed(self, key: Secret) -> bool:
        """Whether the header was signed with `key`; says nothing about the payload."""
        # backslashreplace: JSON can carry lone surrogates that UTF-8 cannot.
        offered = self.header.sign.lower().encode("utf-8", "backslashreplace")
        return hmac.compare_digest(sign(self.header.message_id, key, self.header.timestamp).encode(), offered)

    def data(self) -> dict[str, Any]:
        """Return the payload as plain values, everything in it.

        Raises:
            Malformed: the payload is not a JSON object.
        """
        return self.read(dict[str, Any])

    def read(self, kind: type[P]) -> P:
        """Return the payload as `kind`, one of `ownplug.core.meross.payloads`.

        Raises:
            Malformed: the payload does not have that shape.
        """
        try:
            # Numbers in quotes are accepted: plugs send ports both ways.
            return msgspec.json.decode(self.payload, type=kind, strict=False)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise Malformed(
                f"The payload of {self.namespace} {self.method} is not readable: {error}"
            ) from error


_decoder = msgspec.json.Decoder(Message)
_encoder = msgspec.json.Encoder()


def decode_message(data: bytes) -> Message:
    """Read one message from the bytes of a body or packet.

    Raises:
        Malformed: any bytes that are not a message, whatever they are.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        raise Malformed(f"A message of {len(data)} bytes is larger than any plug sends.")
    try:
        message = _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed(f"Not a message: {error}") from error
    if not bytes(message.payload).lstrip().startswith(b"{"):
        raise Malformed("Not a message: its payload is not a JSON object.")
    return message


def encode_message(message: Message) -> bytes:
    """Write a message as compact JSON, as plugs do."""
    return _encoder.encode(message)


class MessageMaker:
    """Makes signed messages for one sender.

    Args:
        key: the key that the plug shares with its home.
        sender: the topic or address for the header's `from`; over MQTT the plug replies to it.
        new_id: makes a message id: 32 hexadecimal characters, never the same twice.
        uuid: written into the header by plugs of 2022 and later.
        trigger_src: what made the sender speak, as newer programs and plugs say.
        with_milliseconds: send `timestampMs`, as every captured plug does.
    """

    def __init__(
        self,
        *,
        key: Secret,
        sender: str,
        new_id: Callable[[], str],
        uuid: str | None = None,
        trigger_src: str | None = None,
        with_milliseconds: bool = False,
    ) -> None:
        self.key = key
        self._sender = sender
        self._new_id = new_id
        self._uuid = uuid
        self._trigger_src = trigger_src
        self._with_milliseconds = with_milliseconds

    def make(self, method: Method, namespace: str, payload: object, *, now_s: float) -> Message:
        """Return a new message; `payload` is a mapping or a payload type."""
        return self._signed(self._new_id(), method, namespace, payload, now_s)

    def reply(self, request: Message, method: Method, payload: object, *, now_s: float) -> Message:
        """Return the answer to `request`: same message id and namespace."""
        return self._signed(request.header.message_id, method, request.namespace, payload, now_s)

    def _signed(
        self, message_id: str, method: Method, namespace: str, payload: object, now_s: float
    ) -> Message:
        seconds = int(now_s)
        header = Header(
            message_id=message_id,
            namespace=namespace,
            method=method.value,
            payload_version=1,
            sender=self._sender,
            timestamp=seconds,
            timestamp_ms=int((now_s - seconds) * 1000) if self._with_milliseconds else msgspec.UNSET,
            sign=sign(message_id, self.key, seconds),
            trigger_src=self._trigger_src,
            uuid=self._uuid,
        )
        return Message(header=header, payload=raw_payload(payload))


def raw_payload(payload: object) -> msgspec.Raw:
    """Encode a mapping or payload type for `Message.payload`."""
    return msgspec.Raw(_encoder.encode(payload))


def as_data(payload: object) -> dict[str, Any]:
    """Return a payload type or mapping as the plain values that go on the wire."""
    return msgspec.json.decode(_encoder.encode(payload), type=dict[str, Any])
