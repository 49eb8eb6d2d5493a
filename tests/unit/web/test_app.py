from __future__ import annotations

from collections.abc import Iterator
from inspect import iscoroutinefunction
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant

from ownplug.core.errors import UsageError
from ownplug.web import Doors, WebSettings, create_app

NOTHING: Any = None  # nothing here asks it
NO_DOORS = Doors(
    hub=NOTHING, logins=NOTHING, pairing=NOTHING, backup=NOTHING, settings=NOTHING, console=NOTHING
)


def test_a_wrong_setting_is_told_before_anything_listens() -> None:
    with pytest.raises(UsageError, match="host name"):
        create_app(NO_DOORS, WebSettings(allowed_hosts=("*",)))


def test_nothing_is_reported_to_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    telemetry = create_app(NO_DOORS, WebSettings())._telemetry
    assert not any(telemetry.values())


def test_nothing_that_routes_depend_on_takes_a_thread() -> None:
    app = create_app(NO_DOORS, WebSettings())
    routers = [each.original_router for each in app.routes if hasattr(each, "original_router")]
    routes = [route for router in routers for route in router.routes if hasattr(route, "dependant")]
    asked = {each.call for route in routes for each in all_of(route.dependant) if each is not route.dependant}
    assert len(asked) > 5
    assert [call for call in asked if not iscoroutinefunction(call)] == []


def all_of(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from all_of(each)


def test_the_interface_is_for_this_machine_unless_somebody_says_otherwise() -> None:
    assert (WebSettings().host, WebSettings().port, WebSettings().allowed_hosts) == ("127.0.0.1", 8480, ())
