"""What each call of the vendor's HTTP interface answers."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ownplug.bridges.cloud.devices import device_record
from ownplug.bridges.cloud.ports import AppsDoor, PlugsDoor
from ownplug.core.errors import Forbidden, NotKept, TooManyAttempts, WrongLogin
from ownplug.core.identity import Uuid
from ownplug.core.meross.cloud import ApiAnswer, ApiStatus, read_call
from ownplug.core.secret import Secret
from ownplug.hub import AppAccount, PlugView
from ownplug.transport.endpoint import authority
from ownplug.transport.http_server import HttpRequest

log = logging.getLogger(__name__)

_DIGEST = re.compile("[0-9a-fA-F]{32}")
_LONGEST_NAME = 254  # characters; an e-mail address has no more
_LONGEST_PASSWORD = 1024
_SIGN_IN = frozenset({"/v1/auth/signin", "/v1/auth/login"})
_NEW_ACCOUNT = frozenset({"/v1/auth/signup", "/v1/auth/reg"})
_SIGN_OUT = "/v1/profile/logout"
_EMPTY = ApiAnswer()
_NOTHING_LISTED = ApiAnswer(data=[])

Params = Mapping[str, Any]


class Cloud:
    """The vendor's HTTP interface for one home.

    Args:
        hub: the home and its plugs.
        apps: who may come in.
        host: by which programs find this machine, and the MQTT server on it.
    """

    def __init__(self, hub: PlugsDoor, apps: AppsDoor, *, host: str) -> None:
        self._hub = hub
        self._apps = apps
        self._host = host
        self._told: set[Uuid] = set()
        self._signed_in: dict[str, Callable[[AppAccount, Params], ApiAnswer]] = {
            "/v1/device/devlist": lambda account, _: self._listed(account),
            "/v1/device/devinfo": self._described,
            "/v1/device/devextrainfo": lambda *_: _EMPTY,
            "/v1/device/latestversion": lambda *_: _EMPTY,
            "/device/v1/fmware/upgradeversion": lambda *_: _EMPTY,
            "/v1/hub/getsubdevices": lambda *_: _NOTHING_LISTED,
            "/v1/log/user": lambda *_: _EMPTY,
            "/user/v1/baseinfo": lambda account, _: self._profile(account),
        }

    def knows(self, path: str) -> bool:
        """Whether there is such a call; programs do not agree on capitals."""
        path = path.lower()
        return path in self._signed_in or path in _SIGN_IN or path in _NEW_ACCOUNT or path == _SIGN_OUT

    async def answer(self, request: HttpRequest) -> ApiAnswer:
        """Answer one call to a path that `knows` knows, whatever its bytes are."""
        call = read_call(request.body)
        if isinstance(call, ApiStatus):
            return ApiAnswer(status=call)
        path = request.path.lower()
        if path in _SIGN_IN:
            return await self._sign_in(call.params, request)
        if path in _NEW_ACCOUNT:  # the owner of a home says who its users are
            return ApiAnswer(status=ApiStatus.ACCESS_DENIED)
        return await self._answer_signed_in(path, call.params, _token(request.authorization))

    async def _answer_signed_in(self, path: str, params: Params, token: Secret | None) -> ApiAnswer:
        if token is None:
            return ApiAnswer(status=ApiStatus.TOKEN_ERROR)
        account = self._apps.holder(token)
        if account is None:
            return ApiAnswer(status=ApiStatus.TOKEN_EXPIRED)
        if path == _SIGN_OUT:
            return await self._sign_out(token)
        return self._signed_in[path](account, params)

    async def _sign_in(self, params: Params, request: HttpRequest) -> ApiAnswer:
        offered = _offered(params)
        if isinstance(offered, ApiStatus):
            return ApiAnswer(status=offered)
        try:
            account, token = await self._apps.sign_in(
                offered.name, offered.password, is_digest=offered.is_digest, address=request.address
            )
        except WrongLogin:
            return ApiAnswer(status=ApiStatus.WRONG_LOGIN)
        except TooManyAttempts:
            return ApiAnswer(status=ApiStatus.TOO_FREQUENT)
        except (Forbidden, NotKept) as error:
            log.warning("A program that signs in as %r is sent away: %s %s", offered.name, error, error.hint)
            is_forbidden = isinstance(error, Forbidden)
            return ApiAnswer(status=ApiStatus.ACCESS_DENIED if is_forbidden else ApiStatus.NO_TOKEN_MADE)
        log.info("A program at %s signed in as %s", request.address, account.name)
        home = self._hub.home()
        return ApiAnswer(
            data={
                "token": token.reveal(),
                "key": home.key.reveal(),
                "userid": home.user_id,
                "email": account.name,
                "domain": f"https://{authority(self._host, request.port)}",
                "mqttDomain": self._host,
                "mfaLockExpire": 0,
            }
        )

    async def _sign_out(self, token: Secret) -> ApiAnswer:
        try:
            await self._apps.sign_out(token)
        except NotKept as error:
            log.warning("A program could not sign out: %s", error)
            return ApiAnswer(status=ApiStatus.SYSTEM_ERROR)
        return _EMPTY

    def _listed(self, account: AppAccount) -> ApiAnswer:
        return ApiAnswer(data=[device_record(plug, host=self._host) for plug in self._seen_by(account)])

    def _described(self, account: AppAccount, params: Params) -> ApiAnswer:
        for plug in self._seen_by(account):
            if plug.uuid.text == params.get("uuid"):
                return ApiAnswer(data=device_record(plug, host=self._host))
        return ApiAnswer(status=ApiStatus.NOT_FOUND)

    def _profile(self, account: AppAccount) -> ApiAnswer:
        """Tell of a user what programs may ask. Source: assumed, no published answer was found."""
        return ApiAnswer(data={"userid": self._hub.home().user_id, "email": account.name, "nickname": ""})

    def _seen_by(self, account: AppAccount) -> list[PlugView]:
        home, (plugs, _) = self._hub.home(), self._hub.plugs()
        shared = [plug for plug in plugs if plug.key == home.key]
        for plug in plugs:
            if plug.key != home.key:
                self._tell_left_out(plug)
        return [plug for plug in shared if account.sees(plug.uuid)]

    def _tell_left_out(self, plug: PlugView) -> None:
        if plug.uuid not in self._told:
            self._told.add(plug.uuid)
            log.info(
                "Programs of the vendor's cloud do not see %s: it has a key of its own, and they know the home's only",
                plug.name,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offered:
    """With what a program wants to sign in."""

    name: str
    password: Secret
    is_digest: bool


def _offered(params: Params) -> _Offered | ApiStatus:
    name, password = params.get("email"), params.get("password")
    is_digest = params.get("encryption") == 1
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        return ApiStatus.NO_USER
    if not isinstance(password, str) or not 0 < len(password) <= _LONGEST_PASSWORD:
        return ApiStatus.NO_PASSWORD
    if is_digest and not _DIGEST.fullmatch(password):
        return ApiStatus.BAD_PASSWORD_FORMAT
    return _Offered(name=name, password=Secret(password), is_digest=is_digest)


def _token(authorization: str) -> Secret | None:
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    return Secret(token) if scheme.lower() == "basic" and token.isascii() and token else None
