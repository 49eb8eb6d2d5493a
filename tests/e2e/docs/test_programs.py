"""What the pages about programs of the vendor's cloud show, done as a user would: in processes of their own."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from devtools.source import REPOSITORY

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PAGES = REPOSITORY / "docs" / "programs"
MODULES = REPOSITORY / ".venv" / "judges" / "node" / "node_modules"
PASSWORD = "her password"
URL, SERVER = "https://192.168.1.10:8443", '("192.168.1.10", 8883)'
NAMED_HUB = "127.0.0.23"
SWITCH_OFF = f"""
const MerossCloud = require('meross-cloud');
const cloud = new MerossCloud({{email: 'ann', password: '{PASSWORD}'}});
cloud.on('error', (error) => process.stderr.write(`${{error}}`));
cloud.on('connected', (uuid) => setTimeout(() => cloud.getDevice(uuid).controlToggleX(0, false, (error) => {{
    process.stdout.write(error ? `${{error}}` : 'switched off');
    process.exit();
}}), 500));
cloud.connect((error) => error && process.exit(process.stderr.write(`${{error}}`)));
"""


def page(name: str, language: str) -> str:
    """The only block of a language on a page; it may stand in a list."""
    text = (PAGES / name).read_text("utf-8")
    [block] = re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(block)


@pytest.fixture
def at_home(
    launch: Callable[..., Any], ownplug: Callable[..., Any], tmp_path: Path
) -> Callable[..., dict[str, Any]]:
    """Run a hub that serves such programs, with a plug that is on, and an account."""

    def start(host: str, *options: str) -> dict[str, Any]:
        home = tmp_path / "home"
        ready: dict[str, Any] = launch(
            *("hub", "run", "--home", str(home), "--advertise", host, "--mqtts", f"{host}:0"),
            *("--web", "127.0.0.1:0", *options),
        ).ready()
        plug = launch("virtual", "run", "--seed", "5").ready()
        url = f"http://{plug['http']}"
        ownplug("pair", url, "--ssid", "Home", "--password", "secret123", "--name", "kettle")
        add = [sys.executable, "-m", "ownplug", "user", "add", "ann", "--password-stdin", "--home", str(home)]
        subprocess.run(add, input=PASSWORD, text=True, check=True, capture_output=True, timeout=60)
        return ready

    return start


def is_on(ownplug: Callable[..., Any]) -> bool:
    """Whether the plug is on, as the hub saw it."""
    return bool(ownplug("plugs")[0]["relays"][0]["on"])


def test_the_example_switches_the_plugs_of_the_home(
    at_home: Callable[..., dict[str, Any]], ownplug: Callable[..., Any], tmp_path: Path
) -> None:
    ready = at_home("127.0.0.1", "--cloud", "127.0.0.1:0")
    example = page("meross-iot.md", "python")
    assert example.count(URL) == example.count(SERVER) == 1
    host, _, port = ready["mqtts"].rpartition(":")
    program = tmp_path / "example.py"
    program.write_text(example.replace(URL, ready["cloud"]).replace(SERVER, f'("{host}", {port})'))
    ownplug("off", "kettle")
    done = subprocess.run(
        [sys.executable, str(program)],
        env={**os.environ, "SSL_CERT_FILE": ready["ca"]},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "kettle is on" in done.stdout.splitlines()
    assert is_on(ownplug)


def test_a_name_that_is_built_in_is_led_here(
    at_home: Callable[..., dict[str, Any]],
    ownplug: Callable[..., Any],
    require_program: Callable[[str, str], str],
    tmp_path: Path,
) -> None:
    node = require_program("node", "apt-get install nodejs npm, then: make test")
    if not (MODULES / "meross-cloud").is_dir():
        pytest.skip("npm's meross-cloud is not installed: make test does it where npm is there")
    hosts = tmp_path / "hosts"
    line = page("iobroker-meross.md", "text").replace("192.168.1.10", NAMED_HUB)
    hosts.write_text(f"127.0.0.1 localhost\n{line}")
    with_hosts = ["unshare", "--mount", "sh", "-c", f"mount --bind {shlex.quote(str(hosts))} /etc/hosts && "]
    _skip_unless_possible([*with_hosts[:-1], f"{with_hosts[-1]}true"])
    (tmp_path / "home").mkdir()
    settings = page("iobroker-meross.md", "toml").replace("0.0.0.0", NAMED_HUB)
    (tmp_path / "home" / "ownplug.toml").write_text(settings)
    ready = at_home(NAMED_HUB)
    assert ready["mqtts_also"] == [f"{NAMED_HUB}:2001"]
    ownplug("on", "kettle")
    program = tmp_path / "program.js"
    program.write_text(SWITCH_OFF)
    done = subprocess.run(
        [*with_hosts[:-1], f"{with_hosts[-1]}exec {shlex.join([node, str(program)])}"],
        env={
            "PATH": os.environ["PATH"],
            "NODE_PATH": str(MODULES),
            "NODE_NO_WARNINGS": "1",
            "NODE_EXTRA_CA_CERTS": ready["ca"],
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "switched off"), done.stderr
    assert not is_on(ownplug)


def _skip_unless_possible(with_hosts: list[str]) -> None:
    """Ports below 1024 and a hosts file of one's own are for root."""
    for port in (443, 2001):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((NAMED_HUB, port))
            except OSError:
                pytest.skip(f"may not listen on {NAMED_HUB}:{port}: run as root")
    if subprocess.run(with_hosts, capture_output=True, check=False, timeout=20).returncode:
        pytest.skip("may not give a program a hosts file of its own: run as root, with `unshare`")
