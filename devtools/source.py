"""The sources as text: classes, their fields, and what is written below each field.

Read with `ast`, so that a page can be made of a room whose libraries are not installed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "src" / "ownplug"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSource:
    """One field of a class: its annotation and default as they are written, and the text below it."""

    name: str
    kind: str
    default: str  # empty: it has none
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSource:
    """One class: where it is, what its docstring says, its annotated fields in order."""

    name: str
    module: str  # dotted, without the package: "hub.settings"
    text: str
    fields: tuple[FieldSource, ...]

    @property
    def room(self) -> str:
        """The first level of the module."""
        return self.module.split(".", maxsplit=1)[0]


def module_files(package: Path = PACKAGE) -> list[Path]:
    """Return every Python file of the package, in a fixed order."""
    return sorted(package.rglob("*.py"))


def module_name(file: Path, package: Path = PACKAGE) -> str:
    """Return the dotted name of `file` below the package: "hub.settings", "hub" for its `__init__`."""
    parts = file.relative_to(package).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def classes_in(file: Path, package: Path = PACKAGE) -> Iterator[ClassSource]:
    """Yield every top-level class of `file`."""
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            yield ClassSource(
                name=node.name,
                module=module_name(file, package),
                text=ast.get_docstring(node) or "",
                fields=tuple(_fields(node)),
            )


def _fields(node: ast.ClassDef) -> Iterator[FieldSource]:
    for statement, following in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield FieldSource(
                name=statement.target.id,
                kind=ast.unparse(statement.annotation),
                default=ast.unparse(statement.value) if statement.value else "",
                text=_text(following),
            )


def _text(statement: ast.stmt | None) -> str:
    """Return what a bare string says, as one line; empty for any other statement."""
    match statement:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return " ".join(text.split())
        case _:
            return ""
