"""A QR code in a terminal, whatever its colours are."""

from __future__ import annotations

from collections.abc import Sequence

import click

_LIGHT_ABOVE_DARK, _DARK_ABOVE_LIGHT, _LIGHT, _DARK = "▀", "▄", "█", " "
_BLOCKS = {"00": _LIGHT, "11": _DARK, "01": _LIGHT_ABOVE_DARK, "10": _DARK_ABOVE_LIGHT}


def render_qr(rows: Sequence[str]) -> list[str]:
    """Draw a QR code for light text on a dark ground, two of its rows a line.

    Args:
        rows: its rows, `1` is dark.
    """
    even = [*rows, "0" * len(rows[0])] if len(rows) % 2 else list(rows)
    pairs = zip(even[::2], even[1::2], strict=True)
    return ["".join(_block(pair) for pair in zip(*both, strict=True)) for both in pairs]


def print_qr(rows: Sequence[str]) -> None:
    """Print a QR code. Cameras want dark on light, so on a terminal it brings its own colours."""
    for line in render_qr(rows):
        click.echo(click.style(line, fg="bright_white", bg="black"))


def _block(pair: tuple[str, str]) -> str:
    return _BLOCKS.get("".join(pair), _LIGHT)
