"""A firmware image served by a foreign web server, ordered by MQTT and on the console; and one that is too long."""

from __future__ import annotations

import asyncio
import http.server
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ownplug.virtual import Timing, VirtualPlug, VirtualPlugSettings

pytestmark = pytest.mark.e2e

DEADLINE_S = 30.0
QUICK = Timing(flash_s=0.1, reboot_s=0.05, farewell_s=0.02)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[str]:
    """Python's own web server, with the images that are in the folder."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def upgraded(plug: VirtualPlug, ask: Callable[..., Any], url: str, md5: str) -> str:
    """Order an image; the version that the plug tells when it is through with it."""
    answer = await asyncio.to_thread(
        ask, plug.http, "SET", "Control.Upgrade", {"upgrade": {"url": url, "md5": md5}}
    )
    assert answer["header"]["method"] == "SETACK"
    async with asyncio.timeout(DEADLINE_S):
        while await _is_busy(plug):
            pass
    found = await asyncio.to_thread(ask, plug.http, "GET", "System.Firmware")
    return str(found["payload"]["firmware"]["version"])


async def _is_busy(plug: VirtualPlug) -> bool:
    """Whether it is at it, a little later."""
    await asyncio.sleep(0.3)
    return plug.status().is_upgrading or plug.state == "rebooting"


async def test_an_image_made_by_the_command_is_installed_and_others_are_not(
    shop: str, ask: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path
) -> None:
    made = await asyncio.to_thread(ownplug, "virtual", "image", "mss310@2.1.17", str(tmp_path / "new.bin"))
    (tmp_path / "long.bin").write_bytes(bytes(2 * 1024 * 1024))
    async with VirtualPlug(VirtualPlugSettings(timing=QUICK)) as plug:
        assert await upgraded(plug, ask, f"{shop}/none.bin", "") == "2.1.7"
        assert await upgraded(plug, ask, f"{shop}/long.bin", "") == "2.1.7"
        assert await upgraded(plug, ask, "http://127.0.0.1:1/new.bin", "") == "2.1.7"
        assert await upgraded(plug, ask, f"{shop}/new.bin", "0" * 32) == "2.1.7"
        assert await upgraded(plug, ask, f"{shop}/new.bin", made["md5"]) == "2.1.17"
        assert plug.status().model == "mss310@2.1.17"


def test_the_toolkit_orders_it_on_the_console(
    shop: str,
    launch: Callable[..., Any],
    ownplug: Callable[..., Any],
    eventually: Callable[..., Any],
    tmp_path: Path,
) -> None:
    ownplug("virtual", "image", "mss310@2.1.17", str(tmp_path / "new.bin"))
    tty = str(tmp_path / "tty")
    launch("virtual", "run", "--tty", tty).ready()
    ownplug("console", "run", tty, f"meross iot upgrade {shop}/new.bin", "--yes")

    def version() -> str:
        return str(ownplug("console", "run", tty, "meross fw"))

    assert eventually(lambda: "2.1.17" in version())
