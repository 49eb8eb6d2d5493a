"""Side by side with the teardown page: what the virtual plug prints is what its author saw, to the character."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MASKED_MAC = "xx:xx:xx:xx:xx:xx"
HOME = "VM0000000"


@pytest.fixture(scope="session")
def page(reference: Path) -> list[str]:
    return next(reference.glob("000_*.txt")).read_text("utf-8").splitlines()


@pytest.fixture
def masked(console: Any) -> Callable[[list[str]], list[str]]:
    """Put the page's masks over what differs from plug to plug."""

    def mask(lines: list[str]) -> list[str]:
        text = "\n".join(lines).replace(console.device.uuid.text, "x" * 32)
        text = text.replace(console.device.mac.text, MASKED_MAC)
        return re.sub(r"Meross_SW_[0-9a-f]{4}", "Meross_SW_XXXX", text).split("\n")

    return mask


def listing(page: list[str], heading: str, lines: int) -> list[str]:
    """The lines below a heading of the page; below them the page goes on with something else."""
    at = page.index(heading) + 1
    after = page[at + lines]
    assert after == "" or after.startswith("$"), f"the page's listing goes on: {after!r}"
    return page[at : at + lines]


@pytest.mark.parametrize(
    ("command", "heading"),
    [
        ("ip", "$ ip"),
        ("meross", "$ meross"),
        ("meross hw", "$ meross hw "),
        ("meross fw", "$ meross fw"),
        ("meross task", "$ meross task"),
        ("meross mem", "$ meross mem"),
        ("meross e2p", "$ meross e2p"),
        ("meross power", "$ meross power"),
        ("meross led", "$ meross led"),
        ("meross fac", "$meross fac"),
        ("meross test", "$ meross test"),
        ("meross iot", "$ meross iot"),
        ("meross iot status", "$ meross iot status"),
        ("meross iot rule", "$ meross iot rule"),
        ("meross iot log on", "$ meross iot log on"),
        ("config", "$ config"),
        ("config show", "$ config show"),
        ("ver", "$ ver"),
    ],
)
def test_a_new_plug_answers_as_on_the_page(
    page: list[str], console: Any, masked: Callable[[list[str]], list[str]], command: str, heading: str
) -> None:
    printed = masked(console.run(command))
    assert printed == listing(page, heading, len(printed))


def test_the_first_menu(page: list[str], console: Any) -> None:
    menu = console.run("?")
    at = page.index("Commands") + 2
    assert menu == page[at : at + len(menu)]
    assert page[at + len(menu)] == "$ ip"


def test_the_network_and_the_calls_of_the_driver(
    page: list[str], console: Any, masked: Callable[[list[str]], list[str]]
) -> None:
    printed = masked(console.run("meross net"))
    told = listing(page, "$ meross net", len(printed))
    assert told[-1] == "router mac:xx:x:xx:xx:xx:xx"  # the page's own slip
    assert printed == [*told[:-1], f"router mac:{MASKED_MAC}"]


def test_the_time_537_seconds_after_the_start(page: list[str], console: Any) -> None:
    console.pass_time(537 - (console.now_s - 100.0))
    printed = console.run("meross time")
    assert printed == listing(page, "$ meross time", len(printed))


def test_the_sun_of_the_first_day_at_null_island(page: list[str], console: Any) -> None:
    printed = console.run("meross sun")
    assert printed == listing(page, "$ meross sun", len(printed))
    assert printed[1:] == ["sunrise 05:59", "sunset  18:07"]


def test_the_debug_information_but_for_what_a_log_line_destroyed(
    page: list[str], console: Any, masked: Callable[[list[str]], list[str]]
) -> None:
    console.pass_time(419 - (console.now_s - 100.0))
    printed = masked(console.run("meross iot dbg"))
    told = listing(page, "$ meross iot dbg", len(printed))
    lost = [at for at, (ours, theirs) in enumerate(zip(printed, told, strict=True)) if ours != theirs]
    assert [told[at] for at in lost] == ['\t\t"sysOnlineT[T wifi C: erro']
    assert [printed[at] for at in lost] == ['\t\t"sysOnlineTime":\t"N/A",']


def test_a_ping_gives_the_prompt_back_and_then_logs(page: list[str], console: Any) -> None:
    assert console.run("meross ping 127.0.0.1") == []
    console.pass_time(1)
    printed = "$ " + console.printed().decode().replace("\r\n", "\n")
    at = page.index("$ meross ping 127.0.0.1") + 1
    assert re.sub(r"T: \d+ ", "T: 1117837 ", printed) == "".join(f"{line}\n" for line in page[at : at + 2])


def test_a_scan_ends_in_scan_done(page: list[str], console: Any) -> None:
    printed = console.run("meross scan")
    told = listing(page, "$ meross scan", 4)
    assert (printed[0], printed[2]) == (told[0], told[2])
    assert printed[1].split() == ["6", "Home", "02:00:5e:00:53:01", "7", "6", "-62", "1", "0", "0", "0"]
    assert len(printed[1]) == len(told[1])
    assert printed[3] == "cmd id 0xd8 -- 0x0 seq 0x5"


def test_a_crash_says_so(page: list[str], console: Any) -> None:
    printed = console.type("meross crash\r").decode().split("\r\n")
    assert printed == ["meross crash", *listing(page, "$ meross crash", 1), ""]


def test_an_unbind_tells_what_happens(page: list[str], console: Any) -> None:
    printed = console.type("meross iot unbind\r").decode().split("\r\n")
    told = listing(page, "$ meross iot unbind", 3)
    assert [re.sub(r"T: \d+ ", "T: 274103 ", line) for line in printed[1:-1]] == told


def test_a_start_is_the_one_of_the_page(
    page: list[str], console: Any, masked: Callable[[list[str]], list[str]]
) -> None:
    console.type("reboot\r")
    console.pass_time(1)
    printed = console.printed().decode("utf-8", "replace").replace("\ufffd", "\u2e2e").split("\r\n")
    at = next(at for at, line in enumerate(page) if line.startswith("R\u2e2e"))
    end = next(at for at, line in enumerate(page) if "WiFi Init Done" in line) + 1
    assert masked(printed) == [*page[at:end], "$ "]
