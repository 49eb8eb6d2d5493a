"""Calls of the vendor's HTTP interface: published vectors, what its own programs sign, and any bytes."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meross_iot import http_api

from ownplug.core.meross.cloud import ApiAnswer, ApiCall, ApiStatus, read_call, sign_call

# Source: protocol notes, 14, reckoned with OpenSSL.
PARAMS, TIMESTAMP, NONCE = "eyJlbWFpbCI6ImFAYi5jIiwicGFzc3dvcmQiOiJ4In0=", "1541642325000", "ABCDEFGHIJKLMNOP"
SIGN = "0024671ff65806e98dc360bba6f9de6e"
ASKED = {"email": "a@b.c", "password": "x"}


def fields(**other: Any) -> dict[str, Any]:
    return {"params": PARAMS, "sign": SIGN, "timestamp": int(TIMESTAMP), "nonce": NONCE} | other


def test_the_published_signature() -> None:
    assert sign_call(PARAMS, timestamp=TIMESTAMP, nonce=NONCE) == SIGN


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(fields()),
        json.dumps(fields(timestamp=TIMESTAMP, sign=SIGN.upper())),
        urlencode(fields()),
        f" {json.dumps(fields())}",
    ],
    ids=["json", "json of text", "form", "json after a space"],
)
def test_a_call_is_read_as_json_and_as_a_form(body: str) -> None:
    assert read_call(body.encode()) == ApiCall(params=ASKED)


def test_what_meross_iot_encodes_is_read() -> None:
    params = http_api._encode_params({"email": "größer@example.org"})
    sign = sign_call(params, timestamp="1541642325", nonce=NONCE)
    body = json.dumps({"params": params, "sign": sign, "timestamp": 1541642325, "nonce": NONCE})
    assert read_call(body.encode()) == ApiCall(params={"email": "größer@example.org"})


@pytest.mark.parametrize(
    "other",
    [
        {"sign": "0" * 32},
        {"timestamp": 1541642325001},
        {"nonce": "x"},
        {"sign": ""},
        {"params": "e30="},
        {"sign": "ä"},
    ],
    ids=str,
)
def test_another_signature_is_refused(other: dict[str, Any]) -> None:
    assert read_call(json.dumps(fields(**other)).encode()) is ApiStatus.WRONG_SIGN


@pytest.mark.parametrize(
    "other",
    [
        {"params": 1},
        {"sign": None},
        {"timestamp": True},
        {"timestamp": 1.5},
        {"timestamp": "-1"},
        {"nonce": {}},
    ],
    ids=str,
)
def test_fields_of_other_kinds_are_refused(other: dict[str, Any]) -> None:
    assert read_call(json.dumps(fields(**other)).encode()) is ApiStatus.INVALID_PARAMETER


@pytest.mark.parametrize("missing", ["params", "sign", "timestamp", "nonce"])
def test_every_field_must_be_there(missing: str) -> None:
    told = fields()
    del told[missing]
    assert read_call(json.dumps(told).encode()) is ApiStatus.INVALID_PARAMETER
    assert read_call(urlencode(told).encode()) is ApiStatus.INVALID_PARAMETER


@pytest.mark.parametrize(
    "inside",
    [b"[]", b"1", b"", b"{", b"\xff", b"[" * 50_000, b'{"a": NaN}', b'{"a": "\\ud800"}'],
    ids=["list", "number", "nothing", "cut", "no text", "deep", "NaN", "half a character"],
)
def test_signed_params_that_are_no_object_are_refused(inside: bytes) -> None:
    params = base64.b64encode(inside).decode()
    signed = fields(params=params, sign=sign_call(params, timestamp=TIMESTAMP, nonce=NONCE))
    assert read_call(json.dumps(signed).encode()) is ApiStatus.INVALID_PARAMETER


def test_params_that_are_no_base64_are_refused() -> None:
    for params in ("e30", "e30=\n", "{}", "ä"):
        signed = fields(params=params, sign=sign_call(params, timestamp=TIMESTAMP, nonce=NONCE))
        assert read_call(json.dumps(signed).encode()) is ApiStatus.INVALID_PARAMETER


@given(st.binary() | st.text().map(str.encode) | st.binary().map(lambda tail: b'{"params":"' + tail))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert read_call(body) in {ApiStatus.INVALID_PARAMETER, ApiStatus.WRONG_SIGN}


@given(
    st.dictionaries(
        st.sampled_from(["params", "sign", "timestamp", "nonce", "x"]),
        st.none() | st.integers() | st.text() | st.floats(allow_nan=False) | st.lists(st.none()),
    )
)
def test_any_fields_are_read_or_refused(told: dict[str, Any]) -> None:
    assert read_call(json.dumps(told).encode()) in {ApiStatus.INVALID_PARAMETER, ApiStatus.WRONG_SIGN}


def test_an_answer_has_the_fields_that_programs_read() -> None:
    assert json.loads(ApiAnswer(data=[{"uuid": "1"}]).encode(now_s=1541642325.9)) == {
        "apiStatus": 0,
        "sysStatus": 0,
        "info": "Success",
        "timeStamp": 1541642325,
        "data": [{"uuid": "1"}],
    }
    refusal = json.loads(ApiAnswer(status=ApiStatus.WRONG_LOGIN).encode(now_s=0))
    assert (refusal["apiStatus"], refusal["info"], refusal["data"]) == (1004, "Wrong email or password", {})


@pytest.mark.parametrize("status", ApiStatus, ids=lambda status: status.name)
def test_meross_iot_knows_every_status(status: ApiStatus) -> None:
    assert http_api.ErrorCodes(status.code)
