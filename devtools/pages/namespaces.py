"""`docs/namespaces.md`: each `Appliance.*` subject, the types that read it, and the rooms that speak of it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from devtools.markdown import page, table
from devtools.source import PACKAGE, classes_in, module_files, module_name
from ownplug.core.meross import Method
from ownplug.core.meross.namespaces import CONTROL_MULTIPLE
from ownplug.virtual.firmware.handlers.table import HANDLERS

_NAMESPACE = re.compile(r"Appliance(?:\.[A-Za-z]+){2,3}")
# How the docstring of a payload type begins: "`Appliance.Config.Wifi` and `WifiX`".
_SUBJECT = re.compile(r"`(Appliance\.[A-Za-z]+)\.([A-Za-z]+)`(?: and `([A-Za-z]+)`)?")
_CONSTANTS = PACKAGE / "core" / "meross" / "namespaces.py"
_PAYLOADS = PACKAGE / "core" / "meross" / "payloads"
_ROOMS = ("pairing", "hub", "plug")
_VIRTUAL = "virtual"


def namespaces_page() -> str:
    """Return the page."""
    types, rooms, answered = payload_types(), speakers(), answers()
    rows = [
        (
            f"`{name}`",
            ", ".join(f"`{kind}`" for kind in types.get(name, ())),
            *("x" if room in rooms.get(name, ()) else "" for room in _ROOMS),
            ", ".join(answered.get(name, ["says it"] if _VIRTUAL in rooms.get(name, ()) else [])),
        )
        for name in sorted({*types, *rooms, *answered, *constants().values()})
    ]
    return page(
        "# Namespaces",
        "The subjects of the plug's language that this code knows. *Type* is the class in "
        "`ownplug.core.meross.payloads` that reads the payload; without one it is handled as plain values. "
        "A mark says that the room sends or reads the subject. The last column has the methods that the "
        "virtual plug answers, or says that it only speaks of the subject itself. Any other subject can be "
        "sent with `ownplug raw`; what a plug answers is shown whole.",
        table(["namespace", "type", *_ROOMS, "virtual plug answers"], rows),
    )


def constants(file: Path = _CONSTANTS) -> dict[str, str]:
    """Return the namespace constants: name and value."""
    found = {}
    for node in ast.parse(file.read_text("utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value))) if (
                _NAMESPACE.fullmatch(value)
            ):
                found[name] = value
    return found


def payload_types(folder: Path = _PAYLOADS) -> dict[str, list[str]]:
    """Return for each namespace the payload types whose docstring begins with its name."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in module_files(folder):
        for kind in classes_in(file, folder):
            for name in _subjects(kind.text):
                found[name].append(kind.name)
    return found


def answers() -> dict[str, list[str]]:
    """Return for each namespace the methods that the virtual plug answers."""
    found: dict[str, list[str]] = defaultdict(list)
    # `Multiple` is answered where requests are taken apart, not by the table.
    for namespace, method in sorted([*HANDLERS, (CONTROL_MULTIPLE, Method.SET)]):
        found[namespace].append(str(method))
    return found


def speakers(package: Path = PACKAGE) -> dict[str, set[str]]:
    """Return for each namespace the rooms whose code names it, by constant or as text."""
    known = constants()
    found: dict[str, set[str]] = defaultdict(set)
    for file in module_files(package):
        room = module_name(file, package).split(".", maxsplit=1)[0]
        if room in {*_ROOMS, _VIRTUAL}:
            for name in _named_in(ast.parse(file.read_text("utf-8")), known):
                found[name].add(room)
    return found


def _subjects(docstring: str) -> list[str]:
    said = _SUBJECT.match(docstring)
    return [f"{said[1]}.{last}" for last in said.groups()[1:] if last] if said else []


def _named_in(tree: ast.AST, known: dict[str, str]) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in known:
                found.add(known[name])
            case ast.Constant(value=str(text)) if _NAMESPACE.fullmatch(text):
                found.add(text)
    return found
