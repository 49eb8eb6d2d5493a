"""What a caller may send: at most 64 KiB of strict JSON, and to two routes a file: a firmware image, a table of prices.

Python's JSON reader takes NaN, numbers beyond all bounds, the same name twice and halves of characters, and
nests until the stack ends. None of that is JSON (RFC 8259) or safe to hand on, so a body is judged before a
route sees it.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ownplug.core.energy.price_csv import LONGEST_TABLE
from ownplug.core.errors import Forbidden, Malformed, UsageError
from ownplug.core.image import LONGEST_IMAGE
from ownplug.core.records import Scope as Rights
from ownplug.web.problems import ProblemResponse, problem, problem_of
from ownplug.web.scopes import check_scope

BODY_LIMIT = 64 * 1024  # bytes
IMAGE_TYPE = "application/octet-stream"
TABLE_TYPE = "text/csv"
DEPTH_LIMIT = 32  # objects and lists within each other; real messages nest five deep


@dataclass(frozen=True, slots=True, kw_only=True)
class _FileRoute:
    """A route that takes a file, which the hub judges itself."""

    method: str
    path: re.Pattern[str]
    type: str
    limit: int  # bytes


_FILE_ROUTES = (
    _FileRoute(
        method="POST",
        path=re.compile(r"/api/v1/plugs/[^/]+/firmware"),
        type=IMAGE_TYPE,
        limit=LONGEST_IMAGE,
    ),
    _FileRoute(method="PUT", path=re.compile("/api/v1/tariffs/prices"), type=TABLE_TYPE, limit=LONGEST_TABLE),
)


def check_json(body: bytes) -> None:
    """Accept strict JSON of reasonable depth.

    Raises:
        Malformed: it is not.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_int=_bounded,
            parse_float=_finite,
            object_pairs_hook=_without_repetition,
        )
    except UnicodeDecodeError as error:
        raise Malformed("The body is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON.") from error
    _check_depth(value)


class JsonBodies:
    """Middleware that lets only such bodies through; what is to be a file is only measured."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge the body of one request, then hand the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        file = _file_route(scope)
        if file and (refusal := _file_refusal(scope)):
            await refusal(scope, receive, send)
            return
        limit = file.limit if file else BODY_LIMIT
        body = await _read(scope, receive, limit)
        if body is None:
            too_large = problem(413, UsageError.code, f"A request may have {limit} bytes.")
            await too_large(scope, receive, send)
            return
        try:
            if body and not file:
                check_json(body)
        except Malformed as error:
            malformed = problem(400, error.code, str(error), hint="Send one JSON object in UTF-8.")
            await malformed(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)


def _file_route(scope: Scope) -> _FileRoute | None:
    """Which route takes the body as a file; None: it is to be JSON."""
    types = [value for name, value in scope["headers"] if name == b"content-type"]
    for route in _FILE_ROUTES:
        if scope["method"] == route.method and route.path.fullmatch(scope["path"]):
            return route if types == [route.type.encode()] else None
    return None


def _file_refusal(scope: Scope) -> ProblemResponse | None:
    """Why this caller may not send a file; said before megabytes are read for nothing."""
    try:
        check_scope(scope["state"]["caller"], Rights.ADMIN)
    except Forbidden as error:
        return problem_of(error)
    return None


async def _read(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """Read the whole body, or return None as soon as it is known to be too long."""
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not said.isdigit() or len(said) > 9 or int(said) > limit:
        return None
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            return None
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _bounded(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**64:  # what every JSON library can write again
        raise ValueError("a number beyond all bounds")
    return number


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number beyond all bounds")
    return number


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    for name in found:
        name.encode()  # half of a surrogate pair fails here; UnicodeEncodeError is a ValueError
    return found


def _check_depth(value: object) -> None:
    level: list[object] = [value]
    depth = 0
    while level:
        if depth == DEPTH_LIMIT and any(isinstance(inner, dict | list) for inner in level):
            raise Malformed(f"The body nests deeper than {DEPTH_LIMIT} levels.")
        level = [inner for outer in level for inner in _inside(outer)]
        depth += 1


def _inside(value: object) -> list[object]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case str():
            _check_text(value)
    return []


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed("The body holds half of a character.") from error
