"""What the OpenAPI description says besides what the framework reads from the routes: failures, logins, areas."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from ownplug import __version__
from ownplug.web.guard import OPEN

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

_LOGINS = {
    "token": {"type": "http", "scheme": "bearer", "description": "of `ownplug token create`"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "ownplug-8480",
        "description": "set by POST /api/v1/session; the name ends in the port, `__Host-` stands before it with HTTPS",
    },
}

_AREAS = (
    # name, what it is about, how its paths begin; the first that fits counts
    (
        "timers",
        "What plugs do by themselves.",
        ("/api/v1/plugs/{plug}/timers", "/api/v1/plugs/{plug}/auto-offs"),
    ),
    (
        "energy",
        "What was used, and what it cost.",
        ("/api/v1/energy", "/api/v1/plugs/{plug}/energy"),
    ),
    ("firmware", "Which firmware plugs have, and another.", ("/api/v1/plugs/{plug}/firmware",)),
    ("plugs", "The plugs of the home.", ("/api/v1/plugs",)),
    ("tariffs", "What energy costs.", ("/api/v1/tariffs",)),
    ("pairing", "Taking plugs home.", ("/api/v1/pairings", "/api/v1/discovery")),
    ("moving", "Taking plugs to another server.", ("/api/v1/moves",)),
    ("console", "Plugs at a serial port of the hub.", ("/api/v1/console",)),
    ("bridges", "The plugs in other systems.", ("/api/v1/bridges",)),
    ("lab", "Virtual plugs to try things with.", ("/api/v1/lab",)),
    (
        "logins",
        "Who may use the hub.",
        ("/api/v1/session", "/api/v1/setup", "/api/v1/users", "/api/v1/tokens"),
    ),
    ("hub", "The hub itself.", ("/",)),
)

Responses = dict[int | str, dict[str, Any]]


def failures(*statuses: int) -> Responses:
    """Describe the failures with which a route may answer, besides `ANY_FAILURE`."""
    return {status: {"description": HTTPStatus(status).phrase, "content": _CONTENT} for status in statuses}


ANY_FAILURE = failures(400, 401, 403, 413, 507)
"""What every route may answer."""

OF_PLUG = failures(404, 409)
"""What a route may answer besides that names a plug: there is none, or there are several."""

BY_PLUG = failures(404, 409, 502, 503, 504)
"""What a route may answer besides that asks a plug something."""

SWITCHING = {**BY_PLUG, **failures(423)}
"""What a route may answer besides that switches a plug, or makes it switch later: its safeguards may forbid that."""

ETAG: Responses = {
    200: {"headers": {"ETag": {"description": "of what people change here", "schema": {"type": "string"}}}}
}
"""What stands beside the document of a plug."""


def operation_id(route: APIRoute) -> str:
    """Name an operation after its function, as programs made from the description will call it."""
    return route.name


def describe(app: FastAPI) -> None:
    """Let the description of `app` say what the framework does not know: logins, areas, what failures look like."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(get_openapi(title=app.title, version=__version__, routes=app.routes))
            schemas = made["components"]["schemas"]
            schemas["Problem"] = _PROBLEM
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            made["components"]["securitySchemes"] = _LOGINS
            made["security"] = [{name: []} for name in _LOGINS]
            made["tags"] = [{"name": name, "description": about} for name, about, _ in _AREAS]
            for method, path, operation in _operations(made):
                _complete(method, path, operation)
        return made

    app.openapi = openapi  # type: ignore[method-assign]  # the way the framework's documentation gives


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def _complete(method: str, path: str, operation: dict[str, Any]) -> None:
    operation["tags"] = [next(name for name, _, places in _AREAS if path.startswith(places))]
    # The framework's summary is the function's name once more, and our docstrings are one sentence.
    operation["summary"] = operation.pop("description")
    if (method, path) in OPEN:
        operation["security"] = []
        if method == "GET":  # nobody is asked who it is
            del operation["responses"]["401"]
    operation["responses"].pop("422", None)  # the framework's own idea; ours is 400
