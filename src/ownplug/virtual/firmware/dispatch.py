"""From the bytes of a request to the bytes of its reply: signature, table, errors, and commands in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ownplug.core.errors import DeviceError, Malformed
from ownplug.core.meross import Message, MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.sign import sign
from ownplug.core.meross.topics import device_outbox
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.fields import is_utf8, objects, part
from ownplug.virtual.firmware.handlers.table import HANDLERS, REPLY_METHODS

_ID_LIMIT = 128  # characters of a message id. Source: assumed
_BAD_SIGNATURE = {"error": {"code": int(ns.ErrorCode.BAD_SIGNATURE), "detail": "sign error"}}

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request that was understood, and the reply to it."""

    request: Message
    method: Method
    body: bytes

    @property
    def is_reply(self) -> bool:
        """Whether the request asked for an answer: a push over MQTT does not."""
        return self.request.method != Method.PUSH


def answer(device: Device, data: bytes) -> Answered | None:
    """Carry out the request in `data`; None: no answer, the connection drops.

    Source: captures (protocol notes, 1.2 to 1.4: an unpaired plug checks no signature, a paired one
    checks all; what it does not know it drops).
    """
    try:
        request = _read(data)
        reply = _reply_to(device, request)
    except Malformed:
        return None
    return reply


def _read(data: bytes) -> Message:
    request = decode_message(data)
    header = request.header
    if len(header.message_id) > _ID_LIMIT or not is_utf8(
        header.message_id + header.namespace + header.sender
    ):
        raise Malformed("The header cannot be repeated in a reply.")
    return request


def _reply_to(device: Device, request: Message) -> Answered | None:
    # Made first: a request that changes the key is answered with the key that signed it.
    maker = MessageMaker(
        key=device.key, sender=device_outbox(device.uuid.text), new_id=device.hex_id, with_milliseconds=True
    )
    if device.is_paired and not request.is_signed(maker.key):
        outcome: tuple[Method, Payload] | None = (Method.ERROR, _BAD_SIGNATURE)
    elif request.namespace == ns.CONTROL_MULTIPLE:
        outcome = _multiple(device, request, maker)
    else:
        outcome = _carry_out(device, request.namespace, request.method, request.data())
    if outcome is None:
        return None
    method, payload = outcome
    message = maker.reply(request, method, payload, now_s=device.unix_s)
    return Answered(request=request, method=method, body=encode_message(message))


def _carry_out(
    device: Device, namespace: str, method: str, payload: Payload
) -> tuple[Method, Payload] | None:
    """Method and payload of the reply; None to drop the connection.

    Raises:
        Malformed: the same, because the request makes no sense.
    """
    handler = HANDLERS.get((namespace, method))
    if handler is None or namespace not in device.profile.abilities:
        raise Malformed(f"{method} {namespace} is not answered.")
    try:
        reply = handler(device, payload)
    except DeviceError as refusal:
        return Method.ERROR, {"error": {"code": refusal.device_code}}
    return None if reply is None else (REPLY_METHODS[method], reply)


def _multiple(device: Device, request: Message, maker: MessageMaker) -> tuple[Method, Payload]:
    """Carry out several commands.

    Source: captures of 2.1.17 (protocol notes, 5.10: above two commands or about 900 bytes the
    connection drops, whatever `maxCmdNum` says).
    """
    if request.method != Method.SET or len(bytes(request.payload)) > device.profile.multiple_max_bytes:
        raise Malformed("Too long, or not SET.")
    commands = objects(request.data(), "multiple")
    if len(commands) > device.profile.multiple_max_commands:
        raise Malformed("Too many commands.")
    return Method.SETACK, {"multiple": [_inner(device, command, maker) for command in commands]}


def _inner(device: Device, command: Payload, maker: MessageMaker) -> Payload:
    """One command of several: what would drop the connection is an ERROR entry here."""
    asked = part(command, "header")
    namespace, method = asked.get("namespace"), asked.get("method")
    payload = command.get("payload", {})
    if not (isinstance(namespace, str) and isinstance(method, str) and isinstance(payload, dict)):
        raise Malformed("A command without namespace, method or payload.")
    try:
        outcome = _carry_out(device, namespace, method, payload)
    except Malformed:
        outcome = None
    reply_method, reply = outcome or (Method.ERROR, {"error": {"code": int(ns.ErrorCode.NOT_SUPPORTED)}})
    return {"header": _inner_header(device, asked, reply_method, maker), "payload": reply}


def _inner_header(device: Device, asked: Payload, method: Method, maker: MessageMaker) -> Payload:
    """As complete as that of the command: bare, or whole and signed.

    Raises:
        Malformed: it cannot be repeated.
    """
    namespace, message_id = asked["namespace"], asked.get("messageId")
    if not is_utf8(namespace):
        raise Malformed("The namespace is not UTF-8.")
    if not isinstance(message_id, str):
        return {"namespace": namespace, "method": method.value}
    if len(message_id) > _ID_LIMIT or not is_utf8(message_id):
        raise Malformed("The message id cannot be repeated.")
    bare = {"messageId": message_id, "namespace": namespace, "method": method.value}
    if "sign" not in asked:
        return bare
    now_s = device.unix_s
    return {
        **bare,
        "payloadVersion": 1,
        "from": device_outbox(device.uuid.text),
        "timestamp": int(now_s),
        "timestampMs": int(now_s % 1 * 1000),
        "sign": sign(message_id, maker.key, int(now_s)),
    }
