"""Which plugs can be pretended: data, each fact with its evidence."""

from __future__ import annotations

from ownplug.core.errors import UsageError
from ownplug.virtual.profiles.mss310 import MSS310_2_1_7, MSS310R_2_1_4
from ownplug.virtual.profiles.profile import Profile

PROFILES = {profile.name: profile for profile in (MSS310_2_1_7, MSS310R_2_1_4)}
DEFAULT = MSS310_2_1_7
_SHORT = {"mss310": DEFAULT}


def find_profile(name: str) -> Profile:
    """The profile `name`: `model@firmware`, or `mss310` for that of the original teardown page.

    Raises:
        UsageError: there is none of that name.
    """
    found = _SHORT.get(name) or PROFILES.get(name)
    if found is None:
        known = ", ".join([*_SHORT, *PROFILES])
        raise UsageError(f"There is no virtual plug of model {name!r}.", hint=f"These exist: {known}.")
    return found


__all__ = ["DEFAULT", "PROFILES", "Profile", "find_profile"]
