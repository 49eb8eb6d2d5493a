"""The files of the page: who imports whom, every word in both languages, nothing that the browser would forbid."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from devtools.vendor import FOLDER, LIBRARIES, LIST, listed

PAGE = FOLDER.parent
LONGEST_LINES = 300
ROOMS = {
    "vendor": 0,
    "kit": 1,
    "model": 2,
    "parts": 3,
    "views": 4,
    "frame.js": 5,
    "main.js": 6,
    "theme.js": 6,
}
PLURALS = ("one", "other")

_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*"(\.[^"]+)\"""")
_LATER = re.compile(r"""\bimport\(\s*"(\.[^"]+)"\s*\)""")
_SAID = re.compile(r"""\bsay(?:With)?\(\s*(?:[^"`(),]*\?\s*"([^"]+)"\s*:\s*)?"([^"]+)\"""")
_LITERAL = re.compile(r'"([a-z]+(?:\.[\w-]+)+)"')
_TEMPLATE = re.compile(r"`((?:\$\{[^}`]*\}|[^`$\s])+)`")
_PLACE = re.compile(r"\$\{[^}]*\}")
_HOLE = re.compile(r"\{(\w+)\}")


def sources() -> list[Path]:
    """Every file of ours in JavaScript."""
    return [path for path in sorted(PAGE.rglob("*.js")) if path.parent != FOLDER]


def name_of(path: Path) -> str:
    """How a file is called from the page's folder on."""
    return path.relative_to(PAGE).as_posix()


def room_of(name: str) -> int:
    """How high a file stands."""
    return ROOMS[name.split("/", 1)[0]]


@cache
def imports(path: Path, *, later: bool = False) -> list[str]:
    """Which files a file imports, by name: at once, or when somebody goes there."""
    found = (_LATER if later else _IMPORT).findall(path.read_text("utf-8"))
    return [name_of((path.parent / each).resolve()) for each in found]


@cache
def words(language: str) -> dict[str, dict[str, str]]:
    """The sentences of a language, by area and key; an area that is empty has not been written yet."""
    files = (PAGE / "text" / language).glob("*.json")
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in files}
    return {area: sentences for area, sentences in found.items() if sentences}


@cache
def keys() -> frozenset[str]:
    """Every key for which there are words."""
    return frozenset(key for sentences in words("en").values() for key in sentences)


def awaited() -> set[str]:
    """Areas whose views are not written yet; they may come to say what is common."""
    return {path.stem for path in (PAGE / "text" / "en").glob("*.json")} - words("en").keys()


def is_known(key: str) -> bool:
    """Whether something can be said under a key, perhaps by a count."""
    return key in keys() or all(f"{key}.{plural}" in keys() for plural in PLURALS)


def is_written(key: str) -> bool:
    """Whether the area of a key has words by now."""
    return key.split(".", 1)[0] in words("en")


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_imports_go_downwards_and_lead_somewhere(path: Path) -> None:
    for name in imports(path) + imports(path, later=True):
        assert (PAGE / name).is_file(), f"{name} is not there"
        assert room_of(name) <= room_of(name_of(path)), f"{name} stands above {name_of(path)}"


def test_no_file_needs_itself() -> None:
    clear: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, f"a circle: {' → '.join((*way, name))}"
        if name not in clear:
            for each in imports(PAGE / name):
                walk(each, (*way, name))
            clear.add(name)

    walk("main.js", ())
    for path in sources():
        walk(name_of(path), ())
    assert len(clear) >= len(sources())


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    english, german = words("en"), words("de")
    assert english.keys() == german.keys()
    for area, sentences in english.items():
        assert sentences.keys() == german[area].keys(), area
        for key, sentence in sentences.items():
            assert key.startswith(f"{area}."), f"{key} stands in the file of {area}"
            assert sentence.strip(), key
            assert sorted(_HOLE.findall(sentence)) == sorted(_HOLE.findall(german[area][key])), key


def test_every_count_has_both_forms() -> None:
    for key in keys():
        stem, _, last = key.rpartition(".")
        if last in PLURALS:
            assert is_known(stem), key


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_every_key_that_is_said_has_words(path: Path) -> None:
    text = path.read_text("utf-8")
    said = [key for found in _SAID.findall(text) for key in found if key]
    missing = [key for key in said if is_written(key) and not is_known(key)]
    patterns = [made for made in _TEMPLATE.findall(text) if is_written(made) and "/" not in made]
    missing += [made for made in patterns if not any(_fits(made).fullmatch(key) for key in keys())]
    assert not missing


def test_every_key_is_said_somewhere() -> None:
    said: set[str] = set()
    for path in sources():
        text = path.read_text("utf-8")
        for literal in _LITERAL.findall(text):
            said |= _meant_by(literal)
        for made in _TEMPLATE.findall(text):
            if is_written(made) or made.startswith("${"):
                said |= _made_by(made)
    unsaid = sorted(keys() - said)
    if awaited():
        unsaid = [key for key in unsaid if not key.startswith("common.")]
    assert not unsaid, f"nobody says {unsaid}"


def _meant_by(literal: str) -> set[str]:
    """A key, or the beginning of keys where it is none itself."""
    if is_known(literal):
        return {literal, *(f"{literal}.{plural}" for plural in PLURALS)}
    return {key for key in keys() if key.startswith(f"{literal}.")}


def _made_by(template: str) -> set[str]:
    """The keys that a template literal can become; one that says no word of its own becomes none."""
    if not re.search(r"\w", _PLACE.sub("", template)):
        return set()
    return {key for key in keys() if _fits(template).fullmatch(key)}


@cache
def _fits(template: str) -> re.Pattern[str]:
    fixed = [re.escape(part) for part in _PLACE.split(template)]
    return re.compile(r"[\w.-]+".join(fixed) + r"(?:\.(?:one|other))?")


@pytest.mark.parametrize("path", [*sources(), *sorted((PAGE / "css").glob("*.css"))], ids=name_of)
def test_no_file_is_long(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_LINES


@pytest.mark.parametrize("path", [PAGE / "index.html", *sources()], ids=name_of)
def test_no_style_or_script_in_markup(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"""\sstyle\s*=\s*["']""", text)
    assert not re.search(r"""<[^>]*\son[a-z]+\s*=\s*["']""", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_every_style_sheet_is_linked() -> None:
    linked = re.findall(r'href="/page/\{edition\}/(css/[^"]+)"', (PAGE / "index.html").read_text("utf-8"))
    there = {f"css/{path.name}" for path in (PAGE / "css").iterdir()}
    assert len(linked) == len(set(linked))
    assert set(linked) == there


def test_other_peoples_work_is_what_the_list_says() -> None:
    files = {name for library in LIBRARIES for name in (*library.files, f"{library.name}.LICENSE")}
    assert {path.name for path in FOLDER.iterdir()} == files | {LIST}
    told = json.loads((FOLDER / LIST).read_text("utf-8"))
    assert told == {library.name: listed(library, FOLDER) for library in LIBRARIES}
    assert f"(v{told['uplot']['version']})" in (FOLDER / "uplot.js").read_text("utf-8")[:200]


def test_every_section_of_this_page_has_a_room() -> None:
    tops = {PurePosixPath(name_of(path)).parts[0] for path in sources()}
    assert tops == ROOMS.keys() - {"vendor"}
