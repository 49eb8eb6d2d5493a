"""A link: one way to ask a plug something, whichever wire carries it; and what makes a reply a good one.

Source: captures (protocol notes, 1.2 to 1.4).
"""

from __future__ import annotations

from typing import Protocol

from ownplug.core.errors import BadSignature, DeviceError, Unexpected
from ownplug.core.meross import Message, Method
from ownplug.core.meross.namespaces import ErrorCode, describe_error
from ownplug.core.meross.payloads import ErrorPayload
from ownplug.core.secret import Secret

WRONG_KEY_HINT = (
    "`ownplug plugs show PLUG --json --show-secrets` prints the key of a plug that is at home in a hub; "
    "a plug of the vendor's cloud has the key of that account."
)

# By the request's method: what may come back. A PUSH to a plug is a question in newer firmware, answered with
# PUSH, and by one plug with SET.
# Source: captures (protocol notes, 1.3).
_ANSWERS = {
    Method.GET: {"GETACK"},
    Method.SET: {"SETACK"},
    Method.DELETE: {"DELETEACK", "DELACK"},
    Method.PUSH: {"PUSH", "SET"},
}


class Link(Protocol):
    """A way to reach one plug.

    `tests/contract/test_link.py` holds every implementation to this contract.
    """

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        """Ask the plug and return its reply, which is a good one: see `check_reply`.

        Args:
            method: GET, SET, DELETE or PUSH.
            namespace: `Appliance.<Group>.<Name>`.
            payload: a mapping or one of `ownplug.core.meross.payloads`.

        Raises:
            LinkError: the plug cannot be reached, or did not answer.
            DeviceError: it refused.
            WireError: what came back breaks the rules.
        """

    async def close(self) -> None:
        """End the link; may be repeated, and never fails."""


def check_reply(request: Message, reply: Message, key: Secret | None) -> None:
    """Make sure that `reply` answers `request` and comes from whoever has `key`.

    A plug that does not have our key signs its refusal with its own, so that refusal is heard first.

    Args:
        request: what was asked.
        reply: what came back.
        key: None for a plug that has no key yet: it does not check ours, and its own means nothing.

    Raises:
        Unexpected: it answers something else.
        DeviceError: the plug refused; 5001 means that our key is wrong.
        BadSignature: it is not signed with `key`.
        Malformed: a refusal without a reason.
    """
    if (reply.header.message_id, reply.namespace) != (request.header.message_id, request.namespace):
        raise Unexpected(f"The plug answered {request.namespace} with {reply.namespace} or out of turn.")
    refusal = reply.read(ErrorPayload).error if reply.method == Method.ERROR else None
    if refusal is not None and refusal.code == ErrorCode.BAD_SIGNATURE:
        raise DeviceError(describe_error(refusal.code), device_code=refusal.code, hint=WRONG_KEY_HINT)
    if key is not None and not reply.is_signed(key):
        raise BadSignature(
            f"The answer to {request.namespace} is not signed with this plug's key.",
            hint="Somebody else answers at this address, or the key is not the plug's.",
        )
    if refusal is not None:
        raise DeviceError(describe_error(refusal.code, refusal.detail), device_code=refusal.code)
    if reply.method not in _ANSWERS.get(Method(request.method), set()):
        raise Unexpected(f"The plug answered {request.method} {request.namespace} with {reply.method}.")
