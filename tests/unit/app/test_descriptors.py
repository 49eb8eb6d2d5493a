from __future__ import annotations

import logging
import resource

import pytest

from ownplug.app.descriptors import LEAST, RESERVED, connections_that_fit


class System:
    """Grants descriptors up to its hard limit."""

    def __init__(self, soft: int, hard: int) -> None:
        self.limits = (soft, hard)

    def getrlimit(self, which: int) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, which: int, limits: tuple[int, int]) -> None:
        if limits[0] > limits[1] >= 0:
            raise ValueError("not allowed to raise maximum limit")
        self.limits = limits


@pytest.mark.parametrize(
    ("soft", "hard", "fitting", "soft_then"),
    [
        (1024, 1_048_576, 10_000, 10_000 + RESERVED),
        (1024, 4096, 4096 - RESERVED, 4096),
        (20_000, 20_000, 10_000, 20_000),
        (50, 50, LEAST, 50),
        (1024, resource.RLIM_INFINITY, 10_000, 10_000 + RESERVED),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 10_000, resource.RLIM_INFINITY),
    ],
)
def test_as_many_as_the_system_grants(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, fitting: int, soft_then: int
) -> None:
    system = System(soft, hard)
    monkeypatch.setattr(resource, "getrlimit", system.getrlimit)
    monkeypatch.setattr(resource, "setrlimit", system.setrlimit)
    assert connections_that_fit(10_000) == fitting
    assert system.limits == (soft_then, hard)


def test_the_owner_is_told_when_the_system_grants_fewer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    system = System(1024, 1024)
    monkeypatch.setattr(resource, "getrlimit", system.getrlimit)
    monkeypatch.setattr(resource, "setrlimit", system.setrlimit)
    with caplog.at_level(logging.WARNING):
        connections_that_fit(10_000)
    assert "924 MQTT connections, not for 10000" in caplog.text
