from __future__ import annotations

import click
import pytest

from ownplug.cli.failure import Failure, Interrupted, describe, print_failure
from ownplug.core import errors


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.UsageError("No."), 2, "usage"),
        (errors.DeviceError("No.", device_code=5001), 3, "refused"),
        (errors.Unreachable("No."), 4, "unreachable"),
        (errors.LinkTimeout("No."), 4, "timeout"),
        (errors.LinkBroken("No."), 4, "broken"),
        (errors.NotFound("No."), 1, "not-found"),
        (errors.Conflict("No."), 1, "conflict"),
        (errors.Forbidden("No."), 1, "forbidden"),
        (errors.Malformed("No."), 1, "malformed"),
        (errors.OwnplugError("No."), 1, "failed"),
        (click.UsageError("No"), 2, "usage"),
        (click.FileError("f", "no"), 1, "failed"),
        (click.Abort(), 130, "interrupted"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (Interrupted(143), 143, "interrupted"),
        (PermissionError(13, "Permission denied", "/home/x"), 1, "failed"),
        (ZeroDivisionError("x"), 1, "internal"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_each_failure_has_its_status_and_name(error: BaseException, status: int, code: str) -> None:
    failure = describe(error)
    assert (failure.status, failure.code) == (status, code)
    assert failure.message


def test_of_a_group_the_error_that_ownplug_knows_is_told() -> None:
    inner = ExceptionGroup("inner", [ValueError("x"), errors.Conflict("The port is in use.")])
    assert describe(ExceptionGroup("outer", [inner])).message == "The port is in use."


def test_of_a_group_of_strangers_the_first_is_told() -> None:
    assert describe(ExceptionGroup("group", [ValueError("x")])).code == "internal"


def test_a_file_error_names_the_file() -> None:
    assert describe(PermissionError(13, "Permission denied", "/h/x")).message == "Permission denied (/h/x)."


def test_a_plain_failure_is_a_sentence_and_a_hint_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    print_failure(Failure(1, "conflict", "In use\x1b.", "Try another."), as_json=False)
    assert capsys.readouterr() == ("", "In use\\x1b.\nTry another.\n")


def test_a_failure_in_json_is_one_object_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    print_failure(describe(errors.DeviceError("No.", device_code=5001, hint="Key?")), as_json=True)
    expected = '{"code": "refused", "message": "No.", "hint": "Key?", "device_code": 5001}\n'
    assert capsys.readouterr() == (expected, "")
