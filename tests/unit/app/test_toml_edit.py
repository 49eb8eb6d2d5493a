"""A changed file is the owner's file in everything else."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.app.toml_edit import edited

OWNED = """\
# My home.

[hub] # the owner's
# We moved here in May.
timezone   =  "Europe/Madrid"   # was Berlin

reading_interval_s = 10

# The door is mine alone.
[web]
port = 8481 # 8480 is taken
"""


def test_only_the_value_changes() -> None:
    assert edited(OWNED, {"hub.timezone": "UTC"}) == OWNED.replace("Europe/Madrid", "UTC")


def test_a_new_setting_comes_after_the_last_of_its_section_and_a_new_section_at_the_end() -> None:
    added = edited(OWNED, {"hub.position": "1,2", "broker.sys_interval_s": 5.0})
    expected = OWNED.replace("reading_interval_s = 10\n", 'reading_interval_s = 10\nposition = "1,2"\n')
    assert added == f"{expected}\n[broker]\nsys_interval_s = 5.0\n"


def test_what_is_taken_out_leaves_the_rest() -> None:
    assert edited(OWNED, {"hub.reading_interval_s": None}) == OWNED.replace("reading_interval_s = 10\n", "")
    assert edited(OWNED, {"hub.position": None, "broker.mqtt": None}) == OWNED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[hub]\ntimezone = "UTC"\n'),
        ("# mine", '# mine\n[hub]\ntimezone = "UTC"\n'),
        ("[hub]\n# nothing yet\n", '[hub]\ntimezone = "UTC"\n# nothing yet\n'),
        ("[hub]\r\nposition = ''\r\n", "[hub]\r\nposition = ''\r\ntimezone = \"UTC\"\r\n"),
        ('hub.timezone = "x" # why\nweb.port = 1\n', 'hub.timezone = "UTC" # why\nweb.port = 1\n'),
        ('["hub"]\n"timezone" = """x"""\n', '["hub"]\n"timezone" = "UTC"\n'),
    ],
)
def test_however_it_is_written(before: str, after: str) -> None:
    assert edited(before, {"hub.timezone": "UTC"}) == after


_COMMENT = st.from_regex(r"#[ -~]{0,12}", fullmatch=True)
_GAP = st.one_of(st.just(""), _COMMENT)
_VALUES = {
    "timezone": st.sampled_from(['"UTC"', "'Asia/Qatar'", '"""UTC"""']),
    "position": st.sampled_from(['""', '"1,2"']),
    "reading_interval_s": st.sampled_from(["10", "1e1", "1_0.5"]),
}


@st.composite
def files(draw: st.DrawFn) -> str:
    lines: list[str] = draw(st.lists(_GAP, max_size=2))
    for section in draw(st.permutations(["hub", "web", "broker"])):
        lines += [*draw(st.lists(_GAP, max_size=2)), f"[{section}] {draw(_GAP)}"]
        names = draw(st.lists(st.sampled_from(sorted(_VALUES)), unique=True)) if section == "hub" else []
        for name in names:
            lines += [*draw(st.lists(_GAP, max_size=2)), f"{name} = {draw(_VALUES[name])} {draw(_GAP)}"]
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(st.sampled_from(["", "\n"]))


def comments(text: str) -> list[str]:
    return [line[line.index("#") :] for line in text.splitlines() if "#" in line]


@given(text=files(), changes=st.dictionaries(st.sampled_from(sorted(_VALUES)), st.just("Z"), min_size=1))
def test_every_comment_stays_in_its_order(text: str, changes: dict[str, str]) -> None:
    new = edited(text, {f"hub.{name}": value for name, value in changes.items()})
    assert comments(new) == comments(text)
    was = tomllib.loads(text)
    assert tomllib.loads(new) == was | {"hub": was["hub"] | changes}
    assert edited(new, {f"hub.{name}": value for name, value in changes.items()}) == new
