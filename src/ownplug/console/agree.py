"""What the plug tells is believed when it tells it twice.

The wire has no checksums. It loses bytes without a word, and other tasks print into the midst of an answer and may
take the rest of a line with them: a value that was cut looks like a shorter value. No damage falls twice in the
same way, so two equal readings are right.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from ownplug.core.errors import Malformed
from ownplug.core.shell import Reply

R = TypeVar("R", bound=Reply)

_READINGS = 10


async def ask_until_agreed(ask: Callable[[], Awaitable[R]], *, is_whole: Callable[[R], bool], what: str) -> R:
    """Ask until two answers in a row are whole and the same.

    Args:
        ask: types the command.
        is_whole: whether an answer tells all that is wanted of it.
        what: is asked for, in words.

    Raises:
        Malformed: ten answers did not agree.
        OwnplugError: whatever `ask` raises.
    """
    last: R | None = None
    for _ in range(_READINGS):
        answer = await ask()
        if answer == last and is_whole(answer):
            return answer
        last = answer
    raise Malformed(
        f"The plug tells {what} differently each time: no two of {_READINGS} answers were the same.",
        hint="Too much is printed into the answers, or the wire is bad.",
    )
