"""The routes of the API: each one calls the hub once and shows what it said."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from ownplug.core.errors import NotFound
from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.hub import Caller, PlugChange, PlugView
from ownplug.web import schema
from ownplug.web.description import BY_PLUG, ETAG, OF_PLUG, SWITCHING, failures
from ownplug.web.ports import HubDoor
from ownplug.web.scopes import CallerOf, caller_of, check_scope, needs


async def hub_of(request: Request) -> HubDoor:
    """Return the hub's door for whoever asks."""
    hub = cast("HubDoor", request.app.state.doors.hub)
    return hub.acting_for(caller_of(request).name)


Hub = Annotated[HubDoor, Depends(hub_of)]
Reference = Annotated[
    str,
    Path(
        alias="plug", max_length=100, description="name, uuid, its last digits, or MAC", examples=["kettle"]
    ),
]
UserName = Annotated[str, Path(max_length=254, description="as it was given when the user was added")]
Channel = Annotated[int, Path(ge=0, le=255)]
IfMatch = Annotated[
    str | None, Header(max_length=100, description="the ETag that was seen: refused if it is another now")
]
ShowSecrets = Annotated[bool, Query(description="show keys instead of ***; needs the scope admin")]


def seen_edition(if_match: str | None) -> str | None:
    """Return the edition that a caller says to have seen; None: any, which is also what `*` means."""
    return None if if_match in (None, "*") else if_match.strip().removeprefix("W/").strip('"')


health = APIRouter()
reading = APIRouter(prefix="/api/v1", dependencies=[needs(Scope.READ)])
switching = APIRouter(prefix="/api/v1", dependencies=[needs(Scope.SWITCH)])
ruling = APIRouter(prefix="/api/v1", dependencies=[needs(Scope.ADMIN)])


@health.get("/healthz")
async def get_health() -> schema.Health:
    """Tell that the hub is there; needs no login."""
    return schema.Health()


@reading.get("/home")
async def get_home(hub: Hub, caller: CallerOf, show_secrets: ShowSecrets = False) -> schema.Home:  # noqa: FBT002 - a query parameter
    """Tell who the home is and where it listens."""
    _check_secrets(caller, wanted=show_secrets)
    return schema.home_document(hub.home(), show_secrets=show_secrets)


@ruling.put("/home/key", status_code=204)
async def change_key(hub: Hub, body: schema.KeyBody) -> Response:
    """Give the home another key; each plug keeps the one that it has until it is given the new one."""
    await hub.change_key(Secret(body.key.get_secret_value()))
    return Response(status_code=204)


@ruling.put("/plugs/{plug}/key", status_code=204, responses=OF_PLUG)
async def expect_plug(hub: Hub, plug: Reference, body: schema.KeyBody) -> Response:
    """Know a plug by a key of its own from now on; one that has yet to come is named by its uuid."""
    await hub.expect(plug, Secret(body.key.get_secret_value()))
    return Response(status_code=204)


@reading.get("/plugs/{plug}", responses={**OF_PLUG, **ETAG})
async def get_plug(
    hub: Hub,
    plug: Reference,
    caller: CallerOf,
    response: Response,
    show_secrets: ShowSecrets = False,  # noqa: FBT002 - a query parameter
) -> schema.Plug:
    """Show one plug; its ETag is for those who change it."""
    _check_secrets(caller, wanted=show_secrets)
    return _shown(hub.plug(plug), response, show_secrets=show_secrets)


@ruling.patch("/plugs/{plug}", responses={**OF_PLUG, **ETAG, **failures(412)})
async def change_plug(
    hub: Hub, plug: Reference, body: schema.PlugBody, response: Response, if_match: IfMatch = None
) -> schema.Plug:
    """Call a plug something else, say in which room it is, or how it is shown."""
    wanted = PlugChange(name=body.name, room=body.room, icon=body.icon)
    return _shown(await hub.change(plug, wanted, expected=seen_edition(if_match)), response)


@ruling.patch("/plugs/{plug}/safeguards", responses={**OF_PLUG, **ETAG, **failures(412)})
async def change_safeguards(
    hub: Hub, plug: Reference, body: schema.SafeguardsBody, response: Response, if_match: IfMatch = None
) -> schema.Plug:
    """Say what the hub shall see to about a plug: after a power loss, above a limit, never off."""
    seen = hub.plug(plug)
    wanted = PlugChange(safeguards=schema.safeguards_of(seen.safeguards, body))
    expected = seen.edition if seen_edition(if_match) is None else seen_edition(if_match)
    return _shown(await hub.change(plug, wanted, expected=expected), response)


@switching.post("/plugs/{plug}/allow", responses={**OF_PLUG, **ETAG})
async def allow_again(hub: Hub, plug: Reference, response: Response) -> schema.Plug:
    """Let a plug be switched on again that its limit had switched off; it stays off until somebody does."""
    return _shown(await hub.allow_again(plug), response)


@ruling.delete("/plugs/{plug}", status_code=204, responses=OF_PLUG)
async def forget_plug(hub: Hub, plug: Reference) -> Response:
    """Remove a plug from the home."""
    await hub.forget(plug)
    return Response(status_code=204)


@switching.put("/plugs/{plug}/relays/{channel}", responses=SWITCHING)
async def switch_relay(hub: Hub, plug: Reference, channel: Channel, body: schema.SwitchBody) -> schema.Relay:
    """Switch a relay; answered when the plug has done it."""
    done = await hub.switch(plug, on=body.on, channel=channel, expires_at=body.expires_at)
    return schema.relay_document(done)


@switching.post("/plugs/{plug}/relays/{channel}/toggle", responses=SWITCHING)
async def toggle_relay(
    hub: Hub, plug: Reference, channel: Channel, body: schema.ToggleBody | None = None
) -> schema.Relay:
    """Switch a relay to its other side."""
    expires_at = body.expires_at if body else None
    return schema.relay_document(await hub.toggle(plug, channel=channel, expires_at=expires_at))


@reading.get("/plugs/{plug}/electricity", responses=BY_PLUG)
async def get_electricity(
    hub: Hub, plug: Reference, channel: Annotated[int, Query(ge=0, le=255)] = 0
) -> schema.Power:
    """Ask the plug for its power now."""
    return schema.power_document(await hub.read_power(plug, channel=channel))


@reading.get("/plugs/{plug}/consumption", responses=BY_PLUG)
async def get_consumption(hub: Hub, plug: Reference) -> schema.Days:
    """Ask the plug for the energy of the days it remembers."""
    return schema.days_document(await hub.energy_days(plug))


@reading.get("/plugs/{plug}/light", responses=BY_PLUG)
async def get_light(hub: Hub, plug: Reference) -> schema.Light:
    """Ask whether the plug's own light shows what it does."""
    return schema.Light(on=await hub.lights.is_on(plug))


@switching.put("/plugs/{plug}/light", responses=BY_PLUG)
async def set_light(hub: Hub, plug: Reference, body: schema.LightBody) -> schema.Light:
    """Let the plug's own light show what it does, or keep it dark."""
    return schema.Light(on=await hub.lights.set(plug, on=body.on))


@ruling.post("/plugs/{plug}/request", responses=SWITCHING)
async def send_request(hub: Hub, plug: Reference, body: schema.RequestBody) -> schema.Reply:
    """Send the plug a message of its own language."""
    reply = await hub.request(plug, method=body.method, namespace=body.namespace, payload=body.payload)
    return schema.Reply(**reply)


@ruling.get("/refusals")
async def get_refusals(hub: Hub) -> schema.Refusals:
    """List who could not come in lately, oldest first."""
    return schema.Refusals(refusals=[schema.refused_document(refusal) for refusal in hub.refusals()])


@ruling.post("/users", status_code=201, response_class=Response, responses=failures(404, 409))
async def add_user(hub: Hub, body: schema.UserBody) -> Response:
    """Add a user, or change its password and rights."""
    password = Secret(body.password.get_secret_value())
    await hub.add_user(
        body.name,
        password,
        read=body.read,
        write=body.write,
        scope=body.scope,
        app_plugs=body.app_plugs,
    )
    return Response(status_code=201)


@ruling.get("/users")
async def get_users(hub: Hub) -> schema.Users:
    """List all users."""
    return schema.Users(users=[schema.user_document(user) for user in hub.users()])


@ruling.patch("/users/{name}", responses=failures(404, 409))
async def change_user(hub: Hub, name: UserName, body: schema.RightsBody) -> schema.User:
    """Give a user other rights; its password stays."""
    before = next((user for user in hub.users() if user.name == name), None)
    if before is None:
        raise NotFound(f"There is no user {name[:80]!r}.", hint="`ownplug user list` shows them.")
    rights: dict[str, Any] = schema.user_document(before).model_dump(exclude={"name"})
    rights |= {field: getattr(body, field) for field in body.model_fields_set}
    return schema.user_document(await hub.change_user(name, **rights))


@ruling.delete("/users/{name}", status_code=204, responses=failures(404))
async def remove_user(hub: Hub, name: UserName) -> Response:
    """Remove a user; it is signed out, and its connections to the MQTT server end at once."""
    await hub.remove_user(name)
    return Response(status_code=204)


def _shown(plug: PlugView, response: Response, *, show_secrets: bool = False) -> schema.Plug:
    response.headers["etag"] = f'"{plug.edition}"'
    return schema.plug_document(plug, show_secrets=show_secrets)


def _check_secrets(caller: Caller, *, wanted: bool) -> None:
    if wanted:
        check_scope(caller, Scope.ADMIN)
