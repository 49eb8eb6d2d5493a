"""Signing in and out: a browser shows a cookie from then on; and the first account of a home."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, SecretStr

from ownplug.core.errors import Forbidden
from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.hub import Caller, SignIn
from ownplug.web.description import failures
from ownplug.web.guard import cookie_name, is_https
from ownplug.web.ports import LoginDoor
from ownplug.web.schema import Sent
from ownplug.web.scopes import CallerOf, needs

_Name = Annotated[str, Field(min_length=1, max_length=254)]
_Password = Annotated[SecretStr, Field(min_length=1, max_length=1000)]


class SignInBody(Sent):
    """Name and password of a user."""

    name: _Name
    password: _Password


class SetupBody(Sent):
    """The code of the set-up link, and who shall be the home's first administrator."""

    code: SecretStr = Field(min_length=1, max_length=100)
    name: _Name
    password: _Password


class PasswordBody(Sent):
    """The present password, and the one that shall take its place."""

    old: _Password
    new: _Password


class Session(BaseModel):
    """Who asks: the user who signed in, or the name of the token."""

    name: str
    scope: Scope
    is_person: bool


async def logins_of(request: Request) -> LoginDoor:
    """Return who knows the logins of this hub."""
    return cast("LoginDoor", request.app.state.doors.logins)


LoginsOf = Annotated[LoginDoor, Depends(logins_of)]

_COOKIE: dict[str, Any] = {
    "headers": {
        "Set-Cookie": {"description": "what a browser shows from now on", "schema": {"type": "string"}}
    }
}

open_session = APIRouter(prefix="/api/v1")  # no login: this is how one gets in
session = APIRouter(prefix="/api/v1", dependencies=[needs(Scope.READ)])


@open_session.post("/session", responses={200: _COOKIE, **failures(429)})
async def sign_in(logins: LoginsOf, body: SignInBody, request: Request, response: Response) -> Session:
    """Sign a person in; the answer sets a cookie that holds for 30 days."""
    password = Secret(body.password.get_secret_value())
    begun = await logins.sign_in(body.name, password, address=_address(request))
    return _welcome(begun, request, response)


@open_session.post("/setup", status_code=201, responses={201: _COOKIE, **failures(409)})
async def set_up(logins: LoginsOf, body: SetupBody, request: Request, response: Response) -> Session:
    """Make the first administrator of the home, by the link that the hub printed when it started."""
    code, password = Secret(body.code.get_secret_value()), Secret(body.password.get_secret_value())
    return _welcome(await logins.set_up(code, body.name, password), request, response)


@session.get("/session")
async def get_session(caller: CallerOf) -> Session:
    """Tell who asks, and what it may do."""
    return _document(caller)


@session.delete("/session", status_code=204)
async def sign_out(logins: LoginsOf, request: Request) -> Response:
    """End a person's session in this browser; a token is not concerned."""
    name = cookie_name(request.scope)
    await logins.sign_out(Secret(request.cookies.get(name, "")))
    response = Response(status_code=204)
    response.delete_cookie(name, secure=is_https(request.scope), httponly=True, samesite="lax")
    return response


@session.put("/session/password", responses={200: _COOKIE, **failures(404, 429)})
async def change_password(
    logins: LoginsOf, caller: CallerOf, body: PasswordBody, request: Request, response: Response
) -> Session:
    """Change one's own password; every other browser has to sign in anew."""
    if not caller.is_person:
        raise Forbidden("A token has no password.", hint="Sign in as the user.")
    old, new = Secret(body.old.get_secret_value()), Secret(body.new.get_secret_value())
    begun = await logins.change_password(caller.name, old, new, address=_address(request))
    return _welcome(begun, request, response)


def _welcome(begun: SignIn, request: Request, response: Response) -> Session:
    response.set_cookie(
        cookie_name(request.scope),
        begun.cookie.reveal(),
        expires=begun.ends_at,
        secure=is_https(request.scope),
        httponly=True,
        samesite="lax",  # a link to the page finds its reader signed in; what changes something checks Origin
    )
    return _document(begun.caller)


def _document(caller: Caller) -> Session:
    return Session(name=caller.name, scope=caller.scope, is_person=caller.is_person)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
