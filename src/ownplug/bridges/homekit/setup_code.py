"""What a person shows to an iPhone to pair it: the setup code, and the same as a link for a QR code."""

from __future__ import annotations

import string
from collections.abc import Callable

_DIGITS = string.digits + string.ascii_uppercase
_BRIDGE = 2  # the accessory category
_BY_IP = 2  # the flag
_FORBIDDEN = {digit * 8 for digit in string.digits} | {"12345678", "87654321"}
"""Codes that no accessory may have, as everybody would try them.

Source: Apple's HomeKit ADK, HAPAccessorySetupIsValidSetupCode: all digits equal, ascending or descending.
"""


def new_setup_code(below: Callable[[int], int]) -> str:
    """Return a random code, `123-45-678`.

    Args:
        below: gives a random number from 0 and below its argument, such as `secrets.randbelow`.
    """
    while (digits := f"{below(10**8):08}") in _FORBIDDEN:
        pass
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


def new_setup_id(below: Callable[[int], int]) -> str:
    """Return four random digits and letters, by which an iPhone knows the bridge that a link is for."""
    return "".join(_DIGITS[below(len(_DIGITS))] for _ in range(4))


def new_device_id(below: Callable[[int], int]) -> str:
    """Return a random name of the bridge in HAP, which looks like a MAC and is none."""
    return ":".join(f"{below(256):02X}" for _ in range(6))


def setup_uri(setup_code: str, setup_id: str) -> str:
    """Return the link for a QR code.

    From the highest bit down it has version (3), reserved (4), category (8), flags (4) and the code (27), written with
    nine digits of base 36, then the setup id.

    Source: derived; the vectors in the tests are those that HomeKit ADK and others publish.

    Examples:
        >>> setup_uri("031-45-154", "ACMN")
        'X-HM://0023ISYWYACMN'
    """
    number = _BRIDGE << 31 | _BY_IP << 27 | int(setup_code.replace("-", ""))
    digits = ""
    for _ in range(9):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return f"X-HM://{digits}{setup_id}"
