"""The bridge and its outlets as accessories, with numbers that never change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pyhap.accessory import Accessory, Bridge
from pyhap.accessory_driver import AccessoryDriver
from pyhap.characteristic import Characteristic
from pyhap.const import CATEGORY_OUTLET
from pyhap.iid_manager import IIDManager
from pyhap.service import Service
from pyhap.util import callback

from ownplug import __version__
from ownplug.bridges.homekit.description import Outlet, Shown, version
from ownplug.core.identity import Uuid

_EVE = "-079E-48FF-8F27-9C2605A29F52"
_METER = {
    # name: (the number that begins its UUID, unit, greatest value, step)
    "Power": ("E863F10D", "W", 65535, 0.1),
    "Energy": ("E863F10C", "kWh", 4294967, 0.001),
    "Voltage": ("E863F10A", "V", 1000, 0.1),
    "Current": ("E863F126", "A", 1000, 0.001),
}
"""What Eve's app reads of an outlet; Apple's own shows none of it.

Source: aiohomekit, model/characteristics/characteristic_types.py; homebridge plugins such as
iiseppi/homebridge-homewizard-power-consumption, src/settings.ts, name the same.
"""

_INFORMATION = 1
_PROTOCOL = 10
_FIRST_OUTLET, _PER_OUTLET = 16, 16
_IN_SERVICE = (
    # The place of a characteristic after its service; only ever to be added to.
    ("Identify", "Manufacturer", "Model", "Name", "SerialNumber", "FirmwareRevision", "HardwareRevision"),
    ("Version",),
    ("On", "OutletInUse", "Name", "Power", "Energy", "Voltage", "Current"),
)


class _FixedNumbers(IIDManager):
    """Gives a characteristic the same number in every run, whatever else the accessory has."""

    def get_iid_for_obj(self, obj: Service | Characteristic) -> int:
        if isinstance(obj, Service):
            return _begin(obj)[0]
        assert obj.service is not None  # noqa: S101 - the library adds characteristics to services only
        begin, names = _begin(obj.service)
        return begin + 1 + names.index(str(obj.display_name))


def _begin(service: Service) -> tuple[int, tuple[str, ...]]:
    information, protocol, outlet = _IN_SERVICE
    match service.display_name:
        case "AccessoryInformation":
            return _INFORMATION, information
        case "HAPProtocolInformation":
            return _PROTOCOL, protocol
        case _:
            return _FIRST_OUTLET + _PER_OUTLET * int(service.unique_id or 0), outlet


@dataclass(slots=True, kw_only=True)
class Write:
    """Somebody wants an outlet on or off.

    Attributes:
        plug: of which plug.
        outlet: which outlet.
        on: to which side.
        is_seen: whether the outlet has been there since.
    """

    plug: PlugAccessory
    outlet: OutletService
    on: bool
    is_seen: bool = False


class BridgeAccessory(Bridge):
    """The bridge itself."""

    def __init__(self, driver: AccessoryDriver, name: str) -> None:
        super().__init__(driver, name, iid_manager=_FixedNumbers())
        self.set_info_service(
            firmware_revision=version(__version__),
            manufacturer="ownplug",
            model="ownplug hub",
            serial_number=driver.state.mac,
        )

    def setup_message(self) -> None:
        """Print nothing: the command line shows the code."""

    @callback
    def run(self) -> None:
        """Do nothing: accessories here are told what is new."""


class PlugAccessory(Accessory):
    """A plug.

    Args:
        driver: that it belongs to.
        plug: as it is now.
        want: takes what somebody wants of it.
        identify: is called when somebody wants to see which one it is.
    """

    category = CATEGORY_OUTLET

    def __init__(
        self,
        driver: AccessoryDriver,
        plug: Shown,
        want: Callable[[Write], None],
        identify: Callable[[Uuid], None],
    ) -> None:
        super().__init__(driver, plug.name, aid=plug.aid, iid_manager=_FixedNumbers())
        self.plug = plug
        self._outlets = [OutletService(self, outlet, want) for outlet in plug.outlets]
        self.set_info_service(
            firmware_revision=plug.firmware,
            manufacturer="Meross",
            model=plug.model,
            serial_number=plug.serial,
        )
        information = self.get_service("AccessoryInformation")
        assert information is not None  # noqa: S101 - `add_info_service` has added it
        information.configure_char("HardwareRevision", value=plug.hardware)
        information.configure_char("Identify", setter_callback=lambda _: identify(plug.uuid))

    @property
    def available(self) -> bool:
        """Whether the plug is there; who reads a value of one that is not gets an error."""
        return self.plug.is_online

    def add_info_service(self) -> None:
        """Add what the library adds, and the hardware's version."""
        information = self.driver.loader.get_service("AccessoryInformation")
        information.add_characteristic(self.driver.loader.get_char("HardwareRevision"))
        information.configure_char("Name", value=self.display_name)
        self.add_service(information)

    def show(self, plug: Shown) -> None:
        """Take what is new, of a plug whose layout is the same; who listens is told."""
        self.plug = plug
        for service, outlet in zip(self._outlets, plug.outlets, strict=True):
            service.show(outlet)


class OutletService:
    """One outlet of a plug. It is on when the plug says so, not when somebody wants it."""

    def __init__(self, plug: PlugAccessory, outlet: Outlet, want: Callable[[Write], None]) -> None:
        self.outlet = outlet
        self._writes: dict[int, tuple[Write, Any]] = {}
        loader = plug.driver.loader
        service = loader.get_service("Outlet")
        service.unique_id = outlet.channel
        service.add_characteristic(loader.get_char("Name"))
        if outlet.meter:
            service.add_characteristic(*(_meter_characteristic(name) for name in _METER))
        plug.add_service(service)
        service.configure_char("Name", value=outlet.name)
        self._values = {str(each.display_name): each for each in service.characteristics}
        self._on = self._values["On"]
        self._on.setter_callback = lambda on: self._wanted(plug, want, on=on)
        self._is_on = False
        self.iid = plug.iid_manager.get_iid(self._on)
        self.show(outlet)

    def show(self, outlet: Outlet) -> None:
        """Take what is new; whoever wanted it so is not told."""
        self.outlet = outlet
        client = None
        for write, wanted_by in self._writes.values():
            if write.on == outlet.is_on:
                write.is_seen, client = True, wanted_by
        self._turn(client, on=outlet.is_on)
        self._values["OutletInUse"].set_value(outlet.is_in_use)
        if outlet.meter:
            self._values["Power"].set_value(outlet.meter.power_w)
            self._values["Energy"].set_value(outlet.meter.energy_kwh)
            self._values["Voltage"].set_value(outlet.meter.voltage_v)
            self._values["Current"].set_value(outlet.meter.current_a)

    @contextmanager
    def writing(self, write: Write, client: Any) -> Iterator[None]:
        """It is being switched for `client` while the context lasts, and has been at its end, unless that failed."""
        self._writes[id(write)] = write, client
        try:
            yield
            if not write.is_seen:  # the news is still on its way
                self._turn(client, on=write.on)
        finally:
            del self._writes[id(write)]

    def _turn(self, client: Any, *, on: bool) -> None:
        if self._is_on != on:
            self._is_on = on
            self._on.value = on
            self._on.notify(client)

    def _wanted(self, plug: PlugAccessory, want: Callable[[Write], None], *, on: bool) -> None:
        """Note it, and take back what the library has set meanwhile: nobody is told what has not happened."""
        self._on.value = self._is_on
        want(Write(plug=plug, outlet=self, on=on))


def _meter_characteristic(name: str) -> Characteristic:
    begin, unit, greatest, step = _METER[name]
    properties = {
        "Format": "float",
        "Permissions": ["pr", "ev"],
        "unit": unit,
        "minValue": 0,
        "maxValue": greatest,
        "minStep": step,
    }
    return Characteristic(name, UUID(begin + _EVE), properties)
