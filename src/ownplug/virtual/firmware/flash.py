"""The settings store in the plug's flash memory: text values by group and name.

The items of the groups `meross` and `factory` and the network of `STA` are here: what the firmware itself reads.
What nobody reads (radio settings) comes with the console that shows it. Source: seed (`config show`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ownplug.core.errors import UsageError

SSID = "STA:Ssid"
WIFI_PASSWORD = "STA:WpaPsk"  # noqa: S105 - the name of the item

STATE = "meross:dev.cfg.State"  # 1: has been given a network. Source: assumed
BIND = "meross:dev.cfg.Bind"  # 1: has been home once. Source: assumed
KEY = "meross:dev.cfg.Key"
BIND_TIME = "meross:dev.cfg.bindTime"
SERVER = "meross:dev.cfg.Server"
PORT = "meross:dev.cfg.Port"
SECOND_SERVER = "meross:dev.cfg.BackServer"
SECOND_PORT = "meross:dev.cfg.BackPort"
USER_ID = "meross:dev.cfg.userId"
DND_MODE = "meross:dev.cfg.DNDMode"
TRACES = tuple(f"meross:dev.cfg.networkTrace{n:02}" for n in range(5))
TIME_ZONE = "meross:dev.ctl.timeZone"
TIME_STAMP = "meross:dev.ctl.timeStamp"
LATITUDE = "meross:dev.ctl.latitude"  # millionths of a degree. Source: assumed
LONGITUDE = "meross:dev.ctl.longitude"
RELAY = "meross:dev.ctl.switchStatus.00"
RELAY_CHANGED = "meross:dev.ctl.SwitchLmTime.00"
TIME_RULES = tuple(f"meross:dev.tim.Rule.{n:02}" for n in range(20))
TIMERS = tuple(f"meross:dev.tmr.Rule.{n:02}" for n in range(32))
TRIGGERS = tuple(f"meross:dev.atf.Rule.{n:02}" for n in range(32))
ENERGY_DAYS = tuple(f"meross:dev.enr.data{n:02}" for n in range(1, 31))
VOLTAGE_RATIO = "meross:dev.enr.VRatio"
CURRENT_RATIO = "meross:dev.enr.IRatio"
FACTORY_LOCALE = "factory:dev.fac.locale"
FACTORY_UUID = "factory:dev.fac.uuid"
FACTORY_MAC = "factory:dev.fac.mac"

_CFG = {
    "meross:dev.cfg.ResetCount": "0",
    STATE: "0",
    BIND: "0",
    KEY: "",
    BIND_TIME: "0",
    "meross:dev.cfg.bindId": "",
    SERVER: "",
    PORT: "",
    SECOND_SERVER: "",
    SECOND_PORT: "",
    USER_ID: "",
    "meross:dev.cfg.upgradeFlag": "0",
    DND_MODE: "0",
    **dict.fromkeys(TRACES, ""),
}
_CTL = {
    TIME_ZONE: "",
    TIME_STAMP: "0",
    LATITUDE: "0",
    LONGITUDE: "0",
    **{f"meross:dev.ctl.switchStatus.{n:02}": "1" for n in range(6)},
    **{f"meross:dev.ctl.SwitchLmTime.{n:02}": "0" for n in range(6)},
}
_CALIBRATION = {VOLTAGE_RATIO: "188", CURRENT_RATIO: "100", "meross:dev.enr.ratioFlag": "0"}
_FACTORY = {
    FACTORY_LOCALE: "us",
    FACTORY_UUID: "",
    FACTORY_MAC: "",
    "factory:dev.fac.mode": "0",
    "factory:dev.fac.testStep": "0",
    "factory:dev.cfg.traceInfo": "",
}
_NETWORK = {SSID: "MTK_SOFT_AP", WIFI_PASSWORD: "12345678"}

DEFAULTS: Mapping[str, str] = {
    **_NETWORK,
    **_CFG,
    **_CTL,
    **dict.fromkeys((*TIME_RULES, *TIMERS, *TRIGGERS, *ENERGY_DAYS), ""),
    **_CALIBRATION,
    **_FACTORY,
}

VALUE_LIMIT = 512  # characters. Source: assumed

# Falling back to pairing forgets whose the plug is, and keeps why it fell: `Config.Trace` asks for that.
PAIRING_ITEMS = tuple(item for item in (*_NETWORK, *_CFG) if item not in TRACES)
# A factory reset forgets everything but what the factory wrote: identity and calibration.
OWNER_ITEMS = tuple(item for item in DEFAULTS if item not in _FACTORY and item not in _CALIBRATION)


class Flash:
    """The settings; what was never written has its default.

    Args:
        saved: what `saved` returned in an earlier life. Unknown items are forgotten.

    Attributes:
        revision: counts changes, so that somebody outside can keep a copy.
    """

    def __init__(self, saved: Mapping[str, str] | None = None) -> None:
        kept = {item: value for item, value in (saved or {}).items() if item in DEFAULTS}
        self._values = {**DEFAULTS, **kept}
        self.revision = 0

    def read(self, item: str) -> str:
        """The value of `item`.

        Raises:
            UsageError: there is no such item.
        """
        if item not in self._values:
            raise UsageError(f"The settings store has no item {item!r}.")
        return self._values[item]

    def number(self, item: str) -> int:
        """The value of `item` as a whole number; 0 where it is none."""
        text = self.read(item)
        digits = text.removeprefix("-")
        # 18 digits: Python refuses to read very long ones
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else 0

    def write(self, item: str, value: object) -> None:
        """Set `item` to the text of `value`.

        Raises:
            UsageError: there is no such item, or the text is longer than the store takes.
        """
        text = str(value)
        if len(text) > VALUE_LIMIT:
            raise UsageError(f"{len(text)} characters are too long for {item!r}.")
        if self.read(item) != text:
            self._values[item] = text
            self.revision += 1

    def reset(self, items: Iterable[str]) -> None:
        """Bring `items` back to their defaults."""
        for item in items:
            self.write(item, DEFAULTS[item])

    def saved(self) -> dict[str, str]:
        """What differs from the defaults, for safe keeping."""
        return {item: value for item, value in self._values.items() if value != DEFAULTS[item]}
