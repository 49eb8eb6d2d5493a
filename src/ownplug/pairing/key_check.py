"""Which key a plug has: each candidate is tried once, and only on what has proven to be a Meross plug.

Source: protocol notes, 7.2 (a plug names itself in its refusal of a wrong key), 1.2 (one that belongs to nobody checks
none).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from ownplug.core.errors import LinkError, Malformed, Unexpected, WireError
from ownplug.core.identity import Uuid
from ownplug.core.meross import MessageMaker, Method, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.topics import outbox_owner
from ownplug.core.secret import Secret
from ownplug.plug import config_url
from ownplug.transport.http import HttpClient

DEFAULTS: dict[str, Secret] = {
    # Source: a published pairing program (bytespider's, before and after its rewrite).
    "no key": Secret(""),
    "the default of a known pairing program": Secret("meross"),
}
"""Keys that plugs have which were paired by other programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A key to try, and whose it is."""

    whose: str
    key: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFinding:
    """What a plug said.

    Attributes:
        uuid: which plug it is.
        checks_keys: False: it belongs to nobody, and takes any.
        fitting: the key that it has; None: none of those that were tried.
        tried: how many were tried.
    """

    uuid: Uuid
    checks_keys: bool
    fitting: Candidate | None
    tried: int


async def find_key(
    url: str, candidates: Sequence[Candidate], *, now_s: float, timeout_s: float = 5.0
) -> KeyFinding:
    """Find out which of the keys the plug at `url` has.

    Raises:
        Unexpected: what answers there is no Meross plug; no key was tried.
        LinkError: nobody answers, or not any more.
        UsageError: no URL of a plug.
    """
    async with HttpClient() as client:
        asking = _Asking(client, config_url(url), now_s, timeout_s)
        uuid, takes_any = await asking.try_key(Secret(secrets.token_hex(16)))
        if takes_any:
            return KeyFinding(uuid=uuid, checks_keys=False, fitting=None, tried=0)
        for number, candidate in enumerate(candidates, start=1):
            _, fits = await asking.try_key(candidate.key)
            if fits:
                return KeyFinding(uuid=uuid, checks_keys=True, fitting=candidate, tried=number)
    return KeyFinding(uuid=uuid, checks_keys=True, fitting=None, tried=len(candidates))


class _Asking:
    def __init__(self, client: HttpClient, url: str, now_s: float, timeout_s: float) -> None:
        self._client = client
        self._url = url
        self._now_s = now_s
        self._timeout_s = timeout_s

    async def try_key(self, key: Secret) -> tuple[Uuid, bool]:
        """Ask with one key: which plug answers, and whether it takes it.

        A plug that wants its bodies encrypted tells its abilities in clear, and to whoever signs right.
        """
        maker = MessageMaker(key=key, sender=self._url, new_id=lambda: secrets.token_hex(16))
        question = encode_message(maker.make(Method.GET, ns.SYSTEM_ABILITY, {}, now_s=self._now_s))
        try:
            reply = decode_message(await self._client.post(self._url, question, timeout_s=self._timeout_s))
        except LinkError:
            raise
        except WireError as error:
            raise _no_plug(self._url) from error
        owner = outbox_owner(reply.header.sender)
        if owner is None or reply.namespace != ns.SYSTEM_ABILITY:
            raise _no_plug(self._url)
        try:
            return Uuid.parse(owner), reply.method != Method.ERROR
        except (Malformed, ValueError) as error:
            raise _no_plug(self._url) from error


def _no_plug(url: str) -> Unexpected:
    return Unexpected(
        f"What answers at {url} is no Meross plug: no key was tried.", hint="Check the address."
    )
