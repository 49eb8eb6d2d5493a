"""The application: routes behind the guard, failures as problem documents, nothing that phones home."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI

from ownplug import __version__
from ownplug.web.backup import backup
from ownplug.web.body import JsonBodies
from ownplug.web.console import console
from ownplug.web.console_talk import console_talk
from ownplug.web.description import ANY_FAILURE, describe, operation_id
from ownplug.web.discovery import discovery
from ownplug.web.doors import Doors
from ownplug.web.energy import energy
from ownplug.web.firmware import new_firmware, shown_firmware
from ownplug.web.guard import Guard
from ownplug.web.home_energy import home_energy
from ownplug.web.homekit import homekit
from ownplug.web.hosts import allowed_authorities
from ownplug.web.hub_settings import hub_settings
from ownplug.web.lab import lab
from ownplug.web.lab_live import lab_live
from ownplug.web.live import live
from ownplug.web.moving import moving
from ownplug.web.observing import observing, reporting, watchdog
from ownplug.web.page import page
from ownplug.web.pairing import pairing
from ownplug.web.pairing_batches import batches
from ownplug.web.plugs import listing
from ownplug.web.problems import answer_failures
from ownplug.web.routes import health, reading, ruling, switching
from ownplug.web.session import open_session, session
from ownplug.web.settings import WebSettings
from ownplug.web.tariffs import changed_tariffs, shown_tariffs
from ownplug.web.timers import kept_rules, shown_rules
from ownplug.web.tokens import tokens

_ROUTERS = (
    health,
    page,
    open_session,
    session,
    reading,
    listing,
    switching,
    ruling,
    tokens,
    shown_rules,
    kept_rules,
    shown_firmware,
    new_firmware,
    shown_tariffs,
    changed_tariffs,
    watchdog,
    observing,
    energy,
    home_energy,
    reporting,
    batches,  # before what would take their name for a pairing's
    pairing,
    moving,
    discovery,
    backup,
    hub_settings,
    console,
    console_talk,
    lab,
    lab_live,
    homekit,
    live,
)


def create_app(doors: Doors, settings: WebSettings) -> FastAPI:
    """Make the web interface of a hub.

    Args:
        doors: what it opens to who may come in.
        settings: where it will listen and which names it answers to.

    Raises:
        UsageError: an entry of `allowed_hosts` is no host name.
    """
    app = FastAPI(
        title="ownplug",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
        redirect_slashes=False,  # a redirect repeats what the caller put into Host
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.doors = doors
    app.state.scraping = asyncio.Lock()
    for routes in _ROUTERS:
        app.include_router(routes, responses=ANY_FAILURE)
    describe(app)
    answer_failures(app, _ROUTERS)
    app.add_middleware(JsonBodies)
    # Added last, so it comes first.
    names = allowed_authorities(settings.host, settings.allowed_hosts)
    app.add_middleware(Guard, hosts=names, logins=doors.logins)
    return app
