"""The settings of Meross's own firmware: groups meross and factory.

Names and defaults: seed. Meanings: from the names, from what the plug tells in its messages, or assumed.
"""

from __future__ import annotations

from functools import partial

from ownplug.core.shell.settings.setting import OwnValue, Setting, SettingKind

_FLAG, _TEXT, _RECORD, _MOMENT = (
    SettingKind.FLAG,
    SettingKind.TEXT,
    SettingKind.RECORD,
    SettingKind.MOMENT,
)

_meross = partial(Setting, group="meross")
_factory = partial(Setting, group="factory")

_OWNER = (
    _meross(
        name="dev.cfg.ResetCount",
        default="0",
        meaning="How often the button was held to reset the plug.",
        source="assumed",
    ),
    _meross(
        name="dev.cfg.State", default="0", kind=_FLAG, meaning="1 has been given a network.", source="assumed"
    ),
    _meross(name="dev.cfg.Bind", default="0", kind=_FLAG, meaning="1 has been home once.", source="assumed"),
    _meross(
        name="dev.cfg.Key",
        kind=_TEXT,
        secret=True,
        meaning="The key that signs messages and makes the login.",
        source="derived",
    ),
    _meross(
        name="dev.cfg.bindTime", default="0", kind=_MOMENT, meaning="When it was bound.", source="derived"
    ),
    _meross(name="dev.cfg.bindId", kind=_TEXT, meaning="The id of this binding.", source="derived"),
    _meross(name="dev.cfg.Server", kind=_TEXT, meaning="Host of the first MQTT server.", source="derived"),
    _meross(name="dev.cfg.Port", meaning="Its port.", source="derived"),
    _meross(
        name="dev.cfg.BackServer", kind=_TEXT, meaning="Host of the second MQTT server.", source="derived"
    ),
    _meross(name="dev.cfg.BackPort", meaning="Its port.", source="derived"),
    _meross(name="dev.cfg.userId", meaning="The user id of the home.", source="derived"),
    _meross(
        name="dev.cfg.upgradeFlag",
        default="0",
        kind=_FLAG,
        meaning="1 has just been upgraded.",
        source="assumed",
    ),
    _meross(
        name="dev.cfg.DNDMode", default="0", kind=_FLAG, meaning="1 keeps the light off.", source="derived"
    ),
    *(
        _meross(
            name=f"dev.cfg.networkTrace{n:02}",
            kind=_RECORD,
            meaning="What went wrong on the way to the network, for `Config.Trace`.",
            source="assumed",
        )
        for n in range(5)
    ),
)

_CONTROL = (
    _meross(name="dev.ctl.timeZone", kind=_TEXT, meaning="Time zone, as `Europe/Berlin`.", source="derived"),
    _meross(
        name="dev.ctl.timeStamp", default="0", kind=_MOMENT, meaning="The time last heard.", source="assumed"
    ),
    _meross(name="dev.ctl.latitude", default="0", meaning="Millionths of a degree north.", source="assumed"),
    _meross(name="dev.ctl.longitude", default="0", meaning="Millionths of a degree east.", source="assumed"),
    *(
        setting
        for channel in range(6)
        for setting in (
            _meross(
                name=f"dev.ctl.switchStatus.{channel:02}",
                default="1",
                kind=_FLAG,
                meaning=f"Relay of channel {channel}: 1 on.",
                source="derived",
            ),
            _meross(
                name=f"dev.ctl.SwitchLmTime.{channel:02}",
                default="0",
                kind=_MOMENT,
                meaning=f"When channel {channel} was switched last.",
                source="derived",
            ),
        )
    ),
)

_RULES = tuple(
    _meross(name=f"dev.{kind}.Rule.{n:02}", kind=_RECORD, meaning=meaning, source="derived")
    for kind, count, meaning in (
        ("tim", 20, "One rule of the time zone: from when, offset, summer time."),
        ("tmr", 32, "One timer."),
        ("atf", 32, "One rule that turns the relay off after a while."),
    )
    for n in range(count)
)

_ENERGY = (
    *(
        _meross(name=f"dev.enr.data{n:02}", kind=_RECORD, meaning="The energy of one day.", source="derived")
        for n in range(1, 31)
    ),
    _meross(
        name="dev.enr.VRatio",
        default="188",
        meaning="Calibration of the voltage, in hundredths.",
        source="derived",
    ),
    _meross(
        name="dev.enr.IRatio",
        default="100",
        meaning="Calibration of the current, in hundredths.",
        source="derived",
    ),
    _meross(
        name="dev.enr.ratioFlag", default="0", kind=_FLAG, meaning="1 has been calibrated.", source="assumed"
    ),
)

MEROSS = (*_OWNER, *_CONTROL, *_RULES, *_ENERGY)

FACTORY = (
    _factory(
        name="dev.fac.locale",
        kind=_TEXT,
        own=OwnValue.LOCALE,
        meaning="The market; `us` on the page.",
        source="seed",
    ),
    _factory(name="dev.fac.uuid", kind=_TEXT, own=OwnValue.UUID, meaning="The plug's uuid.", source="seed"),
    _factory(
        name="dev.fac.mac", kind=SettingKind.MAC, own=OwnValue.MAC, meaning="The plug's MAC.", source="seed"
    ),
    _factory(name="dev.fac.mode", default="0", kind=_FLAG, meaning="1 is factory mode.", source="seed"),
    _factory(
        name="dev.fac.testStep", default="0", meaning="How far the factory's test has come.", source="assumed"
    ),
    _factory(
        name="dev.cfg.traceInfo", kind=_RECORD, meaning="What the factory wrote down.", source="assumed"
    ),
)
