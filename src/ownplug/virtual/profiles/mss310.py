"""The MSS310 and its sisters with MT7682 (hardware 2)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from ownplug.core.identity import Firmware, Model
from ownplug.core.meross import Method
from ownplug.virtual.profiles.profile import Profile

_RECORDING = "capture:mss310r-hw2.0.0-fw2.1.4"

_ABILITIES = MappingProxyType(
    {
        f"Appliance.{name}": MappingProxyType(parameters)
        for name, parameters in (
            ("Config.Key", {}),
            ("Config.WifiList", {}),
            ("Config.Wifi", {}),
            ("Config.Trace", {}),
            ("System.All", {}),
            ("System.Hardware", {}),
            ("System.Firmware", {}),
            ("System.Debug", {}),
            ("System.Online", {}),
            ("System.Time", {}),
            ("System.Clock", {}),
            ("System.Ability", {}),
            ("System.Runtime", {}),
            ("System.Report", {}),
            ("System.Position", {}),
            ("System.DNDMode", {}),
            ("Control.Multiple", {"maxCmdNum": 5}),
            ("Control.ToggleX", {}),
            ("Control.TimerX", {"sunOffsetSupport": 1}),
            ("Control.TriggerX", {}),
            ("Control.Bind", {}),
            ("Control.Unbind", {}),
            # Listed, as the plug does; but no image can be installed here, so that a request is dropped.
            ("Control.Upgrade", {}),
            ("Control.ConsumptionX", {}),
            ("Control.Electricity", {}),
            ("Control.ConsumptionConfig", {}),
            ("Digest.TriggerX", {}),
            ("Digest.TimerX", {}),
        )
    }
)

MSS310_2_1_7 = Profile(
    name="mss310@2.1.7",
    model=Model(type="mss310", sub_type="us", hardware="2.0.0", chip="mt7682"),
    firmware=Firmware(version="2.1.7", compiled="2018/11/08 09:58:45 GMT +08:00"),
    abilities=_ABILITIES,
    mains_v=120.0,
    electricity_has_config=False,
    has_ping_trace=True,
    bind_method=Method.PUSH,
    pushes_meter_config=False,
    bssid_separator="-",
    http_request_limit=1024,
    http_reply_limit=3000,
    multiple_max_commands=2,
    multiple_max_bytes=900,
    evidence=MappingProxyType(
        {
            "name": "seed",
            "model": "seed (`meross hw`)",
            "firmware": "seed (`meross fw`)",
            "abilities": f"assumed (the list of {_RECORDING}, which 2.1.17 has too)",
            "mains_v": "assumed (120 V, the market's)",
            "electricity_has_config": "assumed (as 2.1.9, protocol notes 5.4)",
            "has_ping_trace": "seed (`meross iot dbg`)",
            "bind_method": "assumed (the oldest start-up talk captured, protocol notes 4.5)",
            "pushes_meter_config": "assumed (seen of newer firmware only)",
            "bssid_separator": "assumed (old firmware, protocol notes 3.2)",
            "http_request_limit": "assumed (about 1 kB, protocol notes 9.1)",
            "http_reply_limit": "assumed (2.9 to 3 kB, protocol notes 9.1)",
            "multiple_max_commands": "assumed (as 2.1.17, protocol notes 5.10)",
            "multiple_max_bytes": "assumed (as 2.1.17, protocol notes 5.10)",
            "evidence": "this table",
        }
    ),
)

MSS310R_2_1_4 = replace(
    MSS310_2_1_7,
    name="mss310r@2.1.4",
    model=Model(type="mss310r", sub_type="un", hardware="2.0.0", chip="mt7682"),
    firmware=Firmware(version="2.1.4", compiled="2019/11/27 11:48:08 GMT +08:00"),
    mains_v=220.0,
    electricity_has_config=True,
    has_ping_trace=False,
    bind_method=Method.SET,
    pushes_meter_config=True,
    evidence=MappingProxyType(
        {
            **MSS310_2_1_7.evidence,
            "name": _RECORDING,
            "model": _RECORDING,
            "firmware": _RECORDING,
            "abilities": _RECORDING,
            "mains_v": f"{_RECORDING} (216.2 to 218.0 V)",
            "electricity_has_config": _RECORDING,
            "has_ping_trace": "assumed (2.1.2 has it, 2.1.17 has not)",
            "bind_method": "assumed (it is a year newer; so that both forms can be tried)",
            "pushes_meter_config": "assumed (as above)",
        }
    ),
)
