"""What every test can rely on: nothing is left over, nothing leaves this machine, judges are found."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from devtools.judged import is_in_readme
from devtools.judged import write as write_judged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

_TABLE, _JUDGED = "table", "judged"
_DESCRIPTORS = Path("/proc/self/fd")
_LOOP_PASSES = 5  # a task that only needs to notice its cancellation may do so

# What is slow here may be fast elsewhere: time is measured by `make measure`, never asserted.
hypothesis.settings.register_profile("ownplug", deadline=None)
hypothesis.settings.register_profile(
    "quick", parent=hypothesis.settings.get_profile("ownplug"), max_examples=5
)
hypothesis.settings.load_profile("ownplug")

_strangers: list[str] = []  # addresses outside this machine that the running test tried to reach


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Watch the tasks of every test that has an event loop."""
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("asyncio"):
            after = item.fixturenames.index("_no_descriptor_left") + 1
            item.fixturenames.insert(after, "_no_task_left")


@pytest.fixture(autouse=True)
def _no_descriptor_left() -> Iterator[None]:
    """Fail a test that leaves a file or a socket open (seen on Linux)."""
    before = _open_descriptors()
    yield
    left = {number: what for number, what in _open_descriptors().items() if number not in before}
    assert not left, f"the test left descriptors open: {left}"


@pytest.fixture
async def _no_task_left() -> AsyncIterator[None]:
    """Fail a test that leaves a task behind in its event loop."""
    yield
    for _ in range(_LOOP_PASSES):
        await asyncio.sleep(0)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"the test left tasks running: {left}"


@pytest.fixture(autouse=True)
def _loopback_only() -> Iterator[None]:
    """Fail a test that tries to reach another machine, even where the code under test caught the refusal."""
    _strangers.clear()
    yield
    assert not _strangers, f"the test tried to leave this machine: {_strangers}"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder with the protocol notes, the recordings and the original teardown page.

    Not part of the repository: `$OWNPLUG_REFERENCE` names it, else it lies beside the checkout.
    """
    beside = Path(__file__).parents[2] / "shared" / "reference"
    folder = Path(os.environ.get("OWNPLUG_REFERENCE") or beside)
    if not folder.is_dir():
        pytest.skip(f"no reference material at {folder}; set OWNPLUG_REFERENCE")
    return folder


@pytest.fixture
def print_table(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Have lines printed at the end of the run: `print_table(title, lines, heading="…")`."""

    def keep(title: str, lines: list[str], *, heading: str = "") -> None:
        # A property of the test's report: that comes back from another process, too.
        request.node.user_properties.append((_TABLE, [title, heading, *lines]))

    return keep


@pytest.fixture
def tell(print_table: Callable[..., None]) -> Callable[[str], None]:
    """Have a figure printed at the end of the run."""
    return lambda text: print_table("Figures", [text])


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--write-judged` is for `make judged`."""
    parser.addoption("--write-judged", action="store_true", help="write the README's table of judges")


@pytest.fixture
def judged(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Say, at the end of a test, what a foreign program has judged: `judged(where, what, client, version)`.

    It is a row of the README's table, which `make judged` writes.
    """

    def keep(where: str, what: str, client: str, version: str) -> None:
        request.node.user_properties.append((_JUDGED, [where, what, f"{client} {version}".strip()]))
        is_told = request.config.getoption("--write-judged") or is_in_readme(where, what)
        assert is_told, "the README's table does not say so: make judged"

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests wanted to be printed, and write down who judged us if that is wanted."""
    tables: dict[str, list[str]] = {}
    for title, heading, *lines in _told(terminalreporter, _TABLE):
        tables.setdefault(title, [heading] if heading else []).extend(lines)
    rows = {(where, what, judge) for where, what, judge in _told(terminalreporter, _JUDGED)}
    if rows:
        tables["Judges"] = [f"{where}: {judge}" for where, _, judge in sorted(rows)]
    for title, lines in tables.items():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)
    if terminalreporter.config.getoption("--write-judged"):
        write_judged(rows)


def _told(terminalreporter: pytest.TerminalReporter, wanted: str) -> Iterator[list[str]]:
    """Yield what tests have told under a name, whichever process they ran in."""
    for report in itertools.chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport) and report.when == "teardown":
            for name, told in report.user_properties:
                if name == wanted and isinstance(told, list):
                    yield told


@pytest.fixture(scope="session")
def require_program() -> Callable[[str, str], str]:
    """Find a foreign program or skip: `require_program("mosquitto", "apt-get install mosquitto")`."""

    def find(name: str, how_to_get_it: str) -> str:
        search = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
        path = shutil.which(name, path=search)
        if path is None:
            pytest.skip(f"{name} is not installed: {how_to_get_it}")
        return path

    return find


def _open_descriptors() -> dict[str, str]:
    """Number and target of each open descriptor; the one that reads the listing is gone by then."""
    if not _DESCRIPTORS.is_dir():
        return {}
    found = {}
    for entry in _DESCRIPTORS.iterdir():
        try:
            found[entry.name] = str(entry.readlink())
        except FileNotFoundError:
            continue
    return found


def _guard(event: str, args: tuple[object, ...]) -> None:
    """Refuse connections and name look-ups that would leave this machine (PEP 578 audit hook)."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = args[1]
        if isinstance(address, tuple) and not _is_local(str(address[0])):
            _strangers.append(str(address))
            raise PermissionError(f"tests talk to this machine only, not to {address}")
    elif event == "socket.getaddrinfo" and not _is_local(str(args[0] or "")):
        if not str(args[0]).endswith(".invalid"):  # RFC 6761: never resolves, so asking for it is no escape
            _strangers.append(str(args[0]))
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def _is_local(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_guard)
