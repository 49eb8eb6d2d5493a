from __future__ import annotations

from pathlib import Path

import pytest

from ownplug.core.errors import UsageError
from ownplug.virtual import profiles
from ownplug.virtual.profiles import parse_profile

BASE = (Path(profiles.__file__).parent / "mss310@2.1.7.toml").read_text()


def parse(text: str) -> object:
    return parse_profile("new@1", {"new@1": text, "mss310@2.1.7": BASE}.__getitem__)


def test_a_profile_may_differ_from_another_in_one_fact() -> None:
    found = parse_profile(
        "new@1",
        {
            "new@1": 'like = "mss310@2.1.7"\nmains_v = 100.0\n[evidence]\nmains_v = "seed"\n',
            "mss310@2.1.7": BASE,
        }.__getitem__,
    )
    assert (found.name, found.mains_v, found.relays) == ("new@1", 100.0, (0,))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mains_v = ", "Invalid value"),
        ('mains_v = 1.0\n[evidence]\nmains_v = "seed"', "it lacks about, model"),
        ('like = "mss310@2.1.7"\nmains_v = 1.0', "has its evidence, and nothing else: mains_v"),
        ('like = "mss310@2.1.7"\n[evidence]\nmains_v = "seed"', "nothing else: mains_v"),
        ('like = "mss310@2.1.7"\ncolour = "red"\n[evidence]\ncolour = "seed"', "colour is no fact"),
        (
            'like = "mss310@2.1.7"\nmains_v = "much"\n[evidence]\nmains_v = "seed"',
            "Expected `float`, got `str` - at `$.mains_v`",
        ),
        ('like = "new@1"\n[evidence]\n', "like itself"),
    ],
)
def test_a_file_that_is_no_profile_says_why(text: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert reason in str(caught.value)
    assert "new@1" in str(caught.value)
