"""Who may use the API, over a real socket: tokens, scopes, people who sign in, and the first of them."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ownplug.core.identity import Uuid
from ownplug.core.records import Scope
from ownplug.core.secret import Secret
from ownplug.hub import PlugOnline
from ownplug.web import Doors, WebSettings, create_app
from ownplug.web.guard import OPEN
from ownplug.web.page import is_page

if TYPE_CHECKING:
    from tests.e2e.web.conftest import Answer, Ask, MemoryHub

    from ownplug.hub import Logins

pytestmark = pytest.mark.e2e

NOBODY = {"Authorization": ""}
ANN = {"name": "ann", "password": "correct horse"}
NONE: Any = None  # nothing here asks it


def as_page(url: str, **more: str) -> dict[str, str]:
    """The headers of a page of the hub."""
    return NOBODY | {"Origin": url} | more


def cookie_of(answer: Answer) -> str:
    """What a browser sends back."""
    return answer.headers["set-cookie"].partition(";")[0]


async def send(ask: Ask, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    return await ask(method, path, body=json.dumps(body).encode() if body else b"", headers=headers)


@pytest.fixture
async def signed_in(ask: Ask, url: str, logins: Logins) -> dict[str, str]:
    """The headers of ann's browser: she has set up the home."""
    code = logins.setup_code
    assert code is not None
    answer = await send(ask, "POST", "/api/v1/setup", {"code": code.reveal(), **ANN}, **as_page(url))
    assert answer.status == 201
    return as_page(url, Cookie=cookie_of(answer))


async def test_set_up_sign_in_and_out(ask: Ask, url: str, signed_in: dict[str, str]) -> None:
    who = {"name": "ann", "scope": "admin", "is_person": True}
    assert (await send(ask, "GET", "/api/v1/session", **signed_in)).json() == who
    again = await send(ask, "POST", "/api/v1/session", ANN, **as_page(url))
    assert (again.status, again.json()) == (200, who)
    assert (await send(ask, "DELETE", "/api/v1/session", **signed_in)).status == 204
    assert (await send(ask, "GET", "/api/v1/session", **signed_in)).status == 401
    other = as_page(url, Cookie=cookie_of(again))
    assert (await send(ask, "GET", "/api/v1/session", **other)).status == 200


async def test_the_cookie_is_for_this_hub_and_for_no_script(
    ask: Ask, url: str, signed_in: dict[str, str]
) -> None:
    said = (await send(ask, "POST", "/api/v1/session", ANN, **as_page(url))).headers["set-cookie"]
    words = {word.strip().partition("=")[0].lower() for word in said.split(";")[1:]}
    assert words == {"expires", "httponly", "path", "samesite"}
    assert "samesite=lax" in said.lower()


async def test_a_set_up_link_works_once(ask: Ask, url: str, logins: Logins) -> None:
    code = logins.setup_code
    assert code is not None
    body = {"code": code.reveal(), **ANN}
    assert (await send(ask, "POST", "/api/v1/setup", body, **as_page(url))).status == 201
    replayed = await send(ask, "POST", "/api/v1/setup", body | {"name": "eve"}, **as_page(url))
    assert (replayed.status, replayed.json()["code"]) == (409, "conflict")
    assert (await send(ask, "POST", "/api/v1/session", ANN | {"name": "eve"}, **as_page(url))).status == 401


async def test_a_wrong_link_is_refused(ask: Ask, url: str) -> None:
    answer = await send(ask, "POST", "/api/v1/setup", {"code": "guess", **ANN}, **as_page(url))
    assert (answer.status, answer.json()["code"]) == (403, "forbidden")


async def test_guessing_is_slowed_down(ask: Ask, url: str, signed_in: dict[str, str]) -> None:
    wrong = ANN | {"password": "wrong horse"}
    told = [(await send(ask, "POST", "/api/v1/session", wrong, **as_page(url))).status for _ in range(8)]
    assert told == [401] * 6 + [429] * 2
    assert (await send(ask, "POST", "/api/v1/session", ANN, **as_page(url))).status == 429
    assert (await send(ask, "GET", "/api/v1/session", **signed_in)).status == 200


@pytest.mark.parametrize("damage", ["cut", "longer", "other letter", "empty"])
async def test_a_tampered_cookie_is_no_login(ask: Ask, signed_in: dict[str, str], damage: str) -> None:
    name, _, value = signed_in["Cookie"].partition("=")
    broken = {"cut": value[:-1], "longer": value + "A", "other letter": value.swapcase(), "empty": ""}[damage]
    answer = await send(ask, "GET", "/api/v1/plugs", **signed_in | {"Cookie": f"{name}={broken}"})
    assert (answer.status, answer.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", ""])
async def test_a_page_of_another_site_cannot_use_the_cookie(
    ask: Ask, hub: MemoryHub, signed_in: dict[str, str], origin: str
) -> None:
    foreign = signed_in | {"Origin": origin}
    for method, path, body in [
        ("PUT", "/api/v1/plugs/kettle/relays/0", {"on": True}),
        ("DELETE", "/api/v1/plugs/kettle", None),
        ("POST", "/api/v1/tokens", {"name": "mine", "scope": "admin"}),
        ("DELETE", "/api/v1/session", None),
    ]:
        assert (await send(ask, method, path, body, **foreign)).status in {401, 403}
    assert hub.calls == []
    assert (await send(ask, "GET", "/api/v1/session", **signed_in)).status == 200


async def test_a_changed_password_signs_out_the_other_browsers(
    ask: Ask, url: str, signed_in: dict[str, str]
) -> None:
    body = {"old": ANN["password"], "new": "battery staple"}
    answer = await send(ask, "PUT", "/api/v1/session/password", body, **signed_in)
    assert answer.status == 200
    assert (await send(ask, "GET", "/api/v1/session", **signed_in)).status == 401
    here = as_page(url, Cookie=cookie_of(answer))
    assert (await send(ask, "GET", "/api/v1/session", **here)).status == 200
    no_person = await send(ask, "PUT", "/api/v1/session/password", body)
    assert (no_person.status, no_person.json()["code"]) == (403, "forbidden")


async def test_a_token_is_shown_once_and_ends_at_once(ask: Ask) -> None:
    made = (await send(ask, "POST", "/api/v1/tokens", {"name": "grafana", "scope": "read"})).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    who = {"name": "grafana", "scope": "read", "is_person": False}
    assert (await send(ask, "GET", "/api/v1/session", **bearer)).json() == who
    listed = await send(ask, "GET", "/api/v1/tokens")
    assert listed.json() == {"tokens": [{key: made[key] for key in ("id", "name", "scope", "made_at")}]}
    assert (await send(ask, "DELETE", "/api/v1/tokens/grafana")).status == 204
    assert (await send(ask, "GET", "/api/v1/session", **bearer)).status == 401
    assert (await send(ask, "DELETE", "/api/v1/tokens/grafana")).status == 404


# --- every route ---------------------------------------------------------------------------------


def routes() -> list[tuple[str, str]]:
    """Every route that the application has but the page's, with something for each of its parameters."""
    found = [
        (method, re.sub("{[^}]*}", "0", route.path))
        for route in _all_routes()
        if not is_page(route.path)
        for method in (route.methods or () if isinstance(route, APIRoute) else {"GET"})
    ]
    assert len(found) > 30
    return sorted(found)


def _all_routes() -> list[APIRoute | APIWebSocketRoute]:
    doors = Doors(**dict.fromkeys((each.name for each in fields(Doors)), NONE))
    app = create_app(doors, WebSettings())
    routers = [each.original_router for each in app.routes if hasattr(each, "original_router")]
    inner = [route for router in routers for route in router.routes]
    return [each for each in inner if isinstance(each, APIRoute | APIWebSocketRoute)]


ALL_ROUTES = routes()


async def test_every_route_without_a_login_answers_401(ask: Ask, hub: MemoryHub) -> None:
    told = {place: (await ask(*place, headers=NOBODY, body=b"{}")).status for place in ALL_ROUTES}
    assert {place for place, status in told.items() if status != 401} == set(OPEN)
    assert hub.calls == []


NEEDS_SWITCH = {
    ("PUT", "/api/v1/plugs/0/relays/0"),
    ("POST", "/api/v1/plugs/0/relays/0/toggle"),
    ("POST", "/api/v1/plugs/0/allow"),
    ("PUT", "/api/v1/plugs/0/light"),
    ("POST", "/api/v1/plugs/0/timers"),
    ("PUT", "/api/v1/plugs/0/timers/0"),
    ("DELETE", "/api/v1/plugs/0/timers/0"),
    ("POST", "/api/v1/plugs/0/auto-offs"),
    ("PUT", "/api/v1/plugs/0/auto-offs/0"),
    ("DELETE", "/api/v1/plugs/0/auto-offs/0"),
}
NEEDS_READ = {
    ("GET", "/api/v1/events"),
    ("GET", "/api/v1/lab/events"),  # answers no GET; test_lab_events.py asks it for its scope
    ("GET", "/api/v1/home"),
    ("GET", "/api/v1/plugs"),
    ("GET", "/api/v1/plugs/0"),
    ("GET", "/api/v1/plugs/0/consumption"),
    ("GET", "/api/v1/plugs/0/electricity"),
    ("GET", "/metrics"),
    ("GET", "/api/v1/plugs/0/availability"),
    ("GET", "/api/v1/plugs/0/energy"),
    ("GET", "/api/v1/plugs/0/energy/samples"),
    ("GET", "/api/v1/plugs/0/energy/counter"),
    ("GET", "/api/v1/plugs/0/energy/corrections"),
    ("GET", "/api/v1/energy"),
    ("GET", "/api/v1/energy/comparison"),
    ("GET", "/api/v1/energy/series"),
    ("GET", "/api/v1/energy/peaks"),
    ("GET", "/api/v1/energy/table"),
    ("GET", "/api/v1/energy/table.csv"),
    ("GET", "/api/v1/plugs/0/messages"),
    ("GET", "/api/v1/plugs/0/firmware"),
    ("GET", "/api/v1/plugs/0/light"),
    ("GET", "/api/v1/plugs/0/timers"),
    ("GET", "/api/v1/plugs/0/timers/0"),
    ("GET", "/api/v1/plugs/0/auto-offs"),
    ("GET", "/api/v1/plugs/0/auto-offs/0"),
    ("GET", "/api/v1/tariffs"),
    ("GET", "/api/v1/tariffs/prices"),
    ("GET", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
    ("PUT", "/api/v1/session/password"),
}

NO_HTTP = {("GET", "/api/v1/console/ports/0/session")}  # a WebSocket, which is asked as one below


@pytest.mark.parametrize("scope", list(Scope))
async def test_every_route_asks_for_its_scope(ask: Ask, hub: MemoryHub, logins: Logins, scope: Scope) -> None:
    """A route that is in neither list is for administrators: a new one is, until somebody says otherwise."""
    _, token = await logins.create_token("walker", scope)
    bearer = {"Authorization": f"Bearer {token.reveal()}"}
    hub.kettle = None  # so that nothing but the scope decides
    refused = set()
    for place in ALL_ROUTES:
        answer = await ask(*place, headers=bearer, body=b'{"old": "correct horse", "new": "battery staple"}')
        if answer.status == 403 and "scope" in answer.json()["detail"]:
            refused.add(place)
    may = {Scope.READ: NEEDS_READ, Scope.SWITCH: NEEDS_READ | NEEDS_SWITCH, Scope.ADMIN: set(ALL_ROUTES)}
    assert set(ALL_ROUTES) - refused - set(OPEN) == (may[scope] | NO_HTTP) - set(OPEN)


@pytest.mark.parametrize("path", ["/api/v1/home", "/api/v1/plugs/kettle"])
async def test_secrets_are_for_administrators(ask: Ask, logins: Logins, path: str) -> None:
    _, token = await logins.create_token("switcher", Scope.SWITCH)
    bearer = {"Authorization": f"Bearer {token.reveal()}"}
    assert (await ask("GET", f"{path}?show_secrets=true", headers=bearer)).status == 403
    assert (await ask("GET", path, headers=bearer)).json()["key"] == "***"


# --- listening -----------------------------------------------------------------------------------


async def test_a_page_listens_with_its_cookie_and_no_other_does(
    hub: MemoryHub, url: str, signed_in: dict[str, str]
) -> None:
    address = f"{url.replace('http', 'ws', 1)}/api/v1/events"
    cookie = {"Cookie": signed_in["Cookie"]}
    for foreign in (cookie, cookie | {"Origin": "http://evil.example"}):
        with pytest.raises(InvalidStatus):
            await connect(address, additional_headers=foreign, proxy=None)
    async with connect(address, additional_headers=cookie | {"Origin": url}, proxy=None) as listener:
        hub.broadcast.publish(event(hub))
        assert json.loads(await listener.recv())["event"] == "plug-online"


async def test_who_is_out_hears_nothing_more(hub: MemoryHub, url: str, logins: Logins) -> None:
    record, token = await logins.create_token("listener", Scope.READ)
    address = f"{url.replace('http', 'ws', 1)}/api/v1/events"
    bearer = {"Authorization": f"Bearer {token.reveal()}"}
    async with connect(address, additional_headers=bearer, proxy=None) as listener:
        await logins.tokens.revoke(record.id)
        await listener.send('{"watch": ["kettle"]}')
        await (await listener.ping())  # what was said before it is heard by then
        assert hub.watched == []
        hub.broadcast.publish(event(hub))
        with pytest.raises(ConnectionClosed) as closed:
            await listener.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


@pytest.mark.parametrize("scope", [Scope.READ, Scope.SWITCH])
async def test_a_serial_console_is_for_administrators(
    url: str, logins: Logins, token: str, scope: Scope
) -> None:
    _, lesser = await logins.create_token("listener", scope)
    address = f"{url.replace('http', 'ws', 1)}/api/v1/console/ports/tty-1a2b3c/session"
    with pytest.raises(InvalidStatus) as refused:
        await connect(address, additional_headers={"Authorization": f"Bearer {lesser.reveal()}"}, proxy=None)
    assert refused.value.response.status_code == 403
    mine = {"Authorization": f"Bearer {token}"}
    async with connect(address, additional_headers=mine, proxy=None) as socket:
        assert json.loads(await socket.recv())["code"] == "not-found"


def event(hub: MemoryHub) -> PlugOnline:
    assert hub.kettle is not None
    assert hub.kettle.state.since is not None
    return PlugOnline(at=hub.kettle.state.since, uuid=Uuid("1706223411101036000134298f1a2b3c"), name="kettle")


# --- the page on which one signs in ---------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/login", "/welcome", "/ca", "/plugs/1a2b3c"])
async def test_the_page_needs_no_login_and_allows_nothing_foreign(ask: Ask, path: str) -> None:
    answer = await ask("GET", path, headers=NOBODY)
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert "unsafe" not in policy
    assert b"://" not in answer.body  # it loads nothing from anywhere else


async def test_a_file_of_the_page_is_kept_for_good_and_only_of_this_edition(ask: Ask) -> None:
    document = await ask("GET", "/", headers=NOBODY | {"Accept-Encoding": "gzip"})
    assert document.headers["cache-control"] == "no-cache"
    page = gzip.decompress(document.body).decode()
    path = re.search(r"/page/[0-9a-f]+/main\.js", page)
    assert path is not None
    file = await ask("GET", path[0], headers=NOBODY)
    assert (file.status, file.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert file.headers["content-type"] == "text/javascript; charset=utf-8"
    for other in ("/page/0123456789ab/main.js", path[0].replace("main.js", "../__init__.py")):
        assert (await ask("GET", other, headers=NOBODY)).status == 404


async def test_an_address_of_no_view_is_told_by_the_page(ask: Ask) -> None:
    answer = await ask("GET", "/nothing-here", headers={"Accept": "text/html"})
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_a_person_is_led_there(ask: Ask) -> None:
    answer = await ask("GET", "/docs", headers=NOBODY | {"Accept": "text/html"})
    assert (answer.status, answer.headers["location"]) == (303, "/login")


async def test_a_secret_that_is_empty_opens_nothing(ask: Ask, logins: Logins) -> None:
    assert logins.holder(Secret("")) is None
    assert (await ask("GET", "/api/v1/plugs", headers={"Authorization": "Bearer "})).status == 401
