"""Why connecting failed, in a sentence each; `tests/e2e/transport/test_tcp.py` meets the real failures."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from ownplug.core.errors import Unreachable, UsageError
from ownplug.transport.tcp import connect_failure, open_tcp


def system_error(code: int) -> OSError:
    return OSError(code, os.strerror(code))


REFUSED_TWICE = OSError(
    "Multiple exceptions: [Errno 111] Connect call failed ('::1', 80, 0, 0), "
    "[Errno 111] Connect call failed ('127.0.0.1', 80)"
)
REFUSED_AND_NO_ROUTE = OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 113] No route")


@pytest.mark.parametrize(
    ("error", "timeout_s", "sentence"),
    [
        (system_error(errno.ECONNREFUSED), None, "192.168.1.20:80 refused the connection."),
        (REFUSED_TWICE, None, "192.168.1.20:80 refused the connection."),
        (system_error(errno.EHOSTUNREACH), None, "There is no way to 192.168.1.20:80 from this network."),
        (system_error(errno.ENETUNREACH), None, "There is no way to 192.168.1.20:80 from this network."),
        (TimeoutError(), 4, "192.168.1.20:80 did not answer within 4 s."),
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            None,
            "The host name '192.168.1.20' is not known (Name or service not known).",
        ),
        (system_error(errno.EMFILE), None, "192.168.1.20:80 cannot be reached: Too many open files."),
        (REFUSED_AND_NO_ROUTE, None, f"192.168.1.20:80 cannot be reached: {REFUSED_AND_NO_ROUTE}."),
    ],
)
def test_each_way_to_fail_has_its_own_sentence(
    error: OSError, timeout_s: float | None, sentence: str
) -> None:
    failure = connect_failure(error, "192.168.1.20", 80, timeout_s=timeout_s)

    assert isinstance(failure, Unreachable)
    assert str(failure) == sentence


def test_an_ipv6_address_stands_in_brackets() -> None:
    failure = connect_failure(system_error(errno.ECONNREFUSED), "fe80::1", 8883)

    assert str(failure) == "[fe80::1]:8883 refused the connection."


@pytest.mark.parametrize("port", [0, -1, 65536])
async def test_a_port_that_cannot_exist_is_a_mistake_of_the_caller(port: int) -> None:
    with pytest.raises(UsageError, match="not a TCP port"):
        await open_tcp("127.0.0.1", port)


async def test_a_host_that_no_name_server_can_be_asked_for_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(UsageError, match=r"'two\.\.dots' is not a host name"):
        await open_tcp("two..dots", 80)
