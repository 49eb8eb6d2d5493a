"""One line as the plug prints it, with fields: `"total:{total:int}"`. It is written and read by the same description.

A field names an attribute and, behind the colon, the codec of its text; `<8` fills it with blanks to eight columns.
Reading is exact: a template reads a line only if it would write that very line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ownplug.core.shell.codecs import CODECS, Codec
from ownplug.core.shell.text import decode_text, encode_text, width

LONGEST_LINE = 4096
"""Characters of a line that is looked at; a longer one is kept unread, so that none takes long."""

_FIELD = re.compile(r"\{(\w+)(?::(\w+))?(?:<(\d+))?\}")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a line."""

    name: str
    """Of the attribute that it shows."""
    codec_name: str
    columns: int
    """So many it fills with blanks; 0: none."""

    @property
    def codec(self) -> Codec:
        """How it is written and read."""
        return CODECS[self.codec_name]

    @property
    def pattern(self) -> str:
        """What it looks like, as one group."""
        if not self.columns:
            return f"({self.codec.pattern})"
        return f"(.{{{self.columns},}}?)" if self.codec_name == "text" else f"((?:{self.codec.pattern}) *)"

    def read(self, text: str) -> Any:
        """The value that its text stands for."""
        return self.codec.read(text.rstrip(" ") if self.columns else text)

    def write(self, value: Any) -> str | None:
        """The text of a value; None of None."""
        if value is None:
            return None
        text = self.codec.write(value)
        return text + " " * (self.columns - width(text))


class Template:
    """A line with fields.

    Attributes:
        fields: in order.
    """

    def __init__(self, text: str) -> None:
        self._pieces = tuple(_pieces(text))
        self.fields = tuple(piece for piece in self._pieces if isinstance(piece, Field))
        parts = (re.escape(piece) if isinstance(piece, str) else piece.pattern for piece in self._pieces)
        self._pattern = re.compile("".join(parts), re.DOTALL | re.ASCII)

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes that it tells."""
        return tuple(piece.name for piece in self.fields)

    def render(self, source: object) -> str | None:
        """The line; None where an attribute is None."""
        return self._written(partial(getattr, source))

    def match(self, line: str) -> dict[str, Any] | None:
        """The values in the line; None when this row would not print it exactly so."""
        found = self._pattern.fullmatch(_as_columns(line)) if len(line) <= LONGEST_LINE else None
        if found is None:
            return None
        values = {
            piece.name: piece.read(_from_columns(text))
            for piece, text in zip(self.fields, found.groups(), strict=True)
        }
        return values if self._written(values.__getitem__) == line else None

    def _written(self, value_of: Callable[[str], Any]) -> str | None:
        written = []
        for piece in self._pieces:
            text = piece if isinstance(piece, str) else piece.write(value_of(piece.name))
            if text is None:
                return None
            written.append(text)
        return "".join(written)


def _pieces(text: str) -> Iterator[str | Field]:
    end = 0
    for found in _FIELD.finditer(text):
        yield text[end : found.start()]
        yield Field(found[1], found[2] or "text", int(found[3] or 0))
        end = found.end()
    yield text[end:]


def _as_columns(line: str) -> str:
    """The line with one character for each byte, for the plug's columns count bytes."""
    return line if line.isascii() else encode_text(line).decode("latin-1")


def _from_columns(text: str) -> str:
    return text if text.isascii() else decode_text(text.encode("latin-1"))
