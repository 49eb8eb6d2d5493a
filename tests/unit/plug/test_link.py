"""What makes a reply a good one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ownplug.core.errors import BadSignature, DeviceError, Malformed, Unexpected
from ownplug.core.meross import Message, MessageMaker, Method
from ownplug.core.secret import Secret
from ownplug.plug import check_reply

OURS, OTHERS = Secret("0123456789abcdef0123456789abcdef"), Secret("another")
TOGGLE_X = "Appliance.Control.ToggleX"


def maker(key: Secret) -> MessageMaker:
    numbers = iter(range(1000))
    return MessageMaker(key=key, sender="x", new_id=lambda: f"{next(numbers):032x}")


def ask(method: Method = Method.GET) -> Message:
    return maker(OURS).make(method, TOGGLE_X, {}, now_s=1)


def reply(
    request: Message, method: Method = Method.GETACK, payload: Any = None, key: Secret = OURS
) -> Message:
    return maker(key).reply(request, method, payload or {}, now_s=2)


def error(code: int, detail: str = "") -> dict[str, Any]:
    return {"error": {"code": code, "detail": detail}}


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (Method.GET, Method.GETACK),
        (Method.SET, Method.SETACK),
        (Method.DELETE, Method.DELETEACK),
        (Method.PUSH, Method.PUSH),
        (Method.PUSH, Method.SET),
    ],
)
def test_a_signed_answer_of_the_right_kind_is_good(asked: Method, answered: Method) -> None:
    request = ask(asked)
    check_reply(request, reply(request, answered), OURS)


def test_the_other_spelling_of_a_deletions_answer_is_good_too() -> None:
    request = ask(Method.DELETE)
    answer = reply(request, Method.DELETEACK)
    header = msgspec.structs.replace(answer.header, method="DELACK")
    check_reply(request, msgspec.structs.replace(answer, header=header), OURS)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (Method.GET, Method.SETACK),
        (Method.GET, Method.PUSH),
        (Method.SET, Method.GETACK),
        (Method.SET, Method.SET),
        (Method.DELETE, Method.SETACK),
        (Method.PUSH, Method.GET),
    ],
)
def test_an_answer_of_another_kind_is_unexpected(asked: Method, answered: Method) -> None:
    request = ask(asked)
    with pytest.raises(Unexpected, match=f"{asked} {TOGGLE_X} with {answered}"):
        check_reply(request, reply(request, answered), OURS)


def test_an_answer_to_another_question_is_unexpected() -> None:
    questions = maker(OURS)
    first, second = (questions.make(Method.GET, TOGGLE_X, {}, now_s=1) for _ in range(2))
    with pytest.raises(Unexpected, match="out of turn"):
        check_reply(first, reply(second), OURS)


def test_an_answer_about_something_else_is_unexpected() -> None:
    asked = ask()
    with pytest.raises(Unexpected, match="Electricity"):
        check_reply(asked, reply(maker(OURS).make(Method.GET, "Electricity", {}, now_s=1)), OURS)


def test_an_answer_that_somebody_else_signed_is_not_taken() -> None:
    request = ask()
    with pytest.raises(BadSignature, match="not signed"):
        check_reply(request, reply(request, key=OTHERS), OURS)


def test_a_plug_without_a_key_is_taken_at_its_word() -> None:
    request = ask()
    check_reply(request, reply(request, key=OTHERS), None)


def test_a_plug_that_refuses_our_key_is_heard_though_it_signs_with_its_own() -> None:
    request = ask()
    with pytest.raises(DeviceError, match="not its key") as caught:
        check_reply(request, reply(request, Method.ERROR, error(5001, "sign error"), OTHERS), OURS)
    assert caught.value.device_code == 5001
    assert "--show-secrets" in caught.value.hint


def test_any_other_refusal_must_be_signed() -> None:
    request = ask()
    with pytest.raises(BadSignature):
        check_reply(request, reply(request, Method.ERROR, error(5000), OTHERS), OURS)


@pytest.mark.parametrize(
    ("code", "detail", "sentence"),
    [(5000, "", "does not support"), (5003, "busy", r"error 5003\. It says: busy"), (1, "", "error 1")],
)
def test_a_refusal_says_why(code: int, detail: str, sentence: str) -> None:
    request = ask(Method.SET)
    with pytest.raises(DeviceError, match=sentence) as caught:
        check_reply(request, reply(request, Method.ERROR, error(code, detail)), OURS)
    assert caught.value.device_code == code


@pytest.mark.parametrize("payload", [{"error": 5}, {"nothing": 1}, {"error": {"detail": "x"}}])
def test_a_refusal_without_a_reason_is_malformed(payload: dict[str, Any]) -> None:
    request = ask()
    with pytest.raises(Malformed):
        check_reply(request, reply(request, Method.ERROR, payload), OURS)
