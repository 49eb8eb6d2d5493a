"""Profiles as TOML: what a file says, what it takes from the one that it is like, and what it must not leave out.

like = "mss310@2.1.7"             # facts that are not told here are that one's, and only assumed of this one
abilities = ["Config.Key", ...]   # without `Appliance.`, in the plug's order
[parameters]                      # of abilities that have any
[evidence]                        # of each fact in this file
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

import msgspec

from ownplug.core.errors import UsageError
from ownplug.virtual.profiles.profile import Profile

_LIKE, _EVIDENCE, _PARAMETERS = "like", "evidence", "parameters"
_FACTS = tuple(
    field.name for field in fields(Profile) if field.name not in {"name", "evidence"}
)  # what a file has to tell
_NOT_A_PROFILE = "The profile {name} cannot be used: {reason}"


def parse_profile(name: str, read: Callable[[str], str]) -> Profile:
    """Make the profile `name` from its file, and from those of the profiles that it is like.

    Args:
        name: `model@firmware`.
        read: gives the text of a profile's file.

    Raises:
        UsageError: a file is no profile; the sentence says what is wrong.
    """
    told = _whole(name, read, ())
    missing = [fact for fact in _FACTS if fact not in told]
    if missing:
        raise _bad(name, f"it lacks {', '.join(missing)}.")
    try:
        return msgspec.convert({**told, "name": name}, Profile)
    except msgspec.ValidationError as error:
        raise _bad(name, f"{error}.") from error


def _whole(name: str, read: Callable[[str], str], above: tuple[str, ...]) -> dict[str, Any]:
    """Everything that is told of `name`, here and in what it is like."""
    if name in above:
        raise _bad(name, "it is like itself.")
    told = _read(name, read(name))
    like = told.pop(_LIKE, None)
    if like is None:
        return told
    other = _whole(like, read, (*above, name))
    inherited = {
        fact: source if source.startswith("assumed") else f"assumed (as {like})"
        for fact, source in other[_EVIDENCE].items()
    }
    return {**other, **told, _EVIDENCE: MappingProxyType({**inherited, **told[_EVIDENCE]})}


def _read(name: str, text: str) -> dict[str, Any]:
    """What one file tells; abilities in their full names."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad(name, f"{error}.") from error
    evidence = told.get(_EVIDENCE, {})
    facts = told.keys() - {_LIKE, _EVIDENCE, _PARAMETERS}
    if strange := facts - set(_FACTS):
        raise _bad(name, f"{', '.join(sorted(strange))} is no fact of a profile.")
    if unproved := sorted(facts ^ evidence.keys()):
        raise _bad(name, f"each fact in it has its evidence, and nothing else: {', '.join(unproved)}.")
    if "abilities" in told:
        told["abilities"] = _abilities(told["abilities"], told.pop(_PARAMETERS, {}))
    return told


def _abilities(
    names: list[str], parameters: Mapping[str, Mapping[str, int]]
) -> Mapping[str, Mapping[str, int]]:
    return MappingProxyType(
        {f"Appliance.{each}": MappingProxyType(dict(parameters.get(each, {}))) for each in names}
    )


def _bad(name: str, reason: str) -> UsageError:
    return UsageError(_NOT_A_PROFILE.format(name=name, reason=reason))
