from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import UsageError
from ownplug.web.hosts import (
    Authority,
    allowed_authorities,
    is_allowed_host,
    is_allowed_origin,
    parse_authority,
)

SERVER = ("127.0.0.1", 8480)
ALLOWED = allowed_authorities("192.168.1.5", ["plugs.example:443", "plugs.lan", "[fd00::5]"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost", Authority("localhost")),
        ("LocalHost:8480", Authority("localhost", 8480)),
        ("127.0.0.1:1", Authority("127.0.0.1", 1)),
        ("[::1]:8480", Authority("[::1]", 8480)),
        ("[0:0:0:0:0:0:0:1]", Authority("[::1]")),
        ("a-b_c.example", Authority("a-b_c.example")),
    ],
)
def test_an_authority_is_a_name_and_perhaps_a_port(text: str, expected: Authority) -> None:
    assert parse_authority(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":8480",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:٨٠",
        "localhost:+80",
        "localhost:80:80",
        "::1",
        "[::1",
        "[::1]x",
        "[1.2.3.4]",
        "user@localhost",
        "localhost/path",
        "localhost\n",
        " localhost",
        "localhost, localhost",
        "ⓛocalhost",
        "x" * 300,
    ],
)
def test_anything_else_is_no_authority(text: str) -> None:
    assert parse_authority(text) is None


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8480",
        "LOCALHOST:8480",
        "127.0.0.1:8480",
        "[::1]:8480",
        "192.168.1.5:8480",
        "plugs.lan:8480",
        "plugs.example:443",
        "plugs.example",  # 443 goes without saying
        "[fd00::5]:8480",
    ],
)
def test_a_request_to_one_of_our_names_is_let_in(host: str) -> None:
    assert is_allowed_host(host, ALLOWED, SERVER)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8480",
        "localhost.evil.example:8480",
        "evillocalhost:8480",
        "localhost.:8480",
        "localhost",  # port 80 is somebody else's
        "localhost:80",
        "localhost:8481",
        "plugs.lan",
        "plugs.lan:443",
        "plugs.example:8480",
        "127.0.0.2:8480",
        "0.0.0.0:8480",
        "[::]:8480",
        "192.168.1.5",
        "localhost:8480@evil.example",
        "evil.example#localhost:8480",
        "localhost:8480 ",
    ],
)
def test_a_request_to_any_other_name_is_not(host: str) -> None:
    assert not is_allowed_host(host, ALLOWED, SERVER)


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:8480",
        "http://127.0.0.1:8480",
        "http://[::1]:8480",
        "https://plugs.example",
        "https://plugs.example:443",
    ],
)
def test_a_page_of_our_own_may_call(origin: str) -> None:
    assert is_allowed_origin(origin, ALLOWED, SERVER)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.example",
        "http://localhost",
        "http://localhost:3000",
        "https://plugs.lan",
        "ftp://localhost:8480",
        "file://localhost:8480",
        "localhost:8480",
        "//localhost:8480",
        "http://localhost:8480/",
        "http://localhost:8480/page",
        "http://evil.example@localhost:8480",
        "http://localhost:8480, http://evil.example",
        "chrome-extension://localhost:8480",
    ],
)
def test_a_page_of_another_site_may_not(origin: str) -> None:
    assert not is_allowed_origin(origin, ALLOWED, SERVER)


@pytest.mark.parametrize("bound", ["0.0.0.0", "::"])
def test_every_address_is_no_name(bound: str) -> None:
    assert allowed_authorities(bound, []) == allowed_authorities("localhost", [])


def test_an_ipv6_address_we_listen_on_is_a_name_of_ours() -> None:
    assert is_allowed_host("[fd00::9]:8480", allowed_authorities("fd00::9", []), SERVER)


@pytest.mark.parametrize("entry", ["", "*", "*.example", "http://plugs.example", "a b", "plugs.example:x"])
def test_a_setting_that_is_no_name_is_refused(entry: str) -> None:
    with pytest.raises(UsageError, match="host name"):
        allowed_authorities("127.0.0.1", [entry])


@given(st.text(max_size=40))
def test_no_text_breaks_the_judgement(text: str) -> None:
    assert is_allowed_host(text, ALLOWED, SERVER) in {True, False}
    assert is_allowed_origin(f"http://{text}", ALLOWED, SERVER) in {True, False}


@pytest.mark.parametrize(
    ("server", "host"),
    [
        (("192.168.1.5", 8480), "192.168.1.5:8480"),
        (("::ffff:192.168.1.5", 8480), "192.168.1.5:8480"),
        (("fd00::9", 8480), "[fd00::9]:8480"),
    ],
)
def test_the_address_at_which_a_request_came_in_is_a_name_of_ours(server: tuple[str, int], host: str) -> None:
    everywhere = allowed_authorities("0.0.0.0", [])
    assert is_allowed_host(host, everywhere, server)
    assert not is_allowed_host(host.replace("8480", "80"), everywhere, server)
    assert not is_allowed_host("rebound.example:8480", everywhere, server)
    assert not is_allowed_host("192.168.1.6:8480", everywhere, server)
