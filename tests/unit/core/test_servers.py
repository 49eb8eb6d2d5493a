from __future__ import annotations

import pytest

from ownplug.core.errors import UsageError
from ownplug.core.servers import parse_server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("mqtts://192.168.1.5:2001", ("192.168.1.5", 2001)),
        ("mqtts://hub.example", ("hub.example", 8883)),
        ("mqtts://[::1]:1", ("::1", 1)),
    ],
)
def test_reads_host_and_port(url: str, server: tuple[str, int]) -> None:
    assert parse_server(url) == server


@pytest.mark.parametrize("url", ["mqtt://x:1", "x:1", "mqtts://", "mqtts://x:99999", "mqtts://[x", ""])
def test_refuses_what_is_no_server_of_plugs(url: str) -> None:
    with pytest.raises(UsageError, match="is not"):
        parse_server(url)
