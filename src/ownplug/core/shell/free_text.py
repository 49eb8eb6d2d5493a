"""What is printed outside the log: the chip's programs at a start, and the Wi-Fi driver at any time.

Where a line has a number, another number may stand. Source: seed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ownplug.core.shell.boot_listing import BOOT, Origin
from ownplug.core.shell.events import BootLine, BootPhase, DriverText

_PRINTED = {text: origin for origin, text in BOOT if origin not in {Origin.LOG, Origin.BLANK, Origin.NOISE}}

FREE_LENGTH = 3
"""So many characters of a line tell whether it is worth a look."""

_VARIABLE = re.compile(r"(?<=[ =:])(?:0x[0-9A-Fa-f]+|[0-9]+)|\{[\w:]+\}")
_REGISTER = r"[A-Z\d]\d: [0-9A-F]{4} [0-9A-F]{4}(?: \[[0-9A-F]{4}\])?"
_REGISTERS = (f"{letter}{digit}:" for letter in "FVUTWBG0123456789" for digit in range(10))

FREE_STARTS = frozenset({*(text[:FREE_LENGTH] for text in _PRINTED), *_REGISTERS})
"""How every line begins that `free_text` knows."""

COMMAND_ID = "cmd id 0x"
"""How the driver text begins that is found between the lines of replies."""

_COMMAND_ID = re.compile(r"cmd id 0x[0-9a-f]{1,8} -- 0x[0-9a-f]{1,8} seq 0x[0-9a-f]{1,8}")


def free_text(text: str) -> BootLine | DriverText | None:
    """What a line is that stands outside the log; None when it is nothing that is known."""
    if text[:FREE_LENGTH] not in FREE_STARTS:
        return None
    found = _KNOWN.fullmatch(text)
    if found is None or found.lastgroup is None:
        return None
    phase = _PHASES.get(found.lastgroup)
    return DriverText(text) if phase is None else BootLine(text, phase)


def find_command_id(text: str) -> int:
    """Where in `text` a `cmd id …` begins that goes to its end; -1 when there is none."""
    at = text.rfind(COMMAND_ID)
    return at if at >= 0 and _COMMAND_ID.fullmatch(text, at) else -1


def _pattern(text: str) -> str:
    """The line as a pattern; what is not a number must be as on the page."""
    parts, end = [], 0
    for found in _VARIABLE.finditer(text):
        parts += [re.escape(text[end : found.start()]), _variable(found[0])]
        end = found.end()
    return "".join([*parts, re.escape(text[end:])])


def _variable(text: str) -> str:
    if text.startswith("{"):
        return ".*"
    return "0x[0-9A-Fa-f]{1,8}" if text.startswith("0x") else r"\d{1,10}"


def _patterns() -> Iterator[str]:
    for origin in (*BootPhase, Origin.DRIVER):
        texts = [_pattern(text) for text, its_origin in _PRINTED.items() if its_origin is origin]
        yield f"(?P<{origin}>{'|'.join([*texts, _REGISTER] if origin is BootPhase.BROM else texts)})"


_PHASES = {phase.value: phase for phase in BootPhase}
_KNOWN = re.compile("|".join(_patterns()), re.DOTALL)

FIXED_TEXTS: Mapping[str, BootLine | DriverText] = MappingProxyType(
    {text: event for text in _PRINTED if (event := free_text(text)) is not None and "{" not in text}
)
"""The lines that are the same at every start, with what they are."""
