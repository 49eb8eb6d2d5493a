"""The error tree: what its docstring draws is what the classes are."""

from __future__ import annotations

import inspect
import re

import pytest

from ownplug.core import errors
from ownplug.core.errors import DeviceError, LinkTimeout, OwnplugError

INDENT = 4


def error_classes() -> list[type[OwnplugError]]:
    """Every error class of the module, in the order of the file."""
    return [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, OwnplugError) and kind.__module__ == errors.__name__
    ]


def drawn_tree() -> dict[str, str | None]:
    """Name and parent of each class as the docstring draws them."""
    tree: dict[str, str | None] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.fullmatch(r"( {4,})([A-Z]\w+)( {2,}.*)?", line)
        if found:
            depth = len(found[1]) // INDENT - 1
            path[depth:] = [found[2]]
            tree[found[2]] = path[depth - 1] if depth else None
    return tree


def test_the_drawing_in_the_docstring_is_the_class_tree() -> None:
    real = {
        kind.__name__: None if kind is OwnplugError else kind.__bases__[0].__name__
        for kind in error_classes()
    }
    assert drawn_tree() == real


def test_each_error_has_a_code_of_its_own_that_a_script_can_use() -> None:
    codes = [kind.code for kind in error_classes()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("kind", [kind for kind in error_classes() if kind is not DeviceError])
def test_an_error_reads_as_its_sentence_and_carries_its_hint(kind: type[OwnplugError]) -> None:
    error = kind("The plug is gone.", hint="Look for it.")
    assert (str(error), error.hint) == ("The plug is gone.", "Look for it.")
    assert kind("No hint.").hint == ""


def test_a_link_timeout_is_caught_as_the_builtin_timeout_too() -> None:
    with pytest.raises(TimeoutError):
        raise LinkTimeout("No answer.")


def test_a_device_error_carries_the_plugs_own_number() -> None:
    error = DeviceError("Refused.", device_code=5001, hint="Another key?")
    assert (str(error), error.device_code, error.hint) == ("Refused.", 5001, "Another key?")
