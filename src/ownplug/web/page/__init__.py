"""The web page: files that are the same for everybody and need no login, as all that they show comes from the API.

Each view has an address of its own, and all of them are answered with the one document `index.html`; what it loads lies
below `/page/EDITION/`, where EDITION changes with any of the files, so that a browser may keep them for good.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import mimetypes
import posixpath
import re
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers
from starlette.types import Scope

from ownplug.core.errors import NotFound

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; manifest-src 'self';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
_VIEWS = frozenset(
    {
        *("login", "welcome", "trust", "ca"),
        *("plugs", "energy", "take-home", "console", "lab", "settings", "more"),
    }
)
_ICON = "/favicon.svg"
_MANIFEST = "/manifest.webmanifest"
_CA = "/ca.crt"
_FILES = frozenset({_ICON, _MANIFEST, _CA})
_ASSETS = "page"
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".json": "application/json"}
_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_WORTH_PACKING = 1000  # bytes; less fits one packet as it is
_EDITION = b"{edition}"
_PRELOAD = b"{preload}"
_FIRST = ("main.js", "views/home.js")
_IMPORT = re.compile(r'(?:from|^import) *"(\.[^"]+\.js)"', re.MULTILINE)

page = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One file of the page, as it is and packed."""

    body: bytes
    packed: bytes | None
    media_type: str


def is_page(path: str) -> bool:
    """Whether a path belongs to the page, and so needs no login."""
    first = path.removeprefix("/").split("/", 1)[0]
    return path == "/" or (path.startswith("/") and first in {*_VIEWS, _ASSETS}) or path in _FILES


def is_navigation(scope: Scope) -> bool:
    """Whether a person opens an address, who is better served by the page than by a problem document."""
    is_view = scope.get("method") == "GET" and not scope["path"].startswith("/api/")
    return is_view and "text/html" in Headers(scope=scope).get("accept", "")


def missing(request: Request) -> Response:
    """Answer for an address of no view: the page, which says so."""
    return _answer(request, _files()["index.html"], _ASK_AGAIN, status=404)


async def _document(request: Request) -> Response:
    return _answer(request, _files()["index.html"], _ASK_AGAIN)


page.add_api_route("/", _document, methods=["GET"])
for _view in sorted(_VIEWS):
    page.add_api_route(f"/{_view}", _document, methods=["GET"])
    page.add_api_route(f"/{_view}/{{rest:path}}", _document, methods=["GET"])


@page.get(f"/{_ASSETS}/{{edition}}/{{path:path}}")
async def get_asset(request: Request, edition: str, path: str) -> Response:
    """Give a file of the page, of this edition: a page that was opened before an upgrade has to be loaded anew."""
    file = _files().get(path) if edition == _edition() else None
    if file is None:
        raise NotFound("The page has no such file.", hint="Load the page anew.")
    return _answer(request, file, _FOR_GOOD)


@page.get(_ICON)
async def get_icon(request: Request) -> Response:
    """Give the mark that a browser shows beside the title."""
    return _answer(request, _files()["art/favicon.svg"], _ASK_AGAIN)


@page.get(_MANIFEST)
async def get_manifest(request: Request) -> Response:
    """Tell a browser how to install the page."""
    return _answer(request, _files()["manifest.webmanifest"], _ASK_AGAIN)


@page.get(_CA)
def get_ca(request: Request) -> Response:
    """Give the certificate of the home's CA, which is no secret, so that phones offer to install it."""
    path = request.app.state.doors.hub.home().ca
    if not path:
        raise NotFound("This hub has no CA of its own.")
    return Response(Path(path).read_bytes(), media_type="application/x-x509-ca-cert")


def _answer(request: Request, file: _File, keeping: str, *, status: int = 200) -> Response:
    headers = {"content-security-policy": _POLICY, "cache-control": keeping, "vary": "accept-encoding"}
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(file.packed, status, media_type=file.media_type, headers=headers)
    return Response(file.body, status, media_type=file.media_type, headers=headers)


@functools.cache
def _files() -> dict[str, _File]:
    """Read all of the page once; a few hundred kilobytes."""
    edition, preload = _edition().encode(), _preload()
    return {
        path: _made(path, body.replace(_PRELOAD, preload).replace(_EDITION, edition))
        for path, body in _bodies().items()
    }


@functools.cache
def _edition() -> str:
    digest = hashlib.sha256()
    for path, body in sorted(_bodies().items()):
        digest.update(path.encode() + b"\0" + body)
    return digest.hexdigest()[:12]


def _preload() -> bytes:
    """Name the modules of the first view: a browser would find each only in the one that imports it."""
    found: list[str] = []
    waiting = list(_FIRST)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.append(path)
            waiting += [_beside(path, each) for each in _IMPORT.findall(_bodies()[path].decode())]
    return "\n".join(
        f'<link rel="modulepreload" href="/{_ASSETS}/{{edition}}/{path}">' for path in sorted(found)
    ).encode()


def _beside(path: str, imported: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), imported))


@functools.cache
def _bodies() -> dict[str, bytes]:
    return dict(_walk(resources.files(__name__), ""))


def _walk(folder: Traversable, above: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for each in folder.iterdir():
        if each.is_dir():
            found += _walk(each, f"{above}{each.name}/")
        elif not each.name.endswith((".py", ".pyc")):
            found.append((f"{above}{each.name}", each.read_bytes()))
    return found


def _made(path: str, body: bytes) -> _File:
    suffix = Path(path).suffix
    media_type = _TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    is_text = suffix != ".png"
    packed = gzip.compress(body, mtime=0) if is_text and len(body) > _WORTH_PACKING else None
    return _File(
        body=body, packed=packed, media_type=f"{media_type}; charset=utf-8" if is_text else media_type
    )
