"""A secret is a `Secret` from birth, so that no log, error or page can show it by accident."""

from __future__ import annotations

import hmac


class Secret:
    """Text that prints as `***`; only `reveal` tells it.

    Examples:
        >>> key = Secret("0123456789abcdef0123456789abcdef")
        >>> print(key, [key])
        *** [Secret('***')]
        >>> key.reveal()[:4]
        '0123'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one line that needs it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # surrogatepass: text from JSON or a command line may hold what UTF-8 cannot.
        mine, theirs = (text.encode("utf-8", "surrogatepass") for text in (self._text, other._text))
        return hmac.compare_digest(mine, theirs)

    def __hash__(self) -> int:
        return hash(("Secret", self._text))

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret('***')"
