"""Characters of the console: bytes as text and back, without loss, and what a person's eraser leaves.

A byte that is no UTF-8 (the first one of a boot, a wrong baud rate, a network's odd name) becomes a lone
surrogate and comes back as the same byte.
"""

from __future__ import annotations

PROMPT = "$ "
"""What the shell prints when it waits for a command. Source: seed."""

LINE_END = "\r\n"
"""What ends a line on the wire. Source: assumed (the page, being text, does not show it)."""

_ESCAPE, _BACKSPACE, _DELETE = "\x1b", "\b", "\x7f"
_LEFT, _RIGHT = "\x1b[D", "\x1b[C"


def decode_text(data: bytes) -> str:
    """Bytes of the wire as text; never fails."""
    return data.decode("utf-8", "surrogateescape")


def encode_text(text: str) -> bytes:
    """Text as the bytes that `decode_text` made it from; what no byte can give is written as `?`."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def width(text: str) -> int:
    """The length of `text` on the wire, which is what the plug's columns count."""
    return len(text) if text.isascii() else len(encode_text(text))


def erase(echo: str) -> str:
    r"""What an echoed line shows after the eraser and the cursor keys have been at it.

    Source: assumed (`\b \b`, or cursor keys as in the chip maker's development kit).
    """
    if _BACKSPACE not in echo and _ESCAPE not in echo and _DELETE not in echo:
        return echo
    shown: list[str] = []
    cursor = 0
    for key in _keys(echo):
        if key in {_BACKSPACE, _DELETE, _LEFT}:
            cursor = max(0, cursor - 1)
        elif key == _RIGHT:
            cursor = min(len(shown), cursor + 1)
        else:
            shown[cursor : cursor + 1] = [key]
            cursor += 1
    return "".join(shown)


def _keys(echo: str) -> list[str]:
    """Split into characters; a cursor key stays whole."""
    keys, at = [], 0
    while at < len(echo):
        size = 3 if echo.startswith((_LEFT, _RIGHT), at) else 1
        keys.append(echo[at : at + size])
        at += size
    return keys
