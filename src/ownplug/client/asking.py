"""How the hub is asked: one call over HTTP, its problems as our errors, and what a person's words are in a URL."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote, urlencode

from ownplug.client.address import START_HINT, HubAddress
from ownplug.client.problems import raise_problem
from ownplug.core.errors import Unexpected, Unreachable, UsageError
from ownplug.transport.http import JsonClient
from ownplug.transport.tls import client_context

Document = dict[str, Any]

# A toggle asks the plug three times; the hub gives each question some seconds and names the one that failed.
_TIMEOUT_S = 30.0
_RULES_S = 60.0  # a plug with many timers is asked for each of them
_TABLE_S = 120.0  # years of quarter hours, on a small machine
_FILE_PATIENCE_S = 300.0  # a large home is copied, checked and measured before the first byte comes


class Asking:
    """The hub at an address, to be asked: `async with Asking(address) as hub`."""

    def __init__(self, address: HubAddress) -> None:
        self.address = address
        is_https = address.url.startswith("https:")
        self._http = JsonClient(tls=client_context(address.ca) if is_https and address.ca else None)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def events(self, *, watch: Sequence[str] = ()) -> AsyncGenerator[Document, None]:
        """See `HubClient.events`."""
        url = f"{self.address.url}/api/v1/events"
        if watch:
            url += f"?{urlencode([('watch', plug) for plug in watch])}"
        try:
            stream = cast("AsyncGenerator[Any, None]", self._http.events(url, token=self.address.token))
            async with aclosing(stream) as events:
                async for event in events:
                    yield document(event)
        except Unreachable as error:
            raise _no_hub(error) from error

    async def call(
        self, method: str, path: str, body: Document | None = None, *, timeout_s: float = _TIMEOUT_S
    ) -> Document:
        """Ask for something; return the document that comes."""
        return document(await self.request(method, path, body, timeout_s=timeout_s))

    async def get(self, path: str) -> Document:
        """Ask with GET."""
        return await self.call("GET", path)

    async def fetch(self, path: str, take: Callable[[bytes], Awaitable[None]], kind: str) -> None:
        """Have the hub make a file of that media type, and hand it on as it comes."""
        await self.download("GET", path, take, kind=kind)

    async def download(
        self,
        method: str,
        path: str,
        take: Callable[[bytes], Awaitable[None]],
        *,
        kind: str,
        body: Document | None = None,
    ) -> None:
        """Have the hub make a file, and hand it on as it comes."""
        url = f"{self.address.url}/api/v1{path}"
        try:
            reply = await self._http.download(
                method,
                url,
                take,
                kind=kind,
                json=body,
                token=self.address.token,
                patience_s=_FILE_PATIENCE_S,
            )
        except Unreachable as error:
            raise _no_hub(error) from error
        if reply.status >= 300:
            raise_problem(reply.status, reply.data)
        if reply.data is not None:
            raise Unexpected("The answer does not come from an ownplug hub.", hint="Check the hub's URL.")

    async def of_plug(self, method: str, plug: str, path: str, body: Document | None = None) -> Document:
        """Ask for a part of a plug; where the hub says nothing, the answer is empty."""
        told = await self.request(method, f"{plug_path(plug)}/{path}", body, timeout_s=_RULES_S)
        return {} if told is None else document(told)

    async def of_home(
        self, method: str, path: str, body: Document | None = None, *, table: bytes | None = None
    ) -> Document:
        """Ask for something; where the hub says nothing, the answer is empty. A table is sent as CSV."""
        timeout_s = _TIMEOUT_S if table is None else _TABLE_S
        told = await self.request(method, path, body, file=table, file_type="text/csv", timeout_s=timeout_s)
        return {} if told is None else document(told)

    async def request(
        self,
        method: str,
        path: str,
        body: Document | None = None,
        *,
        file: bytes | None = None,
        file_type: str = "application/octet-stream",
        timeout_s: float = _TIMEOUT_S,
    ) -> object:
        """Ask for something; return what comes, whatever it is."""
        url = f"{self.address.url}/api/v1{path}"
        try:
            reply = await self._http.request(
                method,
                url,
                json=body,
                file=file,
                file_type=file_type,
                token=self.address.token,
                timeout_s=timeout_s,
            )
        except Unreachable as error:
            raise _no_hub(error) from error
        if reply.status >= 300:
            raise_problem(reply.status, reply.data)
        return reply.data


def plug_path(plug: str) -> str:
    """Return the path of a plug, which is named as a person names it."""
    return f"/plugs/{word_of(plug, 'a plug', 'ownplug plugs')}"


def word_of(name: str, what: str, listing: str) -> str:
    """Write a person's word for something as a part of a URL."""
    word = name.strip()
    if not word or "/" in word or word in {".", ".."}:
        raise UsageError(f"{name!r} does not name {what}.", hint=f"`{listing}` lists them.")
    try:
        return quote(word, safe="")
    except UnicodeEncodeError as error:
        raise UsageError(f"{name!r} does not name {what}.", hint=f"`{listing}` lists them.") from error


def document(data: object) -> Document:
    """Accept a document of a hub."""
    if not isinstance(data, dict):
        raise Unexpected("The answer does not come from an ownplug hub.", hint="Check the hub's URL.")
    return data


def field_of(found: Document, name: str, kind: type) -> Any:
    """Return a field of a document, which has to be of that type."""
    value = found.get(name)
    if not isinstance(value, kind):
        raise Unexpected("The answer does not come from an ownplug hub.", hint="Check the hub's URL.")
    return value


def _no_hub(error: Unreachable) -> Unreachable:
    return Unreachable(f"No hub answers: {error}", hint=START_HINT)
