"""The list of plugs, whole or page by page.

With ten thousand plugs the whole takes about a second to make. It is made in slices, so that whoever switches a plug
meanwhile waits for one of them at most.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Query, Response

from ownplug.core.records import Scope
from ownplug.hub import MARK_PATTERN
from ownplug.web import schema
from ownplug.web.ports import HubDoor
from ownplug.web.routes import Hub
from ownplug.web.scopes import needs

_MOST = 1000
_SLICE = 100  # plugs; 10 ms

Limit = Annotated[
    int | None, Query(ge=1, le=_MOST, description="how many plugs the page has; without it there is one page")
]
After = Annotated[str | None, Query(pattern=MARK_PATTERN, description="`next` of the page before")]

listing = APIRouter(prefix="/api/v1/plugs", dependencies=[needs(Scope.READ)])


@listing.get("", response_model=schema.Plugs)
async def get_plugs(hub: Hub, limit: Limit = None, after: After = None) -> Response:
    """List the plugs of the home in the order in which they came; all, or a page."""
    return Response(await _text(hub, limit, after), media_type="application/json")


async def _text(hub: HubDoor, limit: int | None, after: str | None) -> str:
    """Write the list; the framework would check and write all of it at one go."""
    plugs: list[str] = []
    while True:
        left = _SLICE if limit is None else limit - len(plugs)
        slice_, after = hub.plugs(limit=min(left, _SLICE), after=after)
        plugs += [schema.plug_document(plug).model_dump_json() for plug in slice_]
        if after is None or len(plugs) == limit:
            return f'{{"plugs":[{",".join(plugs)}],"next":{json.dumps(after)}}}'
        await asyncio.sleep(0)
