"""Other tools' lists of plugs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.pairing import KnownPlug, parse_plug_list

ONE, TWO = "1911181236754000000134298f000001", "1911181236754000000134298f000002"
PLUGS = [
    KnownPlug(uuid=Uuid(ONE), key=Secret("k1"), address="10.0.0.1:81", name="kettle"),
    KnownPlug(uuid=Uuid(TWO), key=Secret("k2")),
]


@pytest.mark.parametrize(
    "text",
    [
        f"uuid,key,address,name\n{ONE},k1,10.0.0.1:81,kettle\n{TWO},k2,,\n",
        f"\ufeffUUID;Key;IP;devName;MAC\r\n{ONE.upper()};k1;10.0.0.1:81;kettle;34:29:8F:00:00:01\r\n{TWO};k2\r\n",
        json.dumps([{"uuid": ONE, "key": "k1", "ip": "10.0.0.1:81", "devName": "kettle", "channels": [{}]},
                    {"uuid": TWO, "key": "k2", "macAddress": "34298f000002"}]),
        json.dumps({"devices": [{"device_id": ONE, "key": "k1", "host": "10.0.0.1:81", "name": "kettle"},
                                {"device_id": TWO, "key": "k2"}]}),
    ],
)  # fmt: skip
def test_what_it_reads(text: str) -> None:
    assert parse_plug_list(text) == PLUGS


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no plugs"),
        ("uuid,key\n", "no plugs"),
        ("[]", "no plugs"),
        ("[1]", "no JSON objects"),
        ("{", "no JSON"),
        (f"uuid,key\n{ONE},k1\n{TWO},\n", "Plug 2 of the list: it has no key"),
        ("uuid,key\nkettle,k1\n", "Plug 1 of the list: 'kettle' is not a plug's uuid"),
        (f"uuid,key,mac\n{ONE},k1,34298f000002\n", "not the one that its uuid ends in"),
        (f"uuid,key\n{ONE},k1\n{ONE},k1\n", "Plug 2 of the list is there twice"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_plug_list(text)


@given(st.text(max_size=60))
def test_noise_is_refused(noise: str) -> None:
    with pytest.raises(UsageError):
        parse_plug_list(noise)
