"""What the OpenAPI description says of failures and logins: the framework's own idea of both is not ours."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ownplug import __version__

_PROBLEM = {
    "title": "Problem",
    "description": "Why it failed (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "hint"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "the failure's name for programs"},
        "detail": {"type": "string", "description": "a sentence that says what is wrong"},
        "hint": {"type": "string", "description": "what to do next; may be empty"},
        "device_code": {"type": "integer", "description": "the plug's own number, where the plug refused"},
    },
}
_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_STATUS = (400, 401, 403, 404, 405, 409, 413, 429, 502, 503, 504)

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    **{status: {"description": HTTPStatus(status).phrase, "content": _CONTENT} for status in _STATUS},
    "default": {"description": "Any other failure", "content": _CONTENT},
}
"""What every route may answer besides what it says itself."""

_LOGINS = {
    "token": {"type": "http", "scheme": "bearer", "description": "of `ownplug token create`"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "ownplug-8480",
        "description": "set by POST /api/v1/session; the name ends in the port, `__Host-` stands before it with HTTPS",
    },
}


def describe_problems(app: FastAPI) -> None:
    """Let the description of `app` say what a failure looks like, and how to log in."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(get_openapi(title=app.title, version=__version__, routes=app.routes))
            components = made["components"]
            components["schemas"]["Problem"] = _PROBLEM
            components["securitySchemes"] = _LOGINS
            made["security"] = [{name: []} for name in _LOGINS]
        return made

    app.openapi = openapi  # type: ignore[method-assign]  # the way the framework's documentation gives
