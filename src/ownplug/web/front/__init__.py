"""What is served without a login: the page on which one signs in, its own files, and the home's CA certificate.

Phones and computers have to know the CA before they trust the hub over HTTPS, so its certificate, which is no secret,
is here too. All of it is read once; nothing of a request shows in an answer.
"""

from __future__ import annotations

import functools
from importlib import resources
from pathlib import Path

from fastapi import APIRouter, Request, Response

from ownplug.core.errors import NotFound

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGES = {"/login": "sign-in.html", "/welcome": "sign-in.html", "/ca": "ca.html"}
_FILES = {"/front.css": ("front.css", "text/css"), "/front.js": ("front.js", "text/javascript")}
_CA = "/ca.crt"

FRONT_PATHS = frozenset({*_PAGES, *_FILES, _CA})
"""What needs no login."""

front = APIRouter(include_in_schema=False)


async def _page(request: Request) -> Response:
    return _answer(_PAGES.get(request.url.path, "sign-in.html"), "text/html")


async def _file(request: Request) -> Response:
    return _answer(*_FILES[request.url.path])


for _path in ("/", *_PAGES):  # "/" is behind the login: there it says who is signed in
    front.add_api_route(_path, _page, methods=["GET"])
for _path in _FILES:
    front.add_api_route(_path, _file, methods=["GET"])


@front.get(_CA)
def get_ca(request: Request) -> Response:
    """Give the certificate of the home's CA, so that phones offer to install it."""
    path = request.app.state.doors.hub.home().ca
    if not path:
        raise NotFound("This hub has no CA of its own.")
    return Response(Path(path).read_bytes(), media_type="application/x-x509-ca-cert")


def _answer(name: str, media_type: str) -> Response:
    return Response(
        _read(name), media_type=f"{media_type}; charset=utf-8", headers={"content-security-policy": _POLICY}
    )


@functools.cache
def _read(name: str) -> bytes:
    return (resources.files("ownplug.web.front") / name).read_bytes()
