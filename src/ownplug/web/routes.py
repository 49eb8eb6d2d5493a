"""The routes of the API: each one calls the hub once and shows what it said."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from ownplug.core.secret import Secret
from ownplug.web import schema
from ownplug.web.ports import HubDoor


def _hub_of(request: Request) -> HubDoor:
    return cast("HubDoor", request.app.state.hub)


Hub = Annotated[HubDoor, Depends(_hub_of)]
Reference = Annotated[
    str, Path(alias="plug", max_length=100, description="name, uuid, its last digits, or MAC")
]
UserName = Annotated[str, Path(max_length=254, description="as it was given when the user was added")]
Channel = Annotated[int, Path(ge=0, le=255)]
ShowSecrets = Annotated[bool, Query(description="show keys instead of ***")]

health = APIRouter()
api = APIRouter(prefix="/api/v1")


@health.get("/healthz")
async def healthz() -> schema.Health:
    """Tell that the hub is there; needs no login."""
    return schema.Health()


@api.get("/home")
async def get_home(hub: Hub, show_secrets: ShowSecrets = False) -> schema.Home:  # noqa: FBT002 - a query parameter
    """Tell who the home is and where it listens."""
    return schema.home_document(hub.home(), show_secrets=show_secrets)


@api.put("/home/key", status_code=204)
async def change_key(hub: Hub, body: schema.KeyBody) -> Response:
    """Give the home another key; each plug keeps the one that it has until it is given the new one."""
    await hub.change_key(Secret(body.key.get_secret_value()))
    return Response(status_code=204)


@api.get("/plugs")
async def get_plugs(hub: Hub) -> schema.Plugs:
    """List all plugs of the home."""
    return schema.Plugs(plugs=[schema.plug_document(plug) for plug in hub.plugs()])


@api.get("/plugs/{plug}")
async def get_plug(hub: Hub, plug: Reference, show_secrets: ShowSecrets = False) -> schema.Plug:  # noqa: FBT002 - a query parameter
    """Show one plug."""
    return schema.plug_document(hub.plug(plug), show_secrets=show_secrets)


@api.patch("/plugs/{plug}")
async def change_plug(hub: Hub, plug: Reference, body: schema.PlugBody) -> schema.Plug:
    """Call a plug something else, or say in which room it is."""
    return schema.plug_document(await hub.change(plug, name=body.name, room=body.room))


@api.delete("/plugs/{plug}", status_code=204)
async def forget_plug(hub: Hub, plug: Reference) -> Response:
    """Remove a plug from the home."""
    await hub.forget(plug)
    return Response(status_code=204)


@api.put("/plugs/{plug}/relays/{channel}")
async def switch_relay(hub: Hub, plug: Reference, channel: Channel, body: schema.SwitchBody) -> schema.Relay:
    """Switch a relay; answered when the plug has done it."""
    return schema.relay_document(await hub.switch(plug, on=body.on, channel=channel))


@api.post("/plugs/{plug}/relays/{channel}/toggle")
async def toggle_relay(hub: Hub, plug: Reference, channel: Channel) -> schema.Relay:
    """Switch a relay to its other side."""
    return schema.relay_document(await hub.toggle(plug, channel=channel))


@api.get("/plugs/{plug}/electricity")
async def get_electricity(
    hub: Hub, plug: Reference, channel: Annotated[int, Query(ge=0, le=255)] = 0
) -> schema.Power:
    """Ask the plug for its power now."""
    return schema.power_document(await hub.read_power(plug, channel=channel))


@api.get("/plugs/{plug}/consumption")
async def get_consumption(hub: Hub, plug: Reference) -> schema.Days:
    """Ask the plug for the energy of the days it remembers."""
    return schema.days_document(await hub.energy_days(plug))


@api.get("/plugs/{plug}/light")
async def get_light(hub: Hub, plug: Reference) -> schema.Light:
    """Ask whether the plug's own light shows what it does."""
    return schema.Light(on=await hub.lights.is_on(plug))


@api.put("/plugs/{plug}/light")
async def set_light(hub: Hub, plug: Reference, body: schema.SwitchBody) -> schema.Light:
    """Let the plug's own light show what it does, or keep it dark."""
    return schema.Light(on=await hub.lights.set(plug, on=body.on))


@api.post("/plugs/{plug}/request")
async def send_request(hub: Hub, plug: Reference, body: schema.RequestBody) -> schema.Reply:
    """Send the plug a message of its own language."""
    reply = await hub.request(plug, method=body.method, namespace=body.namespace, payload=body.payload)
    return schema.Reply(**reply)


@api.get("/refusals")
async def get_refusals(hub: Hub) -> schema.Refusals:
    """List who could not come in lately, oldest first."""
    return schema.Refusals(refusals=[schema.refused_document(refusal) for refusal in hub.refusals()])


@api.post("/users", status_code=201)
async def add_user(hub: Hub, body: schema.UserBody) -> Response:
    """Add a user of the MQTT server, or change its password and rights."""
    password = Secret(body.password.get_secret_value())
    await hub.add_user(body.name, password, read=body.read, write=body.write)
    return Response(status_code=201)


@api.get("/users")
async def get_users(hub: Hub) -> schema.Users:
    """List all users of the MQTT server."""
    return schema.Users(users=[schema.user_document(user) for user in hub.users()])


@api.delete("/users/{name}", status_code=204)
async def remove_user(hub: Hub, name: UserName) -> Response:
    """Remove a user of the MQTT server; its connections end at once."""
    await hub.remove_user(name)
    return Response(status_code=204)
