"""The application: routes behind the guard, failures as problem documents, nothing that phones home."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI

from ownplug import __version__
from ownplug.core.errors import UsageError
from ownplug.core.secret import Secret
from ownplug.web.body import JsonBodies
from ownplug.web.guard import Guard
from ownplug.web.hosts import allowed_authorities
from ownplug.web.live import live
from ownplug.web.observing import observing
from ownplug.web.pairing import PairingDoor, pairing
from ownplug.web.ports import HubDoor
from ownplug.web.problems import answer_failures
from ownplug.web.routes import api as api_routes
from ownplug.web.routes import health
from ownplug.web.settings import WebSettings


def create_app(api: HubDoor, desk: PairingDoor, settings: WebSettings, token: Secret) -> FastAPI:
    """Make the web interface of a hub.

    Args:
        api: the hub's door, `ownplug.hub.HubApi`.
        desk: takes plugs home.
        settings: where it will listen and which names it answers to.
        token: what every caller must hold.

    Raises:
        UsageError: an entry of `allowed_hosts` is no host name, or the token is empty.
    """
    app = FastAPI(
        title="ownplug",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect repeats what the caller put into Host
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.hub = api
    app.state.pairing = desk
    app.state.scraping = asyncio.Lock()
    for routes in (health, api_routes, pairing, observing, live):
        app.include_router(routes)
    answer_failures(app)
    app.add_middleware(JsonBodies)
    # Added last, so it comes first.
    app.add_middleware(
        Guard, hosts=allowed_authorities(settings.host, settings.allowed_hosts), token=_held(token)
    )
    return app


def _held(token: Secret) -> Secret:
    if not token:
        raise UsageError("The web interface needs a token.")
    return token
