from __future__ import annotations

import msgspec
import pytest

from ownplug.core.meross import as_data
from ownplug.core.meross.payloads import (
    RuleDigestPayload,
    TimerPayload,
    TimerXPayload,
    TriggerPayload,
    TriggerXPayload,
)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (TimerXPayload, b'{"digest":{},"timerx":{}}'),  # capture:mss310r-hw2.0.0-fw2.1.4
        (TriggerXPayload, b'{"digest":{},"triggerx":{}}'),  # as above
        (TimerXPayload, b'{"timerx":[{"id":"a","extend":{"door":1}}]}'),
        (TriggerXPayload, b'{"triggerx":{"id":"a","what":[1]}}'),
        (TimerPayload, b'{"timer":[]}'),  # capture:mss210-hw1-fw1.1.12
        (TriggerPayload, b'{"trigger":[{"id":"a"}]}'),
        (RuleDigestPayload, b'{"digest":[{"channel":0,"id":"n1jxtruoknvotm8a","count":3}]}'),
    ],
)
def test_entries_stay_as_they_came_whatever_is_in_them(kind: type[msgspec.Struct], payload: bytes) -> None:
    assert as_data(msgspec.json.decode(payload, type=kind)) == msgspec.json.decode(payload)
