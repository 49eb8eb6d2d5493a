"""What one can choose from in the laboratory: models, loads, faults."""

from __future__ import annotations

from ownplug.core.errors import UsageError
from ownplug.virtual import FAULTS, LOADS, find_profile, parse_load, profile_names
from ownplug.web import LabFault, LabLoad, LabModel

_FILES = "csv:"


def lab_models() -> list[LabModel]:
    """Return what can be pretended."""
    return [
        LabModel(
            name=profile.name,
            about=profile.about,
            hardware=profile.model.hardware,
            channels=list(profile.relays),
        )
        for profile in map(find_profile, profile_names())
    ]


def lab_faults() -> list[LabFault]:
    """Return what can go wrong."""
    return [
        LabFault(
            name=name,
            about=fault.effect,
            takes_value=not fault.is_switch,
            lowest=fault.lowest,
            highest=fault.highest,
            usual=fault.unsaid,
        )
        for name, fault in FAULTS.items()
    ]


def lab_loads() -> list[LabLoad]:
    """Return what can be plugged in."""
    return [LabLoad(name=name, about=about) for name, about in LOADS.items()]


def check_lab_load(text: str) -> None:
    """See that there is such a load, and that it opens no file: whoever asks may sit at another machine.

    Raises:
        UsageError: there is none, or it opens one.
    """
    if text.startswith(_FILES):
        raise UsageError("The laboratory opens no files.", hint="`ownplug virtual run` takes csv:FILE.")
    parse_load(text)
