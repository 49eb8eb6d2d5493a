"""Where two sets of settings differ. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.console.keys import Store
from ownplug.core.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One setting that is not the same; None where a side does not have it."""

    key: str
    one: Secret | None
    other: Secret | None


def differences(one: Store, other: Store) -> tuple[Difference, ...]:
    """Every setting that differs, in the order of `one`; what only the other side has comes last."""
    return tuple(
        Difference(key=key, one=one.get(key), other=other.get(key))
        for key in dict.fromkeys([*one, *other])
        if one.get(key) != other.get(key)
    )
