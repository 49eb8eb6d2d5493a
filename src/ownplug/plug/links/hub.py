"""Through a hub: the plug is asked by whoever it talks to anyway, from any machine that may ask the hub."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ownplug.aio import Clock, SystemClock
from ownplug.core.errors import LinkClosed, Unexpected
from ownplug.core.meross import Header, Message, Method, as_data, raw_payload
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from ownplug.client import HubClient


class HubLink:
    """A link to a plug of a hub: `async with HubLink("http://127.0.0.1:8480", "kettle", token=…) as link`.

    The hub has checked who the plug is; the messages that this link gives carry no signature.

    Args:
        url: the hub.
        plug: name, uuid, last digits or MAC of the plug.
        token: the login to the hub.
        ca: file with the CA certificate of a hub that speaks HTTPS; without one, what this machine trusts.
        clock: dates replies.
    """

    def __init__(
        self, url: str, plug: str, *, token: Secret, ca: Path | None = None, clock: Clock | None = None
    ) -> None:
        self._url = url
        self._plug = plug
        self._token = token
        self._ca = ca
        self._clock = clock or SystemClock()
        self._client: HubClient | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        # Imported when used: the library behind it is large, and not every link needs it.
        from ownplug.client import HubAddress, HubClient

        address = HubAddress(url=self._url, token=self._token, ca=self._ca)
        self._client = await self._stack.enter_async_context(HubClient(address))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """See `Link.close`."""
        self._client = None
        await self._stack.aclose()

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        """See `Link.request`.

        Raises:
            HubError: the hub does not know this plug, or this login may not ask it.
        """
        if self._client is None:
            raise LinkClosed("The link to the hub is not open.", hint="Use it inside `async with`.")
        told = await self._client.request(
            self._plug, method=method, namespace=namespace, payload=as_data(payload)
        )
        match told:
            case {"method": str(answered), "namespace": str(about), "payload": dict(said)}:
                return self._message(answered, about, said)
        raise Unexpected("What the hub answered is not a plug's message.", hint="Is it an ownplug hub?")

    def _message(self, method: str, namespace: str, payload: object) -> Message:
        header = Header(
            message_id=secrets.token_hex(16),
            namespace=namespace,
            method=method,
            sender=self._url,
            timestamp=int(self._clock.now().timestamp()),
            sign="",
        )
        return Message(header=header, payload=raw_payload(payload))
