"""Virtual plugs whose serial console is a real PTY, and the command line beside them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WITHIN_S = 150.0


@pytest.fixture
def tty(tmp_path: Path) -> str:
    """Where the console of the plug is."""
    return str(tmp_path / "tty")


@pytest.fixture
def tool(tmp_path: Path) -> Callable[..., Any]:
    """Run `ownplug console …` beside the plug in this process; its JSON, after a look at its exit status."""

    async def run(*words: object, status: int = 0) -> Any:
        command = [sys.executable, "-m", "ownplug", "console", *map(str, words), "--json"]
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "OWNPLUG_HOME": str(tmp_path / "home")},
        )
        try:
            async with asyncio.timeout(WITHIN_S):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()
        assert process.returncode == status, f"{command}\n{out.decode()}\n{err.decode()}"
        return json.loads(out)

    return run
