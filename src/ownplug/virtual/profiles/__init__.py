"""Which plugs can be pretended: one TOML file each, every fact with its evidence."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ownplug.core.errors import UsageError
from ownplug.core.identity import Firmware
from ownplug.virtual.profiles.profile import DayOrder, DebugStyle, Profile, RelayReply
from ownplug.virtual.profiles.reading import parse_profile

_FOLDER = Path(__file__).parent
_DEFAULT = "mss310@2.1.7"  # of the teardown page


@lru_cache
def profile_names() -> tuple[str, ...]:
    """All of them, `model@firmware`; of each model the first is its short name's."""
    names = sorted(file.stem for file in _FOLDER.glob("*.toml"))
    return (_DEFAULT, *(name for name in names if name != _DEFAULT))


@lru_cache
def find_profile(name: str) -> Profile:
    """The profile `name`: `model@firmware`, or a model, such as `mss310` for that of the original teardown page.

    Raises:
        UsageError: there is none of that name.
    """
    known = profile_names()
    found = next((each for each in known if name in {each, each.partition("@")[0]}), None)
    if found is None:
        raise UsageError(
            f"There is no virtual plug of model {name!r}.", hint=f"These exist: {', '.join(known)}."
        )
    return parse_profile(found, lambda other: (_FOLDER / f"{other}.toml").read_text("utf-8"))


def upgraded(profile: Profile, firmware: Firmware) -> Profile:
    """The same plug with another firmware: as its own profile has it, else as before with another number."""
    name = f"{profile.model.type}@{firmware.version}"
    known = find_profile(name) if name in profile_names() else profile
    return replace(known, name=name, model=profile.model, firmware=firmware)


DEFAULT = find_profile(_DEFAULT)

__all__ = [
    "DEFAULT",
    "DayOrder",
    "DebugStyle",
    "Profile",
    "RelayReply",
    "find_profile",
    "parse_profile",
    "profile_names",
    "upgraded",
]
