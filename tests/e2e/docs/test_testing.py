"""The page for developers of other software: its examples, run in a project of their own, as a stranger would."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from devtools.prose import blocks
from devtools.source import REPOSITORY

pytestmark = pytest.mark.e2e

_PAGE = (REPOSITORY / "docs" / "testing-your-software.md").read_text("utf-8")

ASYNCHRONOUS = """
import asyncio

import pytest


async def test_an_asynchronous_test_may_use_it_too(make_virtual_plug):
    strip = make_virtual_plug("mss425e", paired=False)
    assert (strip.state, strip.key) == ("pairing", "")
    reader, writer = await asyncio.open_connection(strip.host, strip.http_port)
    writer.write(b"GET / HTTP/1.1\\r\\n\\r\\n")
    assert b"401" in await reader.readline()
    writer.close()
    with pytest.raises(TimeoutError):
        strip.wait_until("online", timeout_s=0.2)
    with pytest.raises(Exception, match="no fault"):
        strip.set_faults("bogus")
    with pytest.raises(Exception, match="no virtual plug of model"):
        make_virtual_plug("toaster")
"""


def run_pytest(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_examples_pass_in_a_project_of_their_own(tmp_path: Path) -> None:
    examples = [block.text for block in blocks(_PAGE) if block.language == "python"]
    for number, example in enumerate(examples):
        (tmp_path / f"test_example_{number}.py").write_text(example)
    (tmp_path / "test_asynchronous.py").write_text(ASYNCHRONOUS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    expected = sum(
        len(re.findall(r"^(?:async )?def test_", text, re.MULTILINE)) for text in [*examples, ASYNCHRONOUS]
    )
    assert f"{expected} passed" in run_pytest(tmp_path)


def test_a_project_that_asks_for_nothing_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n\n\ndef test_x():\n    loaded = {name for name in sys.modules if name.startswith('ownplug')}\n"
        "    assert not {name for name in loaded if '.testing' in name or '.virtual' in name}\n"
    )
    run_pytest(tmp_path)
