from __future__ import annotations

import errno
import socket

import pytest

from ownplug.core.errors import Conflict, UsageError
from ownplug.transport.endpoint import is_address, is_own_address, listen_failure, parse_endpoint


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("0.0.0.0:8883", ("0.0.0.0", 8883)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:1883", ("::1", 1883)),
        ("plugs.example:65535", ("plugs.example", 65535)),
    ],
)
def test_an_endpoint_is_host_and_port(text: str, endpoint: tuple[str, int]) -> None:
    assert parse_endpoint(text, "--mqtts") == endpoint


@pytest.mark.parametrize(
    "text", ["", "8883", ":8883", "host:", "host:x", "host:65536", "::1:8883", "host:-1", "h:²"]
)
def test_anything_else_names_the_option(text: str) -> None:
    with pytest.raises(UsageError, match="--mqtts"):
        parse_endpoint(text, "--mqtts")


def test_a_taken_port_names_itself_and_the_option_that_changes_it() -> None:
    error = listen_failure(OSError(errno.EADDRINUSE, "taken"), "0.0.0.0:8883", "--mqtts")
    assert isinstance(error, Conflict)
    assert str(error) == "Port 8883 is taken by another program."
    assert "--mqtts HOST:PORT" in error.hint


def test_a_port_without_rights_says_so() -> None:
    error = listen_failure(PermissionError(errno.EACCES, "Permission denied"), "0.0.0.0:123", "--ntp")
    assert isinstance(error, UsageError)
    assert "Permission denied" in str(error)
    assert "above 1023 with --ntp" in error.hint
    assert "CAP_NET_BIND_SERVICE" in error.hint


def test_an_address_of_another_machine_says_so() -> None:
    error = listen_failure(OSError(errno.EADDRNOTAVAIL, "Not ours"), "192.0.2.1:123", "--ntp")
    assert isinstance(error, UsageError)
    assert str(error) == "Cannot listen at 192.0.2.1:123: Not ours."


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("nowhere.invalid", False),
        ("", False),
        ("a" * 64 + ".example", False),
    ],
)
def test_an_address_is_ours_or_not(host: str, is_ours: bool) -> None:
    assert is_own_address(host) is is_ours


def test_an_address_of_another_machine_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_DGRAM, 0, "", ("192.0.2.1", 0))]  # RFC 5737: nobody's
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert not is_own_address("192.0.2.1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.168.1.10", True),
        ("::1", True),
        ("plugs.example", False),
        ("192.168.1.10:80", False),
        ("", False),
    ],
)
def test_an_address_is_no_name(text: str, expected: bool) -> None:
    assert is_address(text) is expected
