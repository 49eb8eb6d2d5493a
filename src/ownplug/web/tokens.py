"""Tokens of programs: made, listed, taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from ownplug.core.records import Scope, TokenRecord
from ownplug.web.description import failures
from ownplug.web.schema import Moment, Sent
from ownplug.web.scopes import needs
from ownplug.web.session import LoginsOf


class TokenBody(Sent):
    """What a token is for, and what its holder may do."""

    name: str = Field(min_length=1, max_length=200, json_schema_extra={"maxLength": 60})
    scope: Scope


class Token(BaseModel):
    """A token of a program."""

    id: str
    name: str
    scope: Scope
    made_at: Moment


class NewToken(Token):
    """A token that was made just now: `token` is shown this once."""

    token: str


class Tokens(BaseModel):
    """All tokens, the oldest first."""

    tokens: list[Token]


tokens = APIRouter(prefix="/api/v1/tokens", dependencies=[needs(Scope.ADMIN)])


@tokens.get("")
async def get_tokens(logins: LoginsOf) -> Tokens:
    """List the tokens of programs; what they are is known to their holders only."""
    return Tokens(tokens=[_document(token) for token in logins.tokens.all()])


@tokens.post("", status_code=201, responses=failures(409))
async def create_token(logins: LoginsOf, body: TokenBody) -> NewToken:
    """Make a token for a program."""
    record, token = await logins.create_token(body.name, body.scope)
    return NewToken(**_document(record).model_dump(), token=token.reveal())


@tokens.delete("/{token}", status_code=204, responses=failures(404))
async def revoke_token(
    logins: LoginsOf, token: Annotated[str, Path(max_length=200, description="its name or id")]
) -> None:
    """Take a token back; it ends at once."""
    await logins.tokens.revoke(token)


def _document(token: TokenRecord) -> Token:
    return Token(id=token.id, name=token.name, scope=token.scope, made_at=token.made_at)
