from __future__ import annotations

import pytest

from ownplug.client.problems import error_named, raise_problem
from ownplug.core import errors


def every_error(base: type[errors.OwnplugError]) -> list[type[errors.OwnplugError]]:
    return [base, *(found for child in base.__subclasses__() for found in every_error(child))]


@pytest.mark.parametrize("kind", every_error(errors.OwnplugError))
def test_each_code_becomes_the_error_that_it_was(kind: type[errors.OwnplugError]) -> None:
    with pytest.raises(errors.OwnplugError) as raised:
        raise_problem(500, {"code": kind.code, "detail": "Why.", "hint": "Do.", "device_code": 5001})
    assert type(raised.value) is kind
    assert (str(raised.value), raised.value.hint) == ("Why.", "Do.")


@pytest.mark.parametrize("kind", every_error(errors.OwnplugError))
def test_an_error_can_be_made_again_from_its_code(kind: type[errors.OwnplugError]) -> None:
    made = error_named(kind.code, "Why.", hint="Do.")
    assert (type(made), str(made), made.hint) == (kind, "Why.", "Do.")


def test_a_missing_login_is_forbidden() -> None:
    with pytest.raises(errors.Forbidden, match="token"):
        raise_problem(401, {"code": "unauthorized", "detail": "The token is missing or wrong."})


def test_the_code_of_a_newer_hub_is_an_error_all_the_same() -> None:
    with pytest.raises(errors.OwnplugError, match="New"):
        raise_problem(418, {"code": "teapot", "detail": "New."})


@pytest.mark.parametrize("document", [None, [], "text", {}, {"code": 1, "detail": "x"}, {"code": "x"}])
def test_what_is_no_problem_document_is_not_from_a_hub(document: object) -> None:
    with pytest.raises(errors.Unexpected, match="418"):
        raise_problem(418, document)
