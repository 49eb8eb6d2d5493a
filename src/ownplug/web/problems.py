"""Every failure as a problem document (RFC 9457) that names ownplug's own error.

`code` is `OwnplugError.code`, so a client raises the same error again. What a caller sent is never repeated
in it: it may be a password.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from ownplug.core.errors import (
    Changed,
    Conflict,
    DeviceError,
    Expired,
    Forbidden,
    LinkError,
    LinkTimeout,
    Locked,
    NotFound,
    NotKept,
    OwnplugError,
    PairingFailed,
    TooManyAttempts,
    UsageError,
    WireError,
    WrongLogin,
)
from ownplug.web.page import is_navigation, missing

SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

# The first class that fits decides.
_STATUS: tuple[tuple[type[OwnplugError], HTTPStatus], ...] = (
    (UsageError, HTTPStatus.BAD_REQUEST),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (PairingFailed, HTTPStatus.CONFLICT),  # while somebody waits: the plug belongs to another home
    (WrongLogin, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (Locked, HTTPStatus.LOCKED),
    (Expired, HTTPStatus.CONFLICT),
    (Changed, HTTPStatus.PRECONDITION_FAILED),
    (TooManyAttempts, HTTPStatus.TOO_MANY_REQUESTS),
    (NotKept, HTTPStatus.INSUFFICIENT_STORAGE),
    (DeviceError, HTTPStatus.BAD_GATEWAY),
    (
        WireError,
        HTTPStatus.BAD_GATEWAY,
    ),  # the plug's bytes: what a caller sent is judged before the hub sees it
    (LinkTimeout, HTTPStatus.GATEWAY_TIMEOUT),
    (LinkError, HTTPStatus.SERVICE_UNAVAILABLE),
)
_HTTP_CODES = {401: "unauthorized", 403: Forbidden.code, 404: NotFound.code, 503: LinkError.code}


class ProblemResponse(JSONResponse):
    """A JSON answer that says it is a problem document."""

    media_type = "application/problem+json"


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    hint: str = "",
    device_code: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """Make the answer for a failure.

    Args:
        status: of the answer.
        code: the error's name for programs.
        detail: a sentence for the user.
        hint: what to do next.
        device_code: the plug's own number, if it was the plug that refused.
        headers: more headers of the answer.
    """
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "hint": hint,
    }
    if device_code is not None:
        content["device_code"] = device_code
    return ProblemResponse(content, status, {**SECURITY_HEADERS, **(headers or {})})


def problem_of(error: OwnplugError) -> ProblemResponse:
    """Make the answer for one of ownplug's own errors."""
    status = next(
        (status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR
    )
    device_code = error.device_code if isinstance(error, DeviceError) else None
    wait_s = error.wait_s if isinstance(error, TooManyAttempts) else None
    headers = {} if wait_s is None else {"retry-after": str(wait_s)}
    return problem(status, error.code, str(error), hint=error.hint, device_code=device_code, headers=headers)


def answer_failures(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Let `app`, which is made of `routers`, answer every failure with a problem document."""
    methods = _methods(routers)

    @app.exception_handler(OwnplugError)
    async def known(_: Request, error: OwnplugError) -> ProblemResponse:
        return problem_of(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> ProblemResponse:
        return problem(400, UsageError.code, describe_invalid(error), hint="See /api/v1/openapi.json.")

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.NOT_FOUND and is_navigation(request.scope):
            return missing(request)
        code = _HTTP_CODES.get(error.status_code, UsageError.code)
        headers = error.headers
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (path := _path(request)) in methods:
            headers = {"allow": ", ".join(methods[path])}
        return problem(error.status_code, code, f"{error.detail}.", headers=headers)

    @app.exception_handler(Exception)
    async def unknown(_: Request, __: Exception) -> ProblemResponse:
        return problem(500, OwnplugError.code, "The hub failed at this.", hint="Its log says why.")


def _methods(routers: Sequence[APIRouter]) -> dict[str, list[str]]:
    """Which methods each path has: the framework tells those of one router, and ours are one for each scope."""
    found: dict[str, set[str]] = {}
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                found.setdefault(route.path, set()).update(route.methods or ())
    return {path: sorted(methods) for path, methods in found.items()}


def _path(request: Request) -> str:
    """The path of the route that was asked, with its parameters by name."""
    return cast("str", getattr(request.scope.get("route"), "path", ""))


def describe_invalid(error: RequestValidationError) -> str:
    """Say where a request is wrong, without what it said there."""
    return f"{'; '.join(_place(found) for found in error.errors())}."


def _place(found: Mapping[str, Any]) -> str:
    # The name of a field that we do not know is the caller's own word, too.
    known = found["loc"][:-1] if found["type"] == "extra_forbidden" else found["loc"]
    return f"{'.'.join(str(part) for part in known)}: {found['msg']}"
