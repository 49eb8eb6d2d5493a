"""What a caller may do: each router of the API says which scope its routes need.

A route that says nothing answers nobody: `tests/e2e/web` walks all of them.
"""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from ownplug.core.errors import Forbidden
from ownplug.core.records import Scope
from ownplug.hub import Caller


def caller_of(connection: HTTPConnection) -> Caller:
    """Return who asks; the guard has looked."""
    return cast("Caller", connection.state.caller)


CallerOf = Annotated[Caller, Depends(caller_of)]


def needs(scope: Scope) -> Any:
    """Make the dependency that lets only callers through who may do what `scope` is for."""

    async def check(caller: CallerOf) -> None:
        check_scope(caller, scope)

    return Depends(check)


def check_scope(caller: Caller, scope: Scope) -> None:
    """Let `caller` do what `scope` is for.

    Raises:
        Forbidden: it may not.
    """
    if not caller.scope.covers(scope):
        raise Forbidden(
            f"This needs the scope {scope.value!r}; {caller.name} has {caller.scope.value!r}.",
            hint="Ask whoever runs the hub for another token or account.",
        )
