"""The language of the plug: `Appliance.*` messages, their signature, topics and logins.

Spoken by both ends, the owner's and the virtual plug's. That they agree proves nothing: recordings of real
plugs, published vectors and foreign programs judge this room (`docs/adr/0005-shared-codecs.md`).
"""

from ownplug.core.meross.envelope import (
    MAX_MESSAGE_BYTES,
    Header,
    Message,
    MessageMaker,
    Method,
    as_data,
    decode_message,
    encode_message,
    raw_payload,
)

__all__ = [
    "MAX_MESSAGE_BYTES",
    "Header",
    "Message",
    "MessageMaker",
    "Method",
    "as_data",
    "decode_message",
    "encode_message",
    "raw_payload",
]
