"""Whether plugs are shown by the Homie convention, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ownplug.core.errors import UsageError

_PREFIX = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class HomieSettings:
    """Settings of plugs by the Homie convention; the file's section `[homie]`."""

    enabled: bool = False
    """Whether they are shown: docs/bridges.md."""

    prefix: str = "homie"
    """What all topics begin with."""

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise UsageError(
                f"homie.prefix {self.prefix[:80]!r} is no topic of the convention.",
                hint="It has small letters, digits and hyphens.",
            )
