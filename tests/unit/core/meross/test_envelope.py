"""One message: what is written, what is read, and that nothing read does harm."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.core.meross import (
    MAX_MESSAGE_BYTES,
    Message,
    MessageMaker,
    Method,
    as_data,
    decode_message,
    encode_message,
    payloads,
    raw_payload,
)
from ownplug.core.secret import Secret

KEY = Secret("0123456789abcdef0123456789abcdef")
MESSAGE_ID = "00112233445566778899aabbccddeeff"
UUID = "1811081234567825182734298f1a2b3c"
OUTBOX = f"/appliance/{UUID}/publish"

# The order and spacing of an MT7682 plug's own message (protocol notes, 1.1).
FROM_A_PLUG = (
    '{"header":{"messageId":"00112233445566778899aabbccddeeff","namespace":"Appliance.System.All",'
    '"method":"GETACK","payloadVersion":1,"from":"/appliance/1811081234567825182734298f1a2b3c/publish",'
    '"timestamp":1541642325,"timestampMs":250,"sign":"9cdd3f1c422d8d1cfe4a5afca5b7b900"},"payload":{}}'
)
# A program's request of the same time (protocol notes, 1.1).
FROM_AN_APP = (
    b'{"header":{"messageId":"00112233445566778899aabbccddeeff","namespace":"Appliance.System.All","method":"GET",'
    b'"payloadVersion":1,"from":"/app/10001-7f3c/subscribe","timestamp":1541642325,'
    b'"sign":"9cdd3f1c422d8d1cfe4a5afca5b7b900","triggerSrc":"Android"},"payload":{}}'
)
PAYLOAD_TYPES = [
    getattr(payloads, name) for name in payloads.__all__ if isinstance(getattr(payloads, name), type)
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def body(**changes: Any) -> dict[str, Any]:
    """A good message as plain values; `payload` and `header` fields can be replaced."""
    header = {
        "messageId": MESSAGE_ID,
        "namespace": "Appliance.System.All",
        "method": "GET",
        "payloadVersion": 1,
        "from": OUTBOX,
        "timestamp": 1541642325,
        "sign": "9cdd3f1c422d8d1cfe4a5afca5b7b900",
    }
    payload = changes.pop("payload", {})
    return {"header": header | changes, "payload": payload}


def with_payload(text: bytes) -> Message:
    """A good message around the bytes of a payload."""
    return decode_message(json.dumps(body()).encode().replace(b'"payload": {}', b'"payload":' + text))


def maker(
    *, sender: str = OUTBOX, new_id: Callable[[], str] = lambda: MESSAGE_ID, **options: Any
) -> MessageMaker:
    return MessageMaker(key=KEY, sender=sender, new_id=new_id, **options)


# --- writing -----------------------------------------------------------------------------------------


def test_a_made_message_is_written_as_a_plug_writes_it_to_the_byte() -> None:
    made = maker(with_milliseconds=True).make(Method.GETACK, "Appliance.System.All", {}, now_s=1541642325.25)
    assert encode_message(made).decode() == FROM_A_PLUG


def test_a_request_leaves_out_what_older_programs_do_not_send() -> None:
    made = maker(sender="app").make(Method.GET, "Appliance.System.All", {}, now_s=1541642325.9)
    assert list(json.loads(encode_message(made))["header"]) == [
        "messageId", "namespace", "method", "payloadVersion", "from", "timestamp", "sign",
    ]  # fmt: skip


def test_an_empty_sender_is_still_written() -> None:
    """Some firmware drops a request that has no `from`."""
    made = maker(sender="").make(Method.GET, "Appliance.System.All", {}, now_s=0)
    assert json.loads(encode_message(made))["header"]["from"] == ""


def test_newer_header_fields_are_written_when_given() -> None:
    made = maker(uuid=UUID, trigger_src="DevBoot").make(Method.SET, "Appliance.Control.Bind", {}, now_s=1)
    header = json.loads(encode_message(made))["header"]
    assert (header["uuid"], header["triggerSrc"]) == (UUID, "DevBoot")


def test_a_reply_repeats_id_and_namespace_of_its_request_and_signs_anew() -> None:
    request = decode_message(FROM_AN_APP)
    answer = maker(new_id=lambda: "never").reply(request, Method.GETACK, {"all": {}}, now_s=1600000000)
    assert answer.header.message_id == request.header.message_id
    assert (answer.namespace, answer.method, answer.data()) == (
        "Appliance.System.All",
        "GETACK",
        {"all": {}},
    )
    assert answer.is_signed(KEY)
    assert answer.header.sign != request.header.sign


@given(st.floats(min_value=0, max_value=4e9))
@example(1.9995)
def test_milliseconds_are_the_rest_of_the_second(now_s: float) -> None:
    header = maker(with_milliseconds=True).make(Method.PUSH, "x", {}, now_s=now_s).header
    assert isinstance(header.timestamp_ms, int)
    assert 0 <= header.timestamp_ms <= 999
    assert header.timestamp == math.floor(now_s)
    assert header.timestamp + header.timestamp_ms / 1000 == pytest.approx(now_s, abs=0.002)


@given(st.dictionaries(st.text(), json_values))
def test_every_payload_survives_being_written_and_read(payload: dict[str, Any]) -> None:
    made = maker().make(Method.SET, "Appliance.Control.ToggleX", payload, now_s=1)
    assert decode_message(encode_message(made)) == made
    assert made.data() == payload


def test_a_payload_type_is_written_with_the_wires_names() -> None:
    kind = payloads.ToggleXPayload(togglex=payloads.Relay(channel=1, onoff=1, changed_at=5))
    made = maker().make(Method.SET, "Appliance.Control.ToggleX", kind, now_s=1)
    assert made.data() == {"togglex": {"channel": 1, "onoff": 1, "lmTime": 5}} == as_data(kind)
    assert bytes(raw_payload(kind)) == b'{"togglex":{"channel":1,"onoff":1,"lmTime":5}}'


@pytest.mark.parametrize(
    ("method", "is_reply"),
    [
        *((request, False) for request in ("GET", "SET", "PUSH", "DELETE")),
        *((answer, True) for answer in ("GETACK", "SETACK", "DELETEACK", "ERROR")),
    ],
)
def test_methods_are_the_wires_words_and_know_whether_they_answer(method: str, is_reply: bool) -> None:
    assert Method(method).is_reply is is_reply
    assert len(Method) == 8


# --- signature ---------------------------------------------------------------------------------------


def test_a_message_is_signed_by_its_key_and_no_other() -> None:
    message = decode_message(FROM_AN_APP)
    assert message.is_signed(KEY)
    assert not message.is_signed(Secret("another"))
    assert not message.is_signed(Secret(""))


def test_a_signature_in_capitals_counts() -> None:
    assert decode_message(FROM_AN_APP.replace(b"9cdd3f1c", b"9CDD3F1C")).is_signed(KEY)


@pytest.mark.parametrize("sign", ["", "9cdd3f1c", "ü" * 32, "9cdd3f1c422d8d1cfe4a5afca5b7b901"])
def test_another_signature_does_not_count(sign: str) -> None:
    assert not decode_message(json.dumps(body(sign=sign)).encode()).is_signed(KEY)


def test_a_keyless_plugs_empty_header_is_signed_by_the_empty_key() -> None:
    message = decode_message(
        json.dumps(body(messageId="", timestamp=0, sign="cfcd208495d565ef66e7dff9f98764da")).encode()
    )
    assert message.is_signed(Secret(""))


# --- reading -----------------------------------------------------------------------------------------


def test_the_fields_of_a_header() -> None:
    header = decode_message(FROM_AN_APP).header
    assert (header.message_id, header.namespace, header.method) == (MESSAGE_ID, "Appliance.System.All", "GET")
    assert (header.sender, header.timestamp) == ("/app/10001-7f3c/subscribe", 1541642325)
    assert (header.payload_version, header.timestamp_ms) == (1, msgspec.UNSET)
    assert (header.trigger_src, header.uuid) == ("Android", None)


def test_the_order_of_fields_and_space_between_them_do_not_matter() -> None:
    shuffled = {"payload": {}, "header": dict(reversed(body()["header"].items()))}
    assert (
        decode_message(json.dumps(shuffled, indent=2).encode()).header
        == decode_message(json.dumps(body()).encode()).header
    )


def test_unknown_keys_in_the_envelope_are_no_obstacle() -> None:
    assert decode_message(json.dumps(body(bindId="x") | {"extra": 1}).encode()).method == "GET"


def test_unknown_keys_in_a_payload_are_kept() -> None:
    message = with_payload(b'{"toggle":{"onoff":1,"detials":[1,{"a":null}]},"matter":{}}')
    assert message.read(payloads.TogglePayload).toggle.is_on
    assert message.data() == {"toggle": {"onoff": 1, "detials": [1, {"a": None}]}, "matter": {}}


def test_numbers_in_quotes_are_read_as_numbers() -> None:
    """Plugs send ports both ways."""
    gateway = b'{"key":{"userId":"10001","gateway":{"host":"hub","port":"8883"}}}'
    assert with_payload(gateway).read(payloads.KeySet).key.gateway.port == 8883


def test_of_keys_that_come_twice_the_last_counts() -> None:
    doubled = FROM_AN_APP.replace(b'"method":"GET"', b'"method":"GET","method":"SET"')
    assert decode_message(doubled).method == "SET"
    assert with_payload(b'{"a":1,"a":2}').data() == {"a": 2}


def test_an_unknown_method_is_left_to_whoever_routes() -> None:
    assert decode_message(json.dumps(body(method="DELACK")).encode()).method == "DELACK"


@pytest.mark.parametrize("field", ["messageId", "namespace", "method", "timestamp", "sign"])
def test_a_header_without_a_needed_field_is_malformed(field: str) -> None:
    without = body()
    del without["header"][field]
    with pytest.raises(Malformed, match=field):
        decode_message(json.dumps(without).encode())


@pytest.mark.parametrize("part", ["header", "payload"])
def test_half_a_message_is_malformed(part: str) -> None:
    half = body()
    del half[part]
    with pytest.raises(Malformed, match=part):
        decode_message(json.dumps(half).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": "1541642325"},
        {"timestamp": 1.5},
        {"timestamp": True},
        {"timestamp": None},
        {"timestamp": math.nan},
        {"timestamp": math.inf},
        {"messageId": 1},
        {"namespace": None},
        {"method": ["GET"]},
        {"sign": {}},
        {"from": 5},
        {"uuid": 5},
        {"timestampMs": "x"},
        {"payload": []},
        {"payload": None},
        {"payload": "{}"},
        {"payload": 0},
    ],
    ids=str,
)
def test_a_field_of_the_wrong_type_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        decode_message(json.dumps(body(**changes)).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"{",
        b"}",
        b"null",
        b"[]",
        b'"text"',
        b"0",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"\0" * 64,
        FROM_AN_APP[:-1],
        FROM_AN_APP + b"x",
        FROM_AN_APP + FROM_AN_APP,
        FROM_AN_APP.replace(b"Android", b"\xff"),
        FROM_AN_APP.replace(b"Android", b"\\ud800"),
        FROM_AN_APP.replace(b"Android", b"\n"),
        FROM_AN_APP.replace(b"1541642325", b"1e999"),
        FROM_AN_APP.replace(b"1541642325", b"NaN"),
        FROM_AN_APP.replace(b"1541642325", b"-Infinity"),
        FROM_AN_APP.replace(b"1541642325", b"9" * 5000),
        FROM_AN_APP.replace(b"1541642325", b"01"),
        FROM_AN_APP.replace(b'"payload":{}', b'"payload":{]'),
        b"[" * 100_000,
        b'{"header":' * 20_000,
        FROM_AN_APP.replace(b'"payload":{}', b'"payload":' + b"[" * 100_000 + b"]" * 100_000),
        FROM_AN_APP.replace(b'"payload":{}', b'"payload":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        b" " * (1024 * 1024),
        FROM_AN_APP.replace(b"Android", b"x" * (1024 * 1024)),
        b"[" * (1024 * 1024),
    ],
    ids=lambda data: f"{data[:12]!r} of {len(data)}",
)
def test_bytes_that_are_no_message_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode_message(data)


def test_a_message_may_be_as_large_as_the_limit_and_no_larger() -> None:
    room = MAX_MESSAGE_BYTES - len(FROM_AN_APP) - len('"a":""')
    largest = FROM_AN_APP.replace(b'"payload":{}', b'"payload":{"a":"' + b"x" * room + b'"}')
    assert len(largest) == MAX_MESSAGE_BYTES
    assert len(decode_message(largest).data()["a"]) == room
    with pytest.raises(Malformed, match="larger than any plug"):
        decode_message(largest + b" ")


@pytest.mark.parametrize(
    "payload",
    [
        b'{"a":"\xff"}',
        b'{"\xed\xa0\x80":1}',
        b'{"a":1e999}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"toggle":{"onoff":' + b"9" * 5000 + b"}}",
    ],
    ids=lambda payload: repr(payload[:20]),
)
def test_a_payload_that_cannot_be_read_is_malformed_when_it_is_read(payload: bytes) -> None:
    message = with_payload(payload)
    with pytest.raises(Malformed, match=r"payload of Appliance\.System\.All GET"):
        message.data()


def test_a_payload_of_another_shape_is_malformed_and_says_where() -> None:
    with pytest.raises(Malformed, match=r"togglex"):
        with_payload(b'{"togglex":5}').read(payloads.ToggleXPayload)


@pytest.mark.parametrize("seconds", [b"-1", b"1.5", b"1e999", b"253402300800", b"9" * 30, b'"x"', b"null"])
def test_a_time_that_no_calendar_holds_is_malformed(seconds: bytes) -> None:
    with pytest.raises(Malformed):
        with_payload(b'{"time":{"timestamp":' + seconds + b"}}").read(payloads.TimePayload)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(b"\x00")
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode_message(data)


@given(json_values)
def test_any_json_is_a_message_or_malformed(value: Any) -> None:
    with pytest.raises(Malformed):
        decode_message(json.dumps(value).encode())


@given(st.data())
def test_a_message_with_a_few_bytes_changed_is_a_message_or_malformed(data: st.DataObject) -> None:
    changed = bytearray(FROM_AN_APP.replace(b'"payload":{}', b'"payload":{"a":[1.5,"x"],"b":{"c":null}}'))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        message = decode_message(bytes(changed))
    except Malformed:
        return
    message.is_signed(KEY)
    encode_message(message)
    try:
        message.data()
    except Malformed:
        return
    assert decode_message(encode_message(message)) == message


@given(
    st.dictionaries(st.sampled_from([*body()["header"], "triggerSrc", "uuid", "timestampMs"]), json_values)
)
def test_a_header_of_any_values_is_a_message_or_malformed(changes: dict[str, Any]) -> None:
    try:
        message = decode_message(json.dumps(body(**changes)).encode())
    except Malformed:
        return
    message.is_signed(KEY)
    assert decode_message(encode_message(message)) == message


@given(st.sampled_from(PAYLOAD_TYPES), st.data())
def test_a_payload_of_any_values_is_its_type_or_malformed(
    kind: type[msgspec.Struct], data: st.DataObject
) -> None:
    keys = st.sampled_from([field.encode_name for field in msgspec.structs.fields(kind)])
    inner_keys = st.sampled_from(
        ["channel", "onoff", "lmTime", "timestamp", "system", "code", "key", "date", "port"]
    )
    value = data.draw(st.dictionaries(keys, json_values | st.dictionaries(inner_keys, json_values)))
    message = with_payload(json.dumps(value).encode())
    try:
        read = message.read(kind)
    except Malformed:
        return
    assert isinstance(read, kind)
    assert isinstance(as_data(read), dict)
