"""The answers that bring a plug home (protocol notes, 4.5 and 4.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.core.meross import Message, MessageMaker, Method, as_data, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.timerule import time_rules
from ownplug.core.secret import Secret
from ownplug.hub.responder import Responder

NOW = datetime(2024, 3, 10, 13, 19, 7, tzinfo=UTC)
MAKER = MessageMaker(key=Secret("key"), sender="", new_id=lambda: "0" * 32)


def said(method: Method, namespace: str, payload: object) -> Message:
    return decode_message(encode_message(MAKER.make(method, namespace, payload, now_s=4)))


@pytest.fixture
def responder() -> Responder:
    zone = ZoneInfo("Asia/Qatar")
    return Responder(timezone="Asia/Qatar", rules=lambda now: time_rules(zone, now))


@pytest.mark.parametrize("payload", [{"clock": {"timestamp": 4}}, {}, {"clock": None}, {"clock": {"x": []}}])
def test_a_clock_is_answered_with_the_time_however_it_is_asked(responder: Responder, payload: object) -> None:
    [answer] = responder.receive(said(Method.PUSH, ns.SYSTEM_CLOCK, payload), NOW)
    assert (answer.method, answer.namespace, answer.is_reply) == (Method.PUSH, ns.SYSTEM_CLOCK, False)
    assert as_data(answer.payload) == {"clock": {"timestamp": 1710076747}}


@pytest.mark.parametrize("payload", [{}, {"bind": {"bindTime": 1}}, {"bind": "strange"}])
def test_a_bind_is_acknowledged_with_its_own_message_id(responder: Responder, payload: object) -> None:
    [answer] = responder.receive(said(Method.SET, ns.CONTROL_BIND, payload), NOW)
    assert (answer.method, answer.namespace, answer.is_reply) == (Method.SETACK, ns.CONTROL_BIND, True)
    assert as_data(answer.payload) == {}


def test_the_old_bind_is_told_not_asked(responder: Responder) -> None:
    assert responder.receive(said(Method.PUSH, ns.CONTROL_BIND, {"bind": {}}), NOW) == []


@pytest.mark.parametrize(
    "payload",
    [
        {
            "config": {
                "voltageRatio": 188,
                "electricityRatio": 100,
                "maxElectricityCurrent": 11000,
                "powerRatio": 0,
            }
        },
        {"config": {"voltageRatio": 10**30, "newer": [1.5, {"a": "\u00e4\U0001f50c"}]}},
        {},
    ],
)
def test_the_meter_hears_its_configuration_back_to_the_letter(responder: Responder, payload: object) -> None:
    message = said(Method.PUSH, ns.CONTROL_CONSUMPTION_CONFIG, payload)
    [answer] = responder.receive(message, NOW)
    assert (answer.method, answer.namespace) == (Method.PUSH, ns.CONTROL_CONSUMPTION_CONFIG)
    back = MAKER.make(answer.method, answer.namespace, answer.payload, now_s=4)
    assert bytes(back.payload) == bytes(message.payload)


def test_a_plug_without_a_zone_is_given_clock_zone_and_rules(responder: Responder) -> None:
    payload = {"time": {"timestamp": 4, "timezone": "", "timeRule": []}}
    [answer] = responder.receive(said(Method.PUSH, ns.SYSTEM_TIME, payload), NOW)
    assert (answer.method, answer.namespace, answer.is_reply) == (Method.SET, ns.SYSTEM_TIME, False)
    assert as_data(answer.payload) == {
        "time": {"timestamp": 1710076747, "timezone": "Asia/Qatar", "timeRule": [[76190400, 10800, 0]]}
    }


def test_a_plug_with_a_zone_keeps_it(responder: Responder) -> None:
    payload = {"time": {"timestamp": 4, "timezone": "Europe/London", "timeRule": []}}
    assert responder.receive(said(Method.PUSH, ns.SYSTEM_TIME, payload), NOW) == []


def test_a_time_that_cannot_be_read_is_malformed(responder: Responder) -> None:
    with pytest.raises(Malformed):
        responder.receive(said(Method.PUSH, ns.SYSTEM_TIME, {"time": "noon"}), NOW)


@pytest.mark.parametrize(
    ("method", "namespace", "payload"),
    [
        (Method.PUSH, ns.SYSTEM_REPORT, {"report": [{"type": "1", "value": "0", "timestamp": 1702672959}]}),
        (Method.PUSH, ns.SYSTEM_ONLINE, {"online": {"status": 1}}),
        (Method.PUSH, ns.CONTROL_TOGGLE_X, {"togglex": [{"channel": 0, "onoff": 1, "lmTime": 1}]}),
        (Method.PUSH, ns.CONTROL_UNBIND, {}),
        (Method.PUSH, "Appliance.Config.NtpSite", {}),
        (Method.GETACK, ns.SYSTEM_TIME, {"time": {"timestamp": 4, "timezone": ""}}),
        (Method.SETACK, ns.SYSTEM_TIME, {}),
        (Method.SETACK, ns.CONTROL_BIND, {}),
        (Method.GETACK, ns.CONTROL_CONSUMPTION_CONFIG, {"config": {}}),
        (Method.ERROR, ns.SYSTEM_CLOCK, {"error": {"code": 5001}}),
        (Method.GET, ns.SYSTEM_CLOCK, {}),
    ],
)
def test_everything_else_is_not_answered(
    responder: Responder, method: Method, namespace: str, payload: object
) -> None:
    assert responder.receive(said(method, namespace, payload), NOW) == []


def test_summer_times_are_worked_out_once_a_day() -> None:
    asked: list[datetime] = []

    def rules(now: datetime) -> list[tuple[int, int, int]]:
        asked.append(now)
        return [(len(asked), 0, 0)]

    responder = Responder(timezone="UTC", rules=rules)
    given_rules = [
        as_data(responder.set_time(NOW + timedelta(hours=hours)).payload)["time"]["timeRule"]
        for hours in (0, 10, 11, 24)
    ]
    assert asked == [datetime(2024, 3, 10, tzinfo=UTC), datetime(2024, 3, 11, tzinfo=UTC)]
    assert given_rules == [[[1, 0, 0]], [[1, 0, 0]], [[2, 0, 0]], [[2, 0, 0]]]


def test_another_zone_is_given_with_its_own_rules_from_now_on() -> None:
    responder = Responder(timezone="UTC", rules=lambda _: [(0, 0, 0)])
    responder.set_time(NOW)
    responder.use_zone("Asia/Qatar", lambda _: [(0, 10_800, 0)])
    time = as_data(responder.set_time(NOW).payload)["time"]
    assert (time["timezone"], time["timeRule"]) == ("Asia/Qatar", [[0, 10_800, 0]])


@pytest.mark.parametrize("hour", [0, 1, 12, 23])
def test_on_the_day_of_the_change_the_rules_are_right_at_any_hour(hour: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    responder = Responder(timezone="Europe/Berlin", rules=lambda now: time_rules(zone, now))
    now = datetime(2024, 3, 31, hour, 30, tzinfo=UTC)
    rules = as_data(responder.set_time(now).payload)["time"]["timeRule"]
    in_force = [offset for since, offset, _ in rules if since <= now.timestamp()][-1]
    assert timedelta(seconds=in_force) == now.astimezone(zone).utcoffset()


def test_the_answer_fits_into_a_plug() -> None:
    zone = ZoneInfo("Europe/Berlin")  # twenty rules; the longest name has 32 characters
    responder = Responder(timezone="x" * 32, rules=lambda now: time_rules(zone, now))
    answer = responder.set_time(NOW)
    # Longer requests are cut off over HTTP; over MQTT nothing longer was seen either.
    assert len(encode_message(MAKER.make(answer.method, answer.namespace, answer.payload, now_s=4))) < 1024


@given(
    st.sampled_from(list(Method)),
    st.sampled_from([ns.SYSTEM_CLOCK, ns.CONTROL_BIND, ns.CONTROL_CONSUMPTION_CONFIG, ns.SYSTEM_TIME])
    | st.text(),
    st.dictionaries(
        st.sampled_from(["clock", "bind", "config", "time", "timestamp", "timezone"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=6,
        ),
    ),
)
def test_any_message_is_answered_with_something_sendable_or_malformed(
    method: Method, namespace: str, payload: object
) -> None:
    responder = Responder(timezone="UTC", rules=lambda _: [(0, 0, 0)])
    message = said(method, namespace, payload)
    try:
        answers = responder.receive(message, NOW)
    except Malformed:
        return
    assert len(answers) <= 1
    for answer in answers:
        decode_message(encode_message(MAKER.make(answer.method, answer.namespace, answer.payload, now_s=4)))
