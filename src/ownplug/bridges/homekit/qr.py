"""A link as a QR code: the one door of segno."""

from __future__ import annotations

import io

_BORDER = 2  # modules of white around it; the standard wants 4, cameras are content with less


def qr_rows(text: str) -> tuple[str, ...]:
    """Return a QR code row by row, with its white border: `1` is dark."""
    import segno

    code = segno.make(text, error="m", micro=False)
    return tuple("".join(map(str, row)) for row in code.matrix_iter(border=_BORDER))


def qr_svg(text: str) -> str:
    """Return a QR code as a picture, dark on white whatever it stands on."""
    import segno

    file = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        file, kind="svg", border=_BORDER, scale=6, light="white", xmldecl=False, svgclass=None, lineclass=None
    )
    return file.getvalue().decode().strip()
