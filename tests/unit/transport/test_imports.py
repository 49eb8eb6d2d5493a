"""Opening a socket must not cost an HTTP library, and the core kit no cryptography."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ownplug.aio

SOURCES = Path(ownplug.aio.__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("ownplug.aio", "aiohttp"),
        ("ownplug.transport.tcp", "aiohttp"),
        ("ownplug.transport.tls", "aiohttp"),
        ("ownplug.transport.mqtt", "aiohttp"),
        ("ownplug.transport.mqtt", "cryptography"),
        ("ownplug.transport.http", "cryptography"),
        ("ownplug.transport.tty", "serial"),
        ("ownplug.console", "aiohttp"),
        ("ownplug.console", "prompt_toolkit"),
        ("ownplug.cli.console", "ownplug.console"),
        ("ownplug.cli.console", "prompt_toolkit"),
    ],
)
def test_a_module_does_not_load_what_it_does_not_need(module: str, unwanted: str) -> None:
    program = f"import sys; sys.path.insert(0, {str(SOURCES)!r}); import {module}; print({unwanted!r} in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
