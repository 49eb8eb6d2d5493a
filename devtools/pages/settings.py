"""`docs/settings.md`: every field of every settings class, with the text that stands below it."""

from __future__ import annotations

from devtools.markdown import code, page, table
from devtools.source import PACKAGE, ClassSource, FieldSource, classes_in, module_files
from ownplug.app import CHANGEABLE, load_settings
from ownplug.web import Effect

_SUFFIXES = ("Settings", "Limits", "Timing")
_JOINED = "Settings"  # the class in app/settings.py whose fields are the sections of ownplug.toml

_FELT = {
    Effect.AT_ONCE: "at once",
    Effect.WHEN_PLUGS_CONNECT: "by plugs that are paired or connect from now on, and were told nothing before",
    Effect.AT_NEXT_START: "at the next start of the hub",
}

_EXAMPLE = """
[hub]
timezone = "Europe/Berlin"

[web]
port = 8481
"""


def settings_page() -> str:
    """Return the page."""
    found = settings_classes()
    sections = file_sections(found)
    inner = [kind for kind in found.values() if kind.name not in {_JOINED, *sections.values()}]
    return page(
        "# Settings",
        "A value is taken from the first of these that has it: an option of the command line, an environment "
        "variable, the file `ownplug.toml` in the home, the default. `ownplug config show` prints every value "
        "and where it came from. The file need not exist. A name that does not exist is an error. In a variable, "
        "the items of a list are separated by commas.",
        code(_EXAMPLE, "toml"),
        "## While the hub runs",
        "`ownplug config set NAME VALUE`, `ownplug config unset NAME` and [the API](api.md#settings) change these, and "
        "leave every comment of the file where it is; with no hub running the commands change the file alone.",
        table(["setting", "a change is felt"], [(f"`{n}`", _FELT[e]) for n, e in CHANGEABLE.items()]),
        "All others are changed in the file, and count from the next start of the hub on. What opens the hub to others "
        "(addresses, `https`, `allowed_hosts`, `http_fallback`) or guards it (`login_…`, most limits) is not changed "
        "through the API on purpose: who has stolen an administrator's session shall not be able to let others in for "
        "good. Nor is what an option or a variable says otherwise: it would have no effect.",
        *(_section(name, found[kind]) for name, kind in sections.items()),
        "## Limits and settings inside the program",
        "They are no sections of the file; code that uses a room on its own can set them.",
        *(_inner(kind) for kind in inner),
    )


def settings_classes() -> dict[str, ClassSource]:
    """Return every settings class of the package by its name."""
    return {
        found.name: found
        for file in module_files(PACKAGE)
        for found in classes_in(file)
        if found.name.endswith(_SUFFIXES)
    }


def file_sections(found: dict[str, ClassSource]) -> dict[str, str]:
    """Return section and class name for each section of `ownplug.toml`."""
    joined = found.get(_JOINED)
    return {field.name: field.kind for field in joined.fields} if joined else {}


def variable(section: str, field: str) -> str:
    """Return the environment variable of one setting."""
    return f"OWNPLUG_{section}_{field}".upper()


def _section(name: str, kind: ClassSource) -> str:
    sources = _sources_when_nothing_is_set()
    rows = [
        (
            f"`{field.name}`",
            _default(field, sources[f"{name}.{field.name}"]),
            f"`{variable(name, field.name)}`",
            field.text,
        )
        for field in kind.fields
    ]
    return f"## `[{name}]`\n\n{kind.text}\n\n" + table(["field", "default", "variable", "meaning"], rows)


def _inner(kind: ClassSource) -> str:
    rows = [(f"`{field.name}`", f"`{field.kind}`", _default(field), field.text) for field in kind.fields]
    heading = f"### `{kind.name}` (`ownplug.{kind.module}`)"
    return f"{heading}\n\n{kind.text}\n\n" + table(["field", "type", "default", "meaning"], rows)


def _sources_when_nothing_is_set() -> dict[str, str]:
    """Return where each setting comes from on a machine that sets none: not all have a fixed default."""
    _, origins = load_settings(PACKAGE / "no such file", {}, {})
    return {origin.name: origin.source for origin in origins}


def _default(field: FieldSource, source: str = "default") -> str:
    if source != "default":
        return f"that of {source}"
    match field.default:
        case "":
            return "none: it must be given"
        case "''" | "()":
            return "empty"
        case default:
            return f"`{default}`"
