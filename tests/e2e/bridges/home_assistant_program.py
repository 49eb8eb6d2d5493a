"""Home Assistant from PyPI, unmodified, in process: its MQTT integration is set up the way a person does it.

First argument: a folder for its configuration, which it keeps from one start to the next. Then one JSON object a line
on stdin is an order, and one on stdout its answer; what Home Assistant logs from warnings on comes with each answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from homeassistant import auth, config_entries, loader
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.const import EVENT_STATE_CHANGED, __version__
from homeassistant.core import Context, CoreState, Event, HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.helpers import area_registry, device_registry, entity_registry
from homeassistant.setup import async_setup_component

FIRST_STEP = {"source": config_entries.SOURCE_USER}
# What says nothing about us: it is about the machine, or about the house of this test having no place on earth.
SILENT = ("homeassistant.components.http", "homeassistant.helpers.frame", "aiohttp_fast_zlib")


class Complaints(logging.Handler):
    """What Home Assistant complained of since it was asked last."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(SILENT):
            self.lines.append(f"{record.name}: {record.getMessage()}")

    def taken(self) -> list[str]:
        lines, self.lines = self.lines, []
        return lines


class House:
    """One Home Assistant, and what a test may ask of it."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.history: list[list[str]] = []
        hass.bus.async_listen(EVENT_STATE_CHANGED, self.note)

    def note(self, event: Event[Any]) -> None:
        state = event.data["new_state"]
        self.history.append([event.data["entity_id"], state.state if state else "removed"])

    async def connect(self, **broker: Any) -> dict[str, Any]:
        """Add the MQTT integration, or find it as it was added before; say what its form said."""
        if entries := self.hass.config_entries.async_entries("mqtt"):
            await self.hass.config_entries.async_setup(entries[0].entry_id)
            return {"type": "known", "state": entries[0].state.value}
        flow = self.hass.config_entries.flow
        form = await flow.async_init("mqtt", context=FIRST_STEP)
        done = await flow.async_configure(form["flow_id"], broker)
        return {"type": str(done["type"].value), "errors": done.get("errors")}

    async def look(self) -> dict[str, Any]:
        """The devices that MQTT brought, and their entities with what they show."""
        entities, areas = entity_registry.async_get(self.hass), area_registry.async_get(self.hass)
        found = {}
        for device in device_registry.async_get(self.hass).devices.values():
            area = areas.async_get_area(device.area_id) if device.area_id else None
            found[next(iter(device.identifiers))[1]] = {
                "name": device.name,
                "connections": sorted(map(list, device.connections)),
                "manufacturer": device.manufacturer,
                "model": device.model,
                "sw_version": device.sw_version,
                "hw_version": device.hw_version,
                "configuration_url": device.configuration_url,
                "area": area.name if area else None,
                "entities": {
                    entry.unique_id: self.shown(entry)
                    for entry in entity_registry.async_entries_for_device(
                        entities, device.id, include_disabled_entities=True
                    )
                },
            }
        return found

    def shown(self, entry: entity_registry.RegistryEntry) -> dict[str, Any]:
        state = self.hass.states.get(entry.entity_id)
        return {
            "entity_id": entry.entity_id,
            "category": entry.entity_category,
            "state": state.state if state else None,
            "attributes": json.loads(json.dumps(dict(state.attributes), default=str)) if state else {},
        }

    async def call(self, domain: str, service: str, **data: Any) -> None:
        """Do what a person's tap on the dashboard does."""
        await self.hass.services.async_call(domain, service, data, blocking=True, context=Context())

    async def seen(self) -> list[list[str]]:
        """Each change of a state since this was asked last."""
        seen, self.history = self.history, []
        return seen

    async def remove_device(self, identifier: str) -> None:
        """Delete a device the way its page does it."""
        devices = device_registry.async_get(self.hass)
        device = devices.async_get_device(identifiers={("mqtt", identifier)})
        assert device is not None
        from homeassistant.components.mqtt import async_remove_config_entry_device

        [entry] = self.hass.config_entries.async_entries("mqtt")
        assert await async_remove_config_entry_device(self.hass, entry, device)
        devices.async_update_device(device.id, remove_config_entry_id=entry.entry_id)


async def opened(folder: str) -> HomeAssistant:
    """Home Assistant's core with its registries; nothing of it that needs the world outside."""
    (Path(folder) / "configuration.yaml").touch()
    hass = HomeAssistant(folder)
    loader.async_setup(hass)
    hass.config.skip_pip = True  # what is needed is installed
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    await async_load_base_functionality(hass)
    hass.auth = await auth.auth_manager_from_config(hass, [], [])
    await async_process_ha_core_config(hass, {"name": "Home", "unit_system": "metric", "time_zone": "UTC"})
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "http", {})
    hass.set_state(CoreState.running)
    return hass


def tell(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


async def serve(house: House, complaints: Complaints) -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while order := await lines.readline():
        asked = json.loads(order)
        do: Callable[..., Awaitable[Any]] = getattr(house, asked.pop("do"))
        try:
            answer: Any = {"answer": await do(**asked)}
        except Exception as problem:  # noqa: BLE001 - the test is told, and decides
            answer = {"problem": f"{type(problem).__name__}: {problem}"}
        await house.hass.async_block_till_done(wait_background_tasks=False)
        tell({**answer, "complaints": complaints.taken()})


async def main(folder: str) -> None:
    complaints = Complaints()
    logging.basicConfig()
    logging.getLogger().addHandler(complaints)
    hass = await opened(folder)
    tell({"version": __version__})
    await serve(House(hass), complaints)
    await hass.async_stop(force=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
