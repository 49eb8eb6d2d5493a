"""Options of `ownplug pair` that do not belong together."""

from __future__ import annotations

import json

import pytest

from ownplug.cli.main import run

PAIR = ("pair", "http://127.0.0.1:1", "--ssid", "Home", "--password", "secret123", "--json")
FOREIGN = ("--mqtt", "mqtts://127.0.0.1:1")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--key", "k", "--user-id", "1"), "--key and --user-id belong to a foreign server"),
        (("--mqtt-user", "ann"), "--mqtt-user belong"),
        ((*FOREIGN, "--key", "k", "--user-id", "1", "--name", "kettle"), "knows no names"),
        (FOREIGN, "needs --key and --user-id"),
        ((*FOREIGN, "--key", "k", "--user-id", "1", "--join"), "cannot watch a foreign server"),
        (("--serial", "tty", "--join"), "--serial pairs with a hub"),
    ],
)
def test_it_says_what_does_not_go_together(
    options: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*PAIR, *options]) == 2
    assert says in json.loads(capsys.readouterr().out)["message"]
