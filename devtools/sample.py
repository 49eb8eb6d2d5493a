"""A message to measure with: `System.All` of an MSS310, shaped as its recording has it, with invented identity."""

from __future__ import annotations

from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret

KEY = Secret("0123456789abcdef0123456789abcdef")
_UUID = "1811081234567825182734298f1a2b3c"
_NOW_S = 1541642325.0


def system_all() -> bytes:
    """Return one signed message as the plug sends it.

    Source: capture:mss310r-hw2.0.0-fw2.1.4 (the shape).
    """
    maker = MessageMaker(
        key=KEY,
        sender=f"/appliance/{_UUID}/publish",
        new_id=lambda: "00112233445566778899aabbccddeeff",
        with_milliseconds=True,
    )
    return encode_message(maker.make(Method.GETACK, ns.SYSTEM_ALL, {"all": _ALL}, now_s=_NOW_S))


_ALL = {
    "system": {
        "hardware": {
            "type": "mss310",
            "subType": "us",
            "version": "2.0.0",
            "chipType": "mt7682",
            "uuid": _UUID,
            "macAddress": "34:29:8f:1a:2b:3c",
        },
        "firmware": {
            "version": "2.1.7",
            "compileTime": "2018/11/08 09:58:45 GMT +08:00",
            "wifiMac": "aa:bb:cc:dd:ee:ff",
            "innerIp": "192.168.1.50",
            "server": "192.168.1.10",
            "port": 8883,
            "userId": 10001,
        },
        "time": {
            "timestamp": 1541642325,
            "timezone": "Europe/Madrid",
            "timeRule": [[1540688400, 3600, 0], [1553994000, 7200, 1]],
        },
        "online": {"status": 1},
    },
    "digest": {
        "togglex": [{"channel": 0, "onoff": 1, "lmTime": 1541642300}],
        "triggerx": [],
        "timerx": [],
    },
}
