"""Guessing passwords takes ever longer: who was wrong too often is not even listened to for a while.

Only people's passwords are guarded so. Plugs and the home's programs have keys that nobody guesses, and are let in
at once however many wrong logins come from their address: a stranger in the house cannot keep them out. For the same
reason a user is kept waiting for the wrong passwords of his own name first, and for those of others only when they
are ten times as many.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

REMEMBERED = 10_000
"""Offenders; beyond it the one that has been quiet for longest is forgotten."""

OTHERS = 10
"""How many times as many wrong logins an address has, under any name, as one name has from there."""

FORGIVEN_AFTER = 10
"""Limits of a penalty without a wrong login, after which all is forgotten."""


@dataclass(slots=True)
class _Record:
    failures: int = 0
    last_s: float = 0.0
    until_s: float = 0.0


class KeptWaiting(TimeoutError):
    """It was wrong too often, and may come again after `wait_s` seconds."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"wrong logins came from there; {wait_s:.0f} s are left")
        self.wait_s = wait_s


class Penalties:
    """Wrong logins by address, and by address and user name.

    Args:
        monotonic: the time.
        attempts: wrong logins in a row that cost nothing; then 1 second, 2, 4 …
        limit_s: the longest penalty.
    """

    def __init__(self, monotonic: Callable[[], float], *, attempts: int = 5, limit_s: float = 60.0) -> None:
        self._monotonic = monotonic
        self._attempts = attempts
        self._limit_s = limit_s
        self._records: OrderedDict[tuple[str, str | None], _Record] = OrderedDict()

    def check(self, address: str, username: str) -> None:
        """Let a login pass that may be judged now.

        Raises:
            KeptWaiting: it was wrong too often; it may come again later.
        """
        network = _network(address)
        records = (self._records.get(key) for key in ((network, username), (network, None)))
        wait_s = max((each.until_s for each in records if each), default=0.0) - self._monotonic()
        if wait_s > 0:
            raise KeptWaiting(wait_s)

    def note(self, address: str, username: str, *, is_right: bool) -> None:
        """Remember how a login was judged; a right one clears its name there."""
        network = _network(address)
        if is_right:
            self._records.pop((network, username), None)
            return
        self._failed((network, username), self._attempts)
        self._failed((network, None), self._attempts * OTHERS)

    def _failed(self, key: tuple[str, str | None], attempts: int) -> None:
        now_s = self._monotonic()
        record = self._records.setdefault(key, _Record())
        if now_s - record.last_s > self._limit_s * FORGIVEN_AFTER:
            record.failures = 0
        record.failures += 1
        record.last_s = now_s
        over = record.failures - attempts
        if over > 0:
            record.until_s = now_s + min(2.0 ** min(over - 1, 30), self._limit_s)
        self._records.move_to_end(key)
        if len(self._records) > REMEMBERED:
            self._records.popitem(last=False)


def _network(address: str) -> str:
    """Whom an address stands for: in IPv6 a household has 64 bits of them."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
