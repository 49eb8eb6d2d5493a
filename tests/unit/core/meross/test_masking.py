from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.masking import SECRET_FIELDS, SECRET_NAMESPACES, mask_payload

KEY = "0123456789abcdef0123456789abcdef"
UNKNOWN = "Appliance.Some.Thing"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("namespace", sorted(SECRET_NAMESPACES))
def test_of_a_secret_namespace_only_the_shape_is_shown(namespace: str) -> None:
    payload: dict[str, Any] = {
        "thing": {"a": "told nobody", "b": [48137, 1.5, True], "c": {}, "d": "", "e": None}
    }
    shown: dict[str, Any] = {"thing": {"a": "***", "b": ["***", "***", "***"], "c": {}, "d": "", "e": None}}
    assert mask_payload(namespace, payload) == shown


@pytest.mark.parametrize(
    "name", [*sorted(SECRET_FIELDS), "wifiMac", "gatewayMac", "userId", "user_id", "SSID"]
)
def test_a_secret_field_is_hidden_at_any_depth_of_any_namespace(name: str) -> None:
    payload = {"outer": [{"inner": {name: "told nobody", "level": 3}}]}
    assert mask_payload(UNKNOWN, payload) == {"outer": [{"inner": {name: "***", "level": 3}}]}


def test_what_is_no_secret_stays_as_it_is() -> None:
    payload = {"togglex": [{"channel": 0, "onoff": 1, "lmTime": 1552176889}], "keys": 3, "note": "é"}
    assert mask_payload(ns.CONTROL_TOGGLE_X, payload, [KEY]) == payload


def test_a_known_secret_is_hidden_inside_of_texts_and_names_too() -> None:
    payload = {"x": [f"it is {KEY}!", {KEY: 1}], f"is-{KEY}": 0}
    assert mask_payload(UNKNOWN, payload, [KEY]) == {"x": ["it is ***!", {"***": 1}], "is-***": 0}


@pytest.mark.parametrize(
    "form",
    [
        b64encode(b"a ~secret?>").decode(),
        urlsafe_b64encode(b"a ~secret?>").decode(),
        b"a ~secret?>".hex(),
        "a%20~secret%3F%3E",
    ],
)
def test_a_known_secret_is_hidden_in_other_writings(form: str) -> None:
    assert mask_payload(UNKNOWN, {"x": f"see {form}"}, ["a ~secret?>"]) == {"x": "see ***"}


def test_a_secret_that_is_hardly_one_hides_nothing() -> None:
    assert mask_payload(UNKNOWN, {"x": "a cat"}, ["", "a"]) == {"x": "a cat"}


def test_each_part_of_a_message_of_several_is_masked_by_its_own_namespace() -> None:
    parts = [
        {"header": {"namespace": ns.SYSTEM_POSITION, "sign": "ab"}, "payload": {"position": {"x": 1}}},
        {"header": {"namespace": ns.CONTROL_TOGGLE_X}, "payload": {"onoff": 1, "note": KEY}},
    ]
    assert mask_payload(ns.CONTROL_MULTIPLE, {"multiple": parts}, [KEY]) == {
        "multiple": [
            {
                "header": {"namespace": ns.SYSTEM_POSITION, "sign": "***"},
                "payload": {"position": {"x": "***"}},
            },
            {"header": {"namespace": ns.CONTROL_TOGGLE_X}, "payload": {"onoff": 1, "note": "***"}},
        ]
    }


def test_the_payload_itself_is_not_touched() -> None:
    payload = {"a": {"ssid": "Home"}}
    mask_payload(UNKNOWN, payload)
    assert payload == {"a": {"ssid": "Home"}}


@given(payload=st.dictionaries(st.text(), values, max_size=3))
def test_no_payload_keeps_a_known_secret(payload: dict[str, Any]) -> None:
    planted = {"deep": [payload, {"said": f"<{KEY}>"}], KEY: payload}
    assert KEY not in json.dumps(mask_payload(UNKNOWN, planted, [KEY]), ensure_ascii=False)
