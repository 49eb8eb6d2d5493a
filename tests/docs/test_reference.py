"""The generated pages say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from devtools import reference
from devtools.pages.commands import walk
from devtools.pages.namespaces import constants, payload_types, speakers
from devtools.pages.settings import file_sections, settings_classes, variable
from devtools.prose import blocks
from devtools.source import REPOSITORY, classes_in

from ownplug.app import load_settings
from ownplug.core import errors
from ownplug.core.errors import OwnplugError
from ownplug.core.shell import COMMANDS
from ownplug.core.shell import SETTINGS as STORED

FOUND = settings_classes()
SETTINGS = [
    (section, field.name) for section, kind in file_sections(FOUND).items() for field in FOUND[kind].fields
]


def read(name: str) -> str:
    return (REPOSITORY / "docs" / name).read_text("utf-8")


@pytest.mark.parametrize("path", reference.PAGES)
def test_a_generated_page_is_current(path: str) -> None:
    right = reference.PAGES[path]()
    assert (REPOSITORY / path).read_text("utf-8") == right, "run: python -m devtools.reference"


@pytest.mark.slow
def test_a_page_that_was_edited_by_hand_is_noticed_and_mended(tmp_path: Path) -> None:
    written = reference.write_pages(tmp_path)
    assert written == list(reference.PAGES)
    edited = tmp_path / written[0]
    edited.write_text(edited.read_text("utf-8") + "more\n", "utf-8")
    assert list(reference.stale_pages(tmp_path)) == [written[0]]
    assert reference.write_pages(tmp_path) == [written[0]]
    assert reference.stale_pages(tmp_path) == {}


def test_every_command_has_its_section() -> None:
    text = read("commands.md")
    assert [path for path, _ in walk() if f"\n## `{path}`\n" not in text] == []


def test_every_error_is_listed_by_its_code() -> None:
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OwnplugError)
    ]
    text = read("commands.md")
    assert [kind for kind in kinds if f"| `{kind.code}` | `{kind.__name__}` |" not in text] == []


def test_every_setting_says_what_it_means() -> None:
    silent = [
        f"{kind.module}.{kind.name}.{field.name}"
        for kind in settings_classes().values()
        for field in kind.fields
        if not field.text and kind.module != "app.settings"
    ]
    assert silent == []


@pytest.mark.parametrize(("section", "field"), SETTINGS)
def test_the_variable_of_a_setting_is_the_one_that_is_read(section: str, field: str, tmp_path: Path) -> None:
    _, before = load_settings(tmp_path / "none.toml", {}, {})
    value = next(origin.value for origin in before if origin.name == f"{section}.{field}")
    name = variable(section, field)
    assert f"`{name}`" in read("settings.md")
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    _, after = load_settings(tmp_path / "none.toml", {name: text}, {})
    found = next(origin for origin in after if origin.name == f"{section}.{field}")
    assert (found.source, found.value) == (f"${name}", value)


def test_the_example_of_a_settings_file_can_be_used(tmp_path: Path) -> None:
    [example] = [block.text for block in blocks(read("settings.md")) if block.language == "toml"]
    file = tmp_path / "ownplug.toml"
    file.write_text(example, "utf-8")
    _, origins = load_settings(file, {}, {})
    assert str(file) in {origin.source for origin in origins}


def test_the_console_page_lists_every_command_and_every_setting() -> None:
    text = read("console.md")
    assert [
        spec.name for spec in COMMANDS.values() if spec.is_listed and f"| `{spec.name}` |" not in text
    ] == []
    runs = re.findall(r"^\| `([\w.]+)`(?: to `(\d\d)`)? \|", text.partition("## Settings")[2], re.MULTILINE)
    listed = [
        f"{first[:-2]}{n:02}" if last else first
        for first, last in runs
        for n in range(int(first[-2:]) if last else 0, int(last or 0) + 1)
    ]
    assert listed == [setting.name for setting in STORED]


def test_fields_are_read_with_their_defaults_and_the_text_below_them(tmp_path: Path) -> None:
    file = tmp_path / "room.py"
    file.write_text(
        'class A:\n    """What."""\n    x: int = 3\n    """First\n    and second."""\n    y: str\n    z = 1\n'
    )
    (found,) = classes_in(file, tmp_path)
    assert (found.name, found.module, found.text) == ("A", "room", "What.")
    assert [(field.name, field.kind, field.default, field.text) for field in found.fields] == [
        ("x", "int", "3", "First and second."),
        ("y", "str", "", ""),
    ]


def test_namespaces_are_found_in_constants_docstrings_and_code(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "a.py").write_text(
        'from x import namespaces as ns\nuse(ns.SYSTEM_ALL, "Appliance.System.New")\n'
    )
    (tmp_path / "payloads.py").write_text('class WifiSet:\n    """`Appliance.Config.Wifi` and `WifiX`."""\n')
    assert constants()["SYSTEM_ALL"] == "Appliance.System.All"
    assert speakers(tmp_path) == {"Appliance.System.All": {"hub"}, "Appliance.System.New": {"hub"}}
    assert payload_types(tmp_path) == {
        "Appliance.Config.Wifi": ["WifiSet"],
        "Appliance.Config.WifiX": ["WifiSet"],
    }
