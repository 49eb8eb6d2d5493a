"""The settings store in the plug's flash memory: text values by group and name.

Which items there are, `core.shell` knows; the ones that the firmware itself reads have names here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ownplug.core.errors import UsageError
from ownplug.core.shell import SETTINGS, OwnValue, settings_of
from ownplug.virtual.firmware.fields import is_utf8

SSID = "STA:Ssid"
SSID_LENGTH = "STA:SsidLen"
WIFI_PASSWORD = "STA:WpaPsk"  # noqa: S105 - the name of the item
WIFI_PASSWORD_LENGTH = "STA:WpaPskLen"  # noqa: S105 - as above

IP_ADDRESS = "network:IpAddr"
IP_NETMASK = "network:IpNetmask"
IP_GATEWAY = "network:IpGateway"

STATE = "meross:dev.cfg.State"  # 1: has been given a network. Source: assumed
BIND = "meross:dev.cfg.Bind"  # 1: has been home once. Source: assumed
KEY = "meross:dev.cfg.Key"
UPGRADED = "meross:dev.cfg.upgradeFlag"
BIND_TIME = "meross:dev.cfg.bindTime"
BIND_ID = "meross:dev.cfg.bindId"
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
RELAYS = tuple(f"meross:dev.ctl.switchStatus.{n:02}" for n in range(6))
RELAYS_CHANGED = tuple(f"meross:dev.ctl.SwitchLmTime.{n:02}" for n in range(6))
RELAY = RELAYS[0]
TIME_RULES = tuple(f"meross:dev.tim.Rule.{n:02}" for n in range(20))
TIMERS = tuple(f"meross:dev.tmr.Rule.{n:02}" for n in range(32))
TRIGGERS = tuple(f"meross:dev.atf.Rule.{n:02}" for n in range(32))
ENERGY_DAYS = tuple(f"meross:dev.enr.data{n:02}" for n in range(1, 31))
VOLTAGE_RATIO = "meross:dev.enr.VRatio"
CURRENT_RATIO = "meross:dev.enr.IRatio"
FACTORY_LOCALE = "factory:dev.fac.locale"
FACTORY_UUID = "factory:dev.fac.uuid"
FACTORY_MAC = "factory:dev.fac.mac"
FACTORY_MODE = "factory:dev.fac.mode"  # 1: in factory mode. Source: seed

DEFAULTS: Mapping[str, str] = {setting.key: setting.default for setting in SETTINGS}
"""All 234 items in the order of `config show`; what differs from plug to plug is empty until it is adopted."""

VALUE_LIMIT = 512  # characters. Source: assumed

_IMAGE = "image"  # beside the settings: no item of theirs, and nothing resets it
_IDENTITY = (FACTORY_LOCALE, FACTORY_UUID, FACTORY_MAC)
_CALIBRATION = {VOLTAGE_RATIO, CURRENT_RATIO, "meross:dev.enr.ratioFlag"}
_NETWORK = tuple(setting.key for setting in settings_of("STA"))

# Falling back to pairing forgets whose the plug is, and keeps why it fell: `Config.Trace` asks for that.
PAIRING_ITEMS = tuple(
    item
    for item in DEFAULTS
    if item in _NETWORK or (item.startswith("meross:dev.cfg.") and item not in TRACES)
)
# A factory reset forgets what an owner left; identity and calibration are the factory's, and the radio's
# own settings nobody's. Source: seed (identity), assumed (the rest).
OWNER_ITEMS = tuple(
    item for item in DEFAULTS if item in _NETWORK or (item.startswith("meross:") and item not in _CALIBRATION)
)


class Flash:
    """The settings; what was never written has its default. Only what differs takes memory.

    Args:
        saved: what `saved` returned in an earlier life. Unknown items are forgotten.

    Attributes:
        revision: counts changes, so that somebody outside can keep a copy.
    """

    def __init__(self, saved: Mapping[str, str] | None = None) -> None:
        self._written = {item: value for item, value in (saved or {}).items() if item in DEFAULTS}
        self._own: dict[str, str] = {}  # defaults that differ from plug to plug
        self._newest = ""  # the item that was written last
        self._image = (saved or {}).get(_IMAGE, "")
        self.revision = 0

    def adopt(self, own: Mapping[OwnValue, str]) -> None:
        """Take a plug's own values for the defaults; what was written stays as it is."""
        for setting in SETTINGS:
            if setting.own is not None and setting.own in own:
                before = self.read(setting.key)
                self._own[setting.key] = own[setting.own]
                self.revision += self.read(setting.key) != before

    def read(self, item: str) -> str:
        """The value of `item`.

        Raises:
            UsageError: there is no such item.
        """
        return self._written[item] if item in self._written else self._default(item)

    def number(self, item: str) -> int:
        """The value of `item` as a whole number; 0 where it is none."""
        text = self.read(item)
        digits = text.removeprefix("-")
        # 18 digits: Python refuses to read very long ones
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else 0

    def count(self, items: Iterable[str]) -> int:
        """How many of `items` hold anything."""
        return sum(1 for item in items if self.read(item))

    def write(self, item: str, value: object) -> None:
        """Set `item` to the text of `value`.

        Raises:
            UsageError: there is no such item, or the text is longer than the store takes, or no text that UTF-8
                has.
        """
        text = str(value)
        if len(text) > VALUE_LIMIT:
            raise UsageError(f"{len(text)} characters are too long for {item!r}.")
        if not is_utf8(text):
            raise UsageError(f"The value for {item!r} is not UTF-8.")
        if self.read(item) == text:
            return
        self._written[item] = text
        self._newest = item
        if text == self._default(item):
            del self._written[item]
        self.revision += 1

    def reset(self, items: Iterable[str]) -> None:
        """Bring `items` back to their defaults."""
        for item in items:
            self.write(item, self._default(item))

    @property
    def image(self) -> str:
        """Version and date of the firmware that was installed since the plug was delivered; empty: none was."""
        return self._image

    @image.setter
    def image(self, image: str) -> None:
        self._image = image
        self.revision += 1

    def tear(self) -> None:
        """Lose what was written last, as if the power had gone meanwhile: that item is back at its default."""
        if self._newest:
            self.reset([self._newest])

    def saved(self) -> dict[str, str]:
        """What differs from the defaults, and the identity, for safe keeping."""
        identity = {item: self._own[item] for item in _IDENTITY if item in self._own}
        image = {_IMAGE: self._image} if self._image else {}
        return {**identity, **self._written, **image}

    def _default(self, item: str) -> str:
        if item not in DEFAULTS:
            raise UsageError(f"The settings store has no item {item!r}.")
        return self._own.get(item, DEFAULTS[item])
