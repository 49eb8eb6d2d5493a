"""What each setting means: the text that stands below its field, as docs/settings.md has it."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise


def meanings(kind: type[object]) -> dict[str, str]:
    """Return the text below each field of a settings class, as one line; nothing where its source is not there."""
    try:
        source = inspect.getsource(kind)
    except OSError:  # a program that was packed into one file
        return {}
    [definition] = ast.parse(source).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - it is the source of a class
    return {
        field.target.id: " ".join(text.split())
        for field, following in pairwise(definition.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if (text := _said_by(following))
    }


def _said_by(statement: ast.stmt) -> str:
    match statement:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return text
        case _:
            return ""
