"""The front door of the library: what it promises, and how little it loads."""

from __future__ import annotations

import subprocess
import sys

import ownplug
from ownplug.core import errors
from ownplug.core.errors import OwnplugError

HEAVY = {
    "aiohttp", "argon2", "asyncio", "click", "cryptography", "fastapi", "msgspec", "pydantic", "rich", "serial",
    "sqlite3", "ssl", "uvicorn", "websockets",
}  # fmt: skip


def test_the_export_list_is_sorted_and_every_name_is_there() -> None:
    assert ownplug.__all__ == sorted(ownplug.__all__)
    assert all(hasattr(ownplug, name) for name in ownplug.__all__)


def test_every_error_can_be_caught_from_the_front_door() -> None:
    kinds = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, OwnplugError)
    }
    assert kinds <= set(ownplug.__all__)


def test_importing_the_library_loads_nothing_heavy() -> None:
    code = "import sys, ownplug; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(loaded.split()) & HEAVY == set()
    assert "ownplug" in loaded


def test_the_room_of_one_plug_loads_no_http_library_before_it_is_used() -> None:
    code = "import sys, ownplug.plug; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(loaded.split()) & {"aiohttp", "fastapi", "sqlite3", "cryptography"} == set()
