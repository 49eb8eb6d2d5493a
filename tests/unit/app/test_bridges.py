"""Bridges side by side: what one does wrong is its own affair."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ownplug.app.bridges import running
from ownplug.app.mqtt_servers import endpoint_of, login_in
from ownplug.core.errors import UsageError
from ownplug.core.meross.login import Login
from ownplug.core.secret import Secret
from ownplug.testing import LoopClock, run_in_loop_time

HOUR_S = 3600


def test_bridges_that_fail_hang_or_flood_disturb_no_other(caplog: pytest.LogCaptureFixture) -> None:
    beats: list[float] = []
    attempts: list[float] = []

    async def story() -> None:
        clock = LoopClock()

        async def good() -> None:
            while True:
                beats.append(clock.monotonic())
                await clock.sleep(60)

        async def failing() -> None:
            attempts.append(clock.monotonic())
            raise ValueError("its library is broken")

        async def hanging() -> None:
            await asyncio.Event().wait()

        async def flooding() -> None:
            while clock.monotonic() < HOUR_S / 2:
                await clock.sleep(0.01)

        bridges = {"good": good, "failing": failing, "hanging": hanging, "flooding": flooding}
        async with running(bridges.items(), clock):
            await clock.sleep(HOUR_S)

    run_in_loop_time(story())
    assert len(beats) >= HOUR_S / 60
    assert HOUR_S / 60 <= len(attempts) < HOUR_S / 60 + 10
    assert "failing failed and runs again" in caplog.text
    assert "its library is broken" in caplog.text


def test_what_the_hub_does_meanwhile_fails_as_itself() -> None:
    async def story() -> None:
        async with running([("hanging", lambda: asyncio.sleep(HOUR_S))], LoopClock()):
            raise UsageError("the hub's own")

    with pytest.raises(UsageError, match="the hub's own"):
        run_in_loop_time(story())


def test_a_login_is_two_lines_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "login"
    file.write_text("ann\np ä ss\n", "utf-8")
    assert login_in(str(file)) == Login(username="ann", password=Secret("p ä ss"))


@pytest.mark.parametrize("text", ["", "ann", "ann\n\n", "\nsecret\n", "ann\nsecret\nmore\n"])
def test_another_file_is_refused_and_its_words_are_not_repeated(tmp_path: Path, text: str) -> None:
    file = tmp_path / "login"
    file.write_text(text)
    with pytest.raises(UsageError, match="two lines") as caught:
        login_in(str(file))
    assert "secret" not in str(caught.value)


def test_a_login_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        login_in(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("url", "port", "has_tls"),
    [("mqtt://[::1]", 1883, False), ("mqtts://hub.local", 8883, True), ("mqtts://10.0.0.1:1", 1, True)],
)
def test_a_server_is_named_by_a_url(url: str, port: int, has_tls: bool) -> None:
    endpoint = endpoint_of(url, ca="")
    assert (endpoint.port, endpoint.tls is not None) == (port, has_tls)


@pytest.mark.parametrize(
    "url", ["", "hub.local:1883", "http://hub", "mqtt://", "mqtt://a:b@hub", "mqtt://hub:x"]
)
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        endpoint_of(url, ca="")
