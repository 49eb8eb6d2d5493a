from __future__ import annotations

import json

import pytest
from fastapi.exceptions import RequestValidationError

from ownplug.core import errors
from ownplug.web.problems import describe_invalid, problem_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.UsageError("No."), 400),
        (errors.NotFound("No."), 404),
        (errors.Conflict("No."), 409),
        (errors.PairingFailed("No.", code="wrong-key"), 409),
        (errors.Forbidden("No."), 403),
        (errors.DeviceError("No.", device_code=5001), 502),
        (errors.Malformed("No."), 502),
        (errors.BadSignature("No."), 502),
        (errors.Unexpected("No."), 502),
        (errors.LinkTimeout("No."), 504),
        (errors.Unreachable("No."), 503),
        (errors.LinkBroken("No."), 503),
        (errors.LinkClosed("No."), 503),
        (errors.OwnplugError("No."), 500),
    ],
)
def test_each_error_has_its_status_and_its_name(error: errors.OwnplugError, status: int) -> None:
    response = problem_of(error)
    assert response.status_code == status
    assert json.loads(bytes(response.body))["code"] == error.code


def test_who_has_to_wait_is_told_how_long_where_that_is_known() -> None:
    assert problem_of(errors.TooManyAttempts("No.", wait_s=8)).headers["retry-after"] == "8"
    assert "retry-after" not in problem_of(errors.TooManyAttempts("No.")).headers


def test_a_problem_document_tells_everything_the_error_knows() -> None:
    error = errors.DeviceError("The plug refused.", device_code=5001, hint="Check its key.")
    assert json.loads(bytes(problem_of(error).body)) == {
        "type": "about:blank",
        "title": "Bad Gateway",
        "status": 502,
        "code": "refused",
        "detail": "The plug refused.",
        "hint": "Check its key.",
        "device_code": 5001,
    }


def test_what_the_caller_sent_is_never_repeated() -> None:
    sent = "my-secret-password"
    error = RequestValidationError(
        [{"type": "x", "loc": ("body", "password"), "msg": "Input should be shorter", "input": sent}]
    )
    assert describe_invalid(error) == "body.password: Input should be shorter."


def test_the_name_of_a_field_that_nobody_knows_is_not_repeated_either() -> None:
    found = {"type": "extra_forbidden", "loc": ("body", "my-secret-password"), "msg": "Not permitted"}
    assert describe_invalid(RequestValidationError([found])) == "body: Not permitted."
