from __future__ import annotations

import resource

import pytest

from ownplug.cli.fleet import raise_descriptor_limit, render_status
from ownplug.core.errors import UsageError
from ownplug.virtual import FleetStatus


def test_the_line_says_how_many_are_in_connected_and_bound() -> None:
    status = FleetStatus(plugs=900, connected=850, bound=800, failed=7, messages=12345)
    assert (
        render_status(status, of=1000, rate=1234.5)
        == "900 of 1,000 plugs: 850 connected, 800 bound, 7 failed, 1,234 messages/s"
    )
    assert render_status(status, of=900, rate=0).startswith("900 plugs: ")


def test_a_system_that_grants_too_little_is_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 1024))
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    with pytest.raises(UsageError, match="need 2,050 descriptors") as refused:
        raise_descriptor_limit(1000, each=2)
    assert "ulimit -Hn 2050" in refused.value.hint
    raise_descriptor_limit(900, each=1)
