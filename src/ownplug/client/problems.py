"""From the hub's problem documents (RFC 9457) back to the errors they were: one tree on both sides."""

from __future__ import annotations

from typing import NoReturn

import msgspec

from ownplug.core.errors import DeviceError, OwnplugError, Unexpected


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub says when it cannot do what it was asked."""

    code: str
    detail: str
    hint: str = ""
    device_code: int | None = None


def raise_problem(status: int, document: object) -> NoReturn:
    """Raise the error that a hub answered with.

    Args:
        status: of the HTTP answer, 400 and up.
        document: what should be a problem document.

    Raises:
        OwnplugError: of the class that the document names; Forbidden for a missing or wrong token,
            Unexpected where the answer comes from something that is not a hub.
    """
    try:
        problem = msgspec.convert(document, Problem)
    except msgspec.ValidationError as error:
        raise Unexpected(
            f"The answer (HTTP status {status}) does not come from an ownplug hub.",
            hint="Check the hub's URL.",
        ) from error
    if problem.code == DeviceError.code:
        raise DeviceError(problem.detail, device_code=problem.device_code or 0, hint=problem.hint)
    raise error_named(problem.code, problem.detail, hint=problem.hint)


def error_named(code: str, message: str, *, hint: str = "") -> OwnplugError:
    """Make the error again that a hub tells of by its code, such as the reason for which a job of its own failed."""
    return _CLASSES.get(code, OwnplugError)(message, hint=hint)


def _classes(base: type[OwnplugError]) -> dict[str, type[OwnplugError]]:
    found = {base.code: base}
    for child in base.__subclasses__():
        found.update(_classes(child))
    return found


_CLASSES = _classes(OwnplugError)
