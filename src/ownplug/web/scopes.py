"""What a caller may do: each router of the API says which scope its routes need.

A route that says nothing answers nobody: `tests/e2e/web` walks all of them. What routes depend on is `async` though it
waits for nothing: the framework would call a plain function in a thread, which takes longer than all else of a request.
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


async def _caller(connection: HTTPConnection) -> Caller:
    return caller_of(connection)


CallerOf = Annotated[Caller, Depends(_caller)]


def needs(scope: Scope) -> Any:
    """Make the dependency that lets only callers through who may do what `scope` is for."""

    async def check(connection: HTTPConnection) -> None:
        check_scope(caller_of(connection), scope)

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
