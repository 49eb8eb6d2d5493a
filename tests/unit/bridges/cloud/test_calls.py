"""What each call of the vendor's HTTP interface answers, to whom, and that any bytes have an answer."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.bridges.cloud.conftest import DIGEST, HOST, KETTLE, KEY, LAMP, PASSWORD, SAFE, House, signed

from ownplug.bridges.cloud.devices import device_record
from ownplug.core.errors import NotKept
from ownplug.core.meross.cloud import ApiAnswer, ApiStatus

LIST = "/v1/Device/devList"
SIGNED_IN = (
    LIST,
    "/v1/Device/devInfo",
    "/v1/Device/devExtraInfo",
    "/v1/Device/latestVersion",
    "/device/v1/fmware/upgradeVersion",
    "/v1/Hub/getSubDevices",
    "/v1/log/user",
    "/user/v1/baseInfo",
)
SIGN_OUT = ("/v1/Profile/logout", "/v1/Profile/Logout")
SIGN_IN = ("/v1/Auth/signIn", "/v1/Auth/Login", "/v1/Auth/login")
NEW_ACCOUNT = ("/v1/Auth/signUp", "/v1/Auth/reg")


def test_every_call_is_known_in_any_spelling_and_nothing_else(house: House) -> None:
    for path in (*SIGNED_IN, *SIGN_OUT, *SIGN_IN, *NEW_ACCOUNT):
        assert house.cloud.knows(path)
        assert house.cloud.knows(path.upper())
    for path in ("", "/", "/v1", f"{LIST}/", f"/{LIST}", "v1/Device/devList", "/v1/Device/../Device/devList"):
        assert not house.cloud.knows(path)


@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
@pytest.mark.parametrize("path", SIGN_IN)
async def test_whoever_signs_in_gets_what_programs_need(house: House, path: str, form: bool) -> None:
    told = await house.call(path, {"email": "ann", "password": DIGEST.upper(), "encryption": 1}, form=form)
    assert (told["apiStatus"], told["info"], told["timeStamp"]) == (0, "Success", 1541642325)
    token = told["data"].pop("token")
    assert told["data"] == {
        "key": KEY.reveal(),
        "userid": "10001",
        "email": "ann",
        "domain": f"https://{HOST}:8443",
        "mqttDomain": HOST,
        "mfaLockExpire": 0,
    }
    assert len(token) == 64
    assert (await house.call(LIST, {}, token=token))["apiStatus"] == 0


@pytest.mark.parametrize("encryption", [{}, {"encryption": 0}, {"encryption": None}], ids=str)
async def test_a_password_may_come_as_it_is(house: House, encryption: dict[str, Any]) -> None:
    told = await house.call("/v1/Auth/Login", {"email": "ann", "password": PASSWORD, **encryption})
    assert told["apiStatus"] == 0


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({}, ApiStatus.NO_USER),
        ({"email": "", "password": DIGEST}, ApiStatus.NO_USER),
        ({"email": 1, "password": DIGEST}, ApiStatus.NO_USER),
        ({"email": "a" * 255, "password": DIGEST}, ApiStatus.NO_USER),
        ({"email": "ann"}, ApiStatus.NO_PASSWORD),
        ({"email": "ann", "password": ""}, ApiStatus.NO_PASSWORD),
        ({"email": "ann", "password": [DIGEST]}, ApiStatus.NO_PASSWORD),
        ({"email": "ann", "password": "x" * 1025}, ApiStatus.NO_PASSWORD),
        ({"email": "ann", "password": PASSWORD, "encryption": 1}, ApiStatus.BAD_PASSWORD_FORMAT),
        ({"email": "ann", "password": f"{DIGEST}\n", "encryption": 1}, ApiStatus.BAD_PASSWORD_FORMAT),
        ({"email": "ann", "password": "0" * 32, "encryption": 1}, ApiStatus.WRONG_LOGIN),
        ({"email": "ann", "password": DIGEST}, ApiStatus.WRONG_LOGIN),  # that is not what was hashed
        ({"email": "ann", "password": "wrong horse"}, ApiStatus.WRONG_LOGIN),
        ({"email": "eve", "password": DIGEST, "encryption": 1}, ApiStatus.WRONG_LOGIN),
        ({"email": "10001", "password": DIGEST, "encryption": 1}, ApiStatus.WRONG_LOGIN),
    ],
    ids=str,
)
async def test_who_does_not_come_in_learns_why_and_nothing_more(
    house: House, params: dict[str, Any], status: ApiStatus
) -> None:
    told = await house.call("/v1/Auth/signIn", params)
    assert (told["apiStatus"], told["info"], told["data"]) == (status.code, status.info, {})


async def test_who_may_only_read_gets_no_key(house: House, caplog: pytest.LogCaptureFixture) -> None:
    assert await house.sign_in("cleo") == {
        "apiStatus": 1043,
        "sysStatus": 0,
        "info": "Resource access deny",
        "timeStamp": 1541642325,
        "data": {},
    }
    assert "'cleo' is sent away: Programs of the vendor's cloud get the key of the home" in caplog.text
    assert (await house.sign_in("cleo", "0" * 32))["apiStatus"] == 1004  # a guess learns nothing of it


async def test_guessing_is_slowed(house: House) -> None:
    answers = [(await house.sign_in("ann", "0" * 32))["apiStatus"] for _ in range(4)]
    assert answers == [1004, 1004, 1004, 1028]
    assert (await house.sign_in("ann"))["apiStatus"] == 1028
    assert (await house.sign_in("bea"))["apiStatus"] == 0
    await house.clock.advance(2)
    assert (await house.sign_in("ann"))["apiStatus"] == 0


@pytest.mark.parametrize("path", NEW_ACCOUNT)
async def test_nobody_makes_an_account_for_himself(house: House, path: str) -> None:
    told = await house.call(path, {"email": "eve", "password": DIGEST, "encryption": 1})
    assert told["apiStatus"] == 1043
    assert [user.name for user in house.accounts.all()] == ["ann", "bea", "cleo"]


@pytest.mark.parametrize("path", [*SIGNED_IN, *SIGN_OUT])
async def test_all_else_wants_a_token(house: House, path: str) -> None:
    for authorization, status in (
        ("", ApiStatus.TOKEN_ERROR),
        ("Basic", ApiStatus.TOKEN_ERROR),
        ("Basic ", ApiStatus.TOKEN_ERROR),
        ("Bearer x", ApiStatus.TOKEN_ERROR),
        ("Basic ä", ApiStatus.TOKEN_ERROR),
        ("Basic x", ApiStatus.TOKEN_EXPIRED),
    ):
        assert await house.send(path, signed({}), authorization=authorization) == ApiAnswer(status=status)


async def test_a_user_sees_the_plugs_that_it_was_given(house: House) -> None:
    ann, bea = await house.token_of("ann"), await house.token_of("bea")
    records = [device_record(each, host=HOST) for each in (KETTLE, LAMP)]
    assert (await house.call(LIST, {}, token=ann))["data"] == records
    assert (await house.call(LIST, {}, token=bea))["data"] == records[1:]
    for token, plug, data in (
        (ann, KETTLE, records[0]),
        (bea, LAMP, records[1]),
        (bea, KETTLE, {}),
        (ann, SAFE, {}),
    ):
        told = await house.call("/v1/Device/devInfo", {"uuid": plug.uuid.text}, token=token)
        assert (told["apiStatus"], told["data"]) == (0 if data else 20106, data)
    assert (await house.call("/v1/Device/devInfo", {"uuid": []}, token=ann))["apiStatus"] == 20106


async def test_a_plug_with_a_key_of_its_own_is_told_of_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = await house.token_of("ann")
    for _ in range(3):
        await house.call(LIST, {}, token=token)
    assert caplog.text.count("do not see safe: it has a key of its own") == 1


async def test_what_nobody_needs_is_empty_and_the_profile_is_the_homes(house: House) -> None:
    token = await house.token_of("ann")
    for path, data in (
        ("/v1/Device/devExtraInfo", {}),
        ("/v1/Device/latestVersion", {}),
        ("/device/v1/fmware/upgradeVersion", {}),
        ("/v1/Hub/getSubDevices", []),
        ("/v1/log/user", {}),
        ("/user/v1/baseInfo", {"userid": "10001", "email": "ann", "nickname": ""}),
    ):
        told = await house.call(path, {"uuid": KETTLE.uuid.text}, token=token)
        assert (told["apiStatus"], told["info"], told["data"]) == (0, "Success", data)


@pytest.mark.parametrize("path", SIGN_OUT)
async def test_a_token_is_dead_after_its_sign_out_and_no_other_is(house: House, path: str) -> None:
    token, other = await house.token_of("ann"), await house.token_of("ann")
    assert (await house.call(path, {}, token=token))["apiStatus"] == 0
    assert (await house.call(path, {}, token=token))["apiStatus"] == 1200
    assert (await house.call(LIST, {}, token=token))["apiStatus"] == 1200
    assert (await house.call(LIST, {}, token=other))["apiStatus"] == 0


async def test_a_full_disk_is_said_and_nothing_is_half_done(house: House) -> None:
    token = await house.token_of("ann")
    house.login_store.broken = NotKept("the disk is full")
    told = await house.sign_in("ann")
    assert (told["apiStatus"], told["data"]) == (1201, {})
    assert (await house.call(SIGN_OUT[0], {}, token=token))["apiStatus"] == 10001
    assert (await house.call(LIST, {}, token=token))["apiStatus"] == 0


async def test_no_secret_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = await house.token_of("ann")
    await house.sign_in("cleo")
    await house.sign_in("ann", "0" * 32)
    await house.call("/v1/Auth/Login", {"email": "ann", "password": PASSWORD})
    await house.call(SIGN_OUT[0], {}, token=token)
    assert "signed in as ann" in caplog.text
    assert not any(secret in caplog.text for secret in (token, KEY.reveal(), PASSWORD, DIGEST, "0" * 32))


async def test_a_name_is_data_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await house.accounts.remove("cleo")
    house.takes_apps = False
    await house.call("/v1/Auth/signIn", {"email": "ann", "password": DIGEST, "encryption": 1})
    await house.call("/v1/Auth/signIn", {"email": "a\nERROR b\x1b[2J", "password": DIGEST, "encryption": 1})
    assert "This home takes no programs" in caplog.text
    assert "\nERROR b" not in caplog.text
    assert "\x1b[2J" not in caplog.text


PATHS = (*SIGNED_IN, *SIGN_OUT, *SIGN_IN, *NEW_ACCOUNT)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
PARAMS = st.dictionaries(
    st.sampled_from(["email", "password", "encryption", "uuid", "mobileInfo"]) | st.text(), VALUES, max_size=5
)


@given(
    path=st.sampled_from(PATHS),
    body=st.binary()
    | PARAMS.map(signed)
    | VALUES.map(signed)
    | st.tuples(PARAMS.map(signed), st.binary()).map(b"".join),
    authorization=st.text(max_size=80) | st.text(max_size=80).map("Basic {}".format) | st.just("the token"),
)
def test_any_bytes_have_an_answer(path: str, body: bytes, authorization: str) -> None:
    async def story() -> ApiAnswer:
        house = House()
        await house.move_in()
        token = await house.token_of("ann")
        return await house.send(
            path, body, authorization=f"Basic {token}" if authorization == "the token" else authorization
        )

    answer = asyncio.run(story())
    told = json.loads(answer.encode(now_s=1))
    assert told.keys() == {"apiStatus", "sysStatus", "info", "timeStamp", "data"}
    assert not told["apiStatus"] or told["data"] == {}
    assert KEY.reveal() not in str(told)
