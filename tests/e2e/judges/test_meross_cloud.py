"""npm's `meross-cloud`, unmodified, as a judge of our signatures and of a plug on the local network."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.judges.foreign import NODE_MODULES, require_meross_cloud

from ownplug.core.meross import decode_message
from ownplug.core.secret import Secret

pytestmark = pytest.mark.e2e

KEY = "0123456789abcdef0123456789abcdef"
PROGRAM = Path(__file__).with_name("meross_cloud_program.js")
MESSAGES = 200


def test_what_it_signs_is_right_for_us_and_for_a_plug(
    launch: Callable[..., Any], require_program: Callable[[str, str], str]
) -> None:
    node = require_meross_cloud(require_program)
    plug = launch(
        "virtual", "run", "--mqtt", "mqtts://127.0.0.1:1", "--key", KEY, "--user-id", "10001"
    ).ready()
    orders = {"key": KEY, "messages": MESSAGES, "uuid": plug["uuid"], "http": plug["http"]}
    done = subprocess.run(
        [node, str(PROGRAM), json.dumps(orders)],
        env={"NODE_PATH": str(NODE_MODULES), "PATH": "/usr/bin:/bin", "NODE_NO_WARNINGS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    signed = [decode_message(json.dumps(message).encode()) for message in told["signed"]]
    assert len({message.header.message_id for message in signed}) == MESSAGES
    assert all(message.is_signed(Secret(KEY)) for message in signed)
    assert not any(message.is_signed(Secret("f" * 32)) for message in signed)
    switched, everything, power = told["heard"]
    assert switched["header"]["method"] == "SETACK"
    assert everything["payload"]["all"]["digest"]["togglex"][0]["onoff"] == 0
    assert power["payload"]["electricity"]["power"] == 0
