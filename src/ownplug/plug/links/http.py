"""A plug's own HTTP: works in the same network, with and without a server, and while the plug is being paired.

Source: captures (protocol notes, 1.5 and 9.1).
"""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from ownplug.aio import Clock, SystemClock
from ownplug.core.errors import LinkBroken, LinkClosed, LinkError, Malformed, UsageError, WireError
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.cipher import body_key, decrypt, encrypt
from ownplug.core.meross.topics import outbox_owner
from ownplug.core.secret import Secret
from ownplug.plug.link import check_reply

if TYPE_CHECKING:
    from ownplug.transport.http import HttpClient

CONNECT_S = 4.0
TIMEOUT_S = 10.0
"""From the question to the end of the answer. Slow plugs were seen to take 4 to 9 s; a Wi-Fi scan takes longer."""

_CUT_HINT = (
    "Plugs do that with a request that they do not know, or one that is too long (about 1 kB); "
    "those that want encryption also with a wrong key."
)
_FORM_HINT = "Write it as http://192.168.1.50."


class HttpLink:
    """A link to the plug at a URL: `async with HttpLink("http://192.168.1.50", key=key) as link`.

    Args:
        url: the plug's address; `/config` is added where it has no path.
        key: what requests are signed with.
        trusting: accept replies whatever they are signed with: a plug in pairing mode has no key yet.
        timeout_s: patience with one request.
        connect_timeout_s: patience with its connection alone.
        clock: dates requests.

    Raises:
        UsageError: that is no URL of a plug.
    """

    def __init__(
        self,
        url: str,
        *,
        key: Secret,
        trusting: bool = False,
        timeout_s: float = TIMEOUT_S,
        connect_timeout_s: float = CONNECT_S,
        clock: Clock | None = None,
    ) -> None:
        self._url = config_url(url)
        self._key = key
        self._expected_key = None if trusting else key
        self._timeout_s, self._connect_timeout_s = timeout_s, connect_timeout_s
        self._clock = clock or SystemClock()
        # Some firmware drops a request whose `from` is missing; any text does.
        self._maker = MessageMaker(key=key, sender=self._url, new_id=lambda: secrets.token_hex(16))
        self._client: HttpClient | None = None
        self._body_key: Secret | None = None  # of a plug that wants its bodies encrypted
        self._was_asked_for_encryption = False
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        # Imported when used: the library behind it is large, and not every link needs it.
        from ownplug.transport.http import HttpClient

        self._client = await self._stack.enter_async_context(HttpClient())
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
        """See `Link.request`; one at a time, others wait for their turn."""
        if self._client is None:
            raise LinkClosed("The link to the plug is not open.", hint="Use it inside `async with`.")
        request = self._make(method, namespace, payload)
        try:
            body = await self._post(self._client, encode_message(request))
        except LinkBroken as error:
            raise LinkBroken(f"No answer to {namespace}: {error}", hint=_CUT_HINT) from error
        reply = _read(body, namespace)
        check_reply(request, reply, self._expected_key)
        return reply

    def take_key(self, key: Secret) -> None:
        """Sign with another key from now on, and encrypt with it where the plug wants that."""
        self._maker.key = self._key = key
        if self._expected_key is not None:
            self._expected_key = key
        self._body_key, self._was_asked_for_encryption = None, False

    def _make(self, method: Method, namespace: str, payload: object) -> Message:
        return self._maker.make(method, namespace, payload, now_s=self._clock.now().timestamp())

    async def _post(self, client: HttpClient, message: bytes) -> bytes:
        """Send a message as this plug wants it: in clear, or encrypted once it has dropped one in clear."""
        if self._body_key is None:
            try:
                return await self._send(client, message)
            except LinkBroken:
                self._body_key = await self._find_body_key(client)
                if self._body_key is None:
                    raise
        closed = encrypt(message, self._body_key)
        return decrypt(await self._send(client, closed), self._body_key)

    async def _send(self, client: HttpClient, body: bytes) -> bytes:
        return await client.post(
            self._url, body, timeout_s=self._timeout_s, connect_timeout_s=self._connect_timeout_s
        )

    async def _find_body_key(self, client: HttpClient) -> Secret | None:
        """Ask once, in clear, whether this plug wants encryption: its abilities it tells everybody.

        Source: protocol notes, 2.1.
        """
        if not self._key or self._was_asked_for_encryption:
            return None
        request = encode_message(self._make(Method.GET, ns.SYSTEM_ABILITY, {}))
        try:
            told = _read(await self._send(client, request), ns.SYSTEM_ABILITY)
        except (LinkError, WireError):  # it is gone, or talks nonsense: what was dropped is the news
            return None
        self._was_asked_for_encryption = True
        owner = outbox_owner(told.header.sender)
        if owner is None or ns.ENCRYPT_ECDHE not in told.data().get("ability", {}):
            return None
        uuid = Uuid.parse(owner)
        return body_key(uuid, uuid.mac, self._key)


def _read(body: bytes, namespace: str) -> Message:
    if not body:
        raise LinkBroken(f"The answer to {namespace} is empty.", hint=_CUT_HINT)
    try:
        return decode_message(body)
    except Malformed as error:
        raise Malformed(
            f"What answered {namespace} is not a plug, or it cut its answer ({len(body)} bytes): {error}",
            hint="Check the address. Plugs cut answers of more than about 3 kB.",
        ) from error


def config_url(url: str) -> str:
    """Return where a plug takes messages; a person may leave `/config` out.

    Raises:
        UsageError: that is no address of a plug.
    """
    try:
        parts = urlsplit(url)
        is_plug = parts.scheme == "http" and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError as error:
        raise UsageError(f"{url!r} is not the address of a plug.", hint=_FORM_HINT) from error
    if not is_plug or parts.query or parts.fragment:
        raise UsageError(f"{url!r} is not the address of a plug.", hint=_FORM_HINT)
    return url if parts.path.strip("/") else f"http://{parts.netloc}/config"
