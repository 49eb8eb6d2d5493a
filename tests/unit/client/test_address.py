from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ownplug.client import find_hub
from ownplug.core.errors import Malformed, Unreachable, UsageError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home as a running hub leaves it; this process passes for the hub."""
    runtime = {"pid": os.getpid(), "web": "http://127.0.0.1:8480", "mqtts": "192.168.1.10:8883"}
    (tmp_path / "runtime.json").write_text(json.dumps(runtime))
    (tmp_path / "token").write_text("the-token\n")
    (tmp_path / "token").chmod(0o600)
    return tmp_path


def test_a_running_hub_is_found_by_its_home(home: Path) -> None:
    found = find_hub(home)
    assert (found.url, found.token.reveal()) == ("http://127.0.0.1:8480", "the-token")


def test_the_token_is_never_shown(home: Path) -> None:
    assert "the-token" not in repr(find_hub(home))


def test_without_the_file_no_hub_runs(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="No hub is running") as error:
        find_hub(tmp_path)
    assert "ownplug hub run" in error.value.hint


def test_a_file_that_a_dead_hub_left_is_not_believed(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    (home / "runtime.json").write_text(json.dumps({"pid": ended.pid, "web": "http://127.0.0.1:8480"}))
    with pytest.raises(Unreachable, match="not running"):
        find_hub(home)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"web": 5}', "\x00", "[" * 100_000])
def test_a_broken_file_is_malformed(home: Path, text: str) -> None:
    (home / "runtime.json").write_text(text)
    with pytest.raises(Malformed, match="runtime"):
        find_hub(home)


def test_a_hub_without_web_interface_cannot_be_reached(home: Path) -> None:
    (home / "runtime.json").write_text(json.dumps({"pid": os.getpid(), "web": ""}))
    with pytest.raises(Unreachable):
        find_hub(home)


def test_a_missing_token_is_told(home: Path) -> None:
    (home / "token").unlink()
    with pytest.raises(Unreachable, match="token"):
        find_hub(home)


@pytest.mark.parametrize("token", [b"", b"\n", b"a\nb", b"a\x1bb", "é".encode(), b"\xff"])
def test_a_broken_token_is_malformed(home: Path, token: bytes) -> None:
    (home / "token").write_bytes(token)
    with pytest.raises(Malformed, match="token"):
        find_hub(home)


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_token_that_others_can_read_is_warned_of(
    home: Path, caplog: pytest.LogCaptureFixture, mode: int, warned: bool
) -> None:
    (home / "token").chmod(mode)
    with caplog.at_level(logging.WARNING):
        find_hub(home)
    assert ("chmod 600" in caplog.text) is warned


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8480", "http://127.0.0.1:8480"),
        ("http://127.0.0.1:8480/", "http://127.0.0.1:8480"),
        ("https://plugs.example", "https://plugs.example"),
        ("http://[::1]:8480", "http://[::1]:8480"),
    ],
)
def test_a_hub_elsewhere_needs_no_home(tmp_path: Path, url: str, expected: str) -> None:
    found = find_hub(tmp_path, url, "its-token")
    assert (found.url, found.token.reveal()) == (expected, "its-token")


def test_the_homes_own_token_is_not_sent_elsewhere(home: Path) -> None:
    with pytest.raises(UsageError, match="No token") as error:
        find_hub(home, "http://127.0.0.1:9999")
    assert "OWNPLUG_TOKEN" in error.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8480",
        "ftp://h",
        "http://",
        "http://h:x",
        "http://h:99999",
        "http://u@h",
        "http://h/p",
        "http://h?q",
    ],
)
def test_what_is_no_url_of_a_hub_is_wrong_usage(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="not the URL"):
        find_hub(tmp_path, url, "t")


@pytest.mark.parametrize(
    ("url", "warned"),
    [("http://plugs.example", True), ("https://plugs.example", False), ("http://localhost:8480", False)],
)
def test_a_token_that_would_travel_in_the_open_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, url: str, warned: bool
) -> None:
    with caplog.at_level(logging.WARNING):
        find_hub(tmp_path, url, "t")
    assert ("without encryption" in caplog.text) is warned
