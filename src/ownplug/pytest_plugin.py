"""Fixtures for tests of any software that speaks to such plugs; pytest finds them where ownplug is installed.

Nothing of ownplug is loaded before a test asks for one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ownplug.testing.home import PlugHandle, VirtualHome


@pytest.fixture(scope="session")
def virtual_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualHome]:
    """A home: `virtual_home.server` is the MQTT server that plugs are at home at."""
    from ownplug.testing.home import VirtualHome

    with VirtualHome(tmp_path_factory.mktemp("ownplug")) as home:
        yield home


@pytest.fixture
def make_virtual_plug(virtual_home: VirtualHome) -> Iterator[Callable[..., PlugHandle]]:
    """Put in virtual plugs, each with a seed of its own unless told otherwise; they end with the test.

    It takes what `VirtualHome.put_in` takes: `model`, `paired`, `faults`, `load`, `seed`, `settings`.
    """
    made: list[PlugHandle] = []

    def make(model: str = "mss310", **options: Any) -> PlugHandle:
        plug = virtual_home.put_in(model, **{"seed": len(made) + 1, **options})
        made.append(plug)
        return plug

    yield make
    for plug in reversed(made):
        plug.close()


@pytest.fixture
def virtual_plug(make_virtual_plug: Callable[..., PlugHandle]) -> PlugHandle:
    """One MSS310 that is at home, with 60 W plugged in."""
    return make_virtual_plug()
