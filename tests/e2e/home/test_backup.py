"""A home is backed up while it works, and comes to life in another folder: its plugs notice nothing."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import pexpect
import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

Launch = Callable[..., Any]
Command = Callable[..., Any]
Eventually = Callable[..., Any]

PASSPHRASE = "four words nobody guesses"
NAMES = ("kettle", "lamp", "fridge")
LATEST_S = 60.0


def ownplug_with(passphrase: str, *arguments: str, status: int = 0) -> str:
    """Run a command that reads a passphrase from stdin; return what it printed."""
    command = [sys.executable, "-m", "ownplug", *arguments, "--passphrase-stdin"]
    done = subprocess.run(
        command, input=f"{passphrase}\n", capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
    assert passphrase not in done.stdout + done.stderr
    return done.stdout + done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def run_hub(launch: Launch) -> Callable[[Path], Any]:
    """Run the hub of a home, of all homes at the same ports."""
    mqtts, web = free_port(), free_port()

    def run(home: Path) -> Any:
        return launch(
            *("hub", "run", "--home", str(home), "--advertise", "127.0.0.1"),
            *("--mqtts", f"127.0.0.1:{mqtts}", "--web", f"127.0.0.1:{web}"),
        )

    return run


@pytest.fixture
def fleet(launch: Launch, ownplug: Command) -> Callable[[], list[Any]]:
    def pair() -> list[Any]:
        plugs = [launch("virtual", "run", "--seed", str(seed)).ready() for seed in (21, 22, 23)]
        for plug, name in zip(plugs, NAMES, strict=True):
            wifi = ("--ssid", "Home", "--password", "secret123")
            ownplug("pair", f"http://{plug['http']}", *wifi, "--name", name)
        return plugs

    return pair


class Switching:
    """Switches one plug to and fro as fast as it can, and says after each switch that another is in another room."""

    def __init__(self, ownplug: Command) -> None:
        self._ownplug = ownplug
        self.acknowledged = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._ownplug("toggle", "kettle")
            self._ownplug("plugs", "room", "lamp", f"room {self.acknowledged + 1}")
            self.acknowledged += 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def goes_on(self) -> bool:
        """Whether nothing was refused so far."""
        return self._thread.is_alive()


def test_a_home_moves_to_another_folder_while_plugs_are_switched(
    run_hub: Callable[[Path], Any],
    fleet: Callable[[], list[Any]],
    ownplug: Command,
    eventually: Eventually,
    tmp_path: Path,
) -> None:
    first, second, file = tmp_path / "home", tmp_path / "second", tmp_path / "home.ownplug"
    hub = run_hub(first)
    ready = hub.ready()
    fleet()
    with Switching(ownplug) as switching:
        eventually(lambda: switching.acknowledged >= 1)
        acknowledged = switching.acknowledged
        ownplug_with(PASSPHRASE, "hub", "backup", str(file), "--home", str(first))
        assert switching.goes_on  # nobody was turned away meanwhile
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list((first / "backup").iterdir()) == []

    before = {plug["uuid"]: plug for plug in ownplug("plugs", home=first)}
    keys = {name: ownplug("plugs", "show", name, "--show-secrets", home=first)["key"] for name in NAMES}
    assert hub.stop() == 0

    said = ownplug_with(PASSPHRASE, "hub", "restore", str(file), "--home", str(second))
    assert "127.0.0.1, which this machine has" in said
    again = run_hub(second).ready()
    assert (again["user_id"], again["mqtts"]) == (ready["user_id"], ready["mqtts"])
    assert (second / "tls" / "ca.key").read_bytes() == (first / "tls" / "ca.key").read_bytes()
    assert (second / "token").read_text() != (first / "token").read_text()

    def back() -> Any:
        plugs = ownplug("plugs", home=second)
        return plugs if all(plug["bound"] and plug["relays"] for plug in plugs) else None

    after = {plug["uuid"]: plug for plug in eventually(back, LATEST_S)}
    assert sorted(plug["name"] for plug in after.values()) == sorted(NAMES)
    assert {uuid: plug["relays"] for uuid, plug in after.items()} == {
        uuid: plug["relays"] for uuid, plug in before.items()
    }  # also the times of their last changes: no relay moved
    assert keys == {n: ownplug("plugs", "show", n, "--show-secrets", home=second)["key"] for n in NAMES}
    [lamp] = [plug for plug in after.values() if plug["name"] == "lamp"]
    assert int(lamp["room"].removeprefix("room ")) >= acknowledged
    with closing(sqlite3.connect(second / "hub.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.fixture
def stopped(run_hub: Callable[[Path], Any], ownplug: Command, tmp_path: Path) -> Path:
    """A home whose hub has run and does no more; `hub` starts it again."""
    home = tmp_path / "home"
    hub = run_hub(home)
    hub.ready()
    login = [sys.executable, "-m", "ownplug", "user", "add", "ann", "--password-stdin", "--home", str(home)]
    subprocess.run(login, input=b"long enough", check=True, timeout=60)
    assert hub.stop() == 0
    return home


def test_a_home_is_backed_up_without_its_hub(stopped: Path, ownplug: Command, tmp_path: Path) -> None:
    file = tmp_path / "file"
    ownplug_with(PASSPHRASE, "hub", "backup", str(file), "--home", str(stopped))
    assert "exists" in ownplug_with(PASSPHRASE, "hub", "backup", str(file), "--home", str(stopped), status=2)
    before = file.read_bytes()
    ownplug_with(PASSPHRASE, "hub", "backup", str(file), "--home", str(stopped), "--force")
    assert file.read_bytes() != before
    assert sorted(path.name for path in tmp_path.glob("*file*")) == ["file"]
    said = ownplug_with(
        "another passphrase", "hub", "restore", str(file), "--home", str(tmp_path / "b"), status=2
    )
    assert "The passphrase is wrong" in said


def test_a_running_hub_keeps_its_home(
    stopped: Path, run_hub: Callable[[Path], Any], ownplug: Command, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    run_hub(stopped).ready()
    told = ownplug("hub", "backup", str(file), "--without-secrets")
    assert (told["plugs"], told["has_secrets"], told["parts"]) == (0, False, ["database"])
    refused = ownplug("hub", "restore", str(file), "--yes", status=1)
    assert refused["code"] == "conflict"
    assert "A hub is running" in refused["message"]
    assert ownplug("user", "list")[0]["name"] == "ann"


def test_without_secrets_nothing_secret_leaves_the_home(
    stopped: Path, run_hub: Callable[[Path], Any], ownplug: Command, launch: Launch, tmp_path: Path
) -> None:
    file, other = tmp_path / "file", tmp_path / "other"
    hub = run_hub(stopped)
    hub.ready()
    plug = launch("virtual", "run", "--seed", "31").ready()
    ownplug("pair", f"http://{plug['http']}", "--ssid", "Home", "--password", "secret123", "--name", "kettle")
    key = ownplug("plugs", "show", "kettle", "--show-secrets")["key"]
    ownplug("hub", "backup", str(file), "--without-secrets")
    hub.stop()
    content = file.read_bytes()
    assert b"kettle" in content
    assert [secret for secret in (key, "argon2", "PRIVATE", "secret123") if secret.encode() in content] == []

    told = ownplug("hub", "restore", str(file), home=other)
    assert (told["plugs"], told["has_key"], told["advertised"]) == (1, False, "")
    hub = run_hub(other)
    hub.ready()
    assert ownplug("plugs", "show", "kettle", "--show-secrets", home=other)["key"] != key
    hub.stop()

    told = ownplug("hub", "restore", str(file), "--yes")
    assert (told["plugs"], told["has_key"], told["advertised"]) == (1, True, "127.0.0.1")
    assert Path(told["kept"]).parent == stopped / "backup"
    run_hub(stopped).ready()
    assert ownplug("plugs", "show", "kettle", "--show-secrets")["key"] == key
    assert ownplug("user", "list")[0]["name"] == "ann"


def test_what_a_kill_leaves_of_a_backup_is_gone_when_the_hub_starts(
    stopped: Path, run_hub: Callable[[Path], Any]
) -> None:
    left = stopped / "backup" / "snapshot-abc"
    left.mkdir(parents=True)
    (left / "hub.sqlite3").write_bytes((stopped / "hub.sqlite3").read_bytes())
    run_hub(stopped).ready()
    assert list((stopped / "backup").iterdir()) == []


def test_a_hub_goes_on_with_a_restore_that_was_killed(
    stopped: Path, run_hub: Callable[[Path], Any], ownplug: Command
) -> None:
    """Its settings, too: it does not start with those that happen to be there."""
    aside = stopped / "backup" / "restoring-aside"
    (aside / "new").mkdir(parents=True)
    (aside / "old").mkdir()
    (aside / "new" / "hub.sqlite3").write_bytes((stopped / "hub.sqlite3").read_bytes())
    (aside / "new" / "ownplug.toml").write_text('[hub]\ntimezone = "Asia/Tokyo"\n')
    run_hub(stopped).ready()
    assert '"Asia/Tokyo"' in (stopped / "ownplug.toml").read_text()
    assert ownplug("user", "list")[0]["name"] == "ann"
    [kept] = (stopped / "backup").iterdir()
    assert (kept / "tls" / "ca.key").exists()


def test_a_person_is_asked_twice_for_the_passphrase_and_once_before_a_home_is_replaced(
    stopped: Path, tmp_path: Path
) -> None:
    file, home = str(tmp_path / "file"), ("--home", str(stopped))
    with at_terminal("hub", "backup", file, *home) as person:
        person.expect("Passphrase: ")
        person.sendline(PASSPHRASE)
        person.expect("Repeat for confirmation: ")
        person.sendline(PASSPHRASE)
        person.expect("was read back")
        assert PASSPHRASE not in person.before
    before = (stopped / "hub.sqlite3").read_bytes()
    for answer, said in (("n", "Interrupted"), ("y", "is restored")):
        with at_terminal("hub", "restore", file, *home) as person:
            person.expect("Passphrase: ")
            person.sendline(PASSPHRASE)
            person.expect(r"Replace the home in .* with 0 plugs\? \[y/N\]: ")
            assert (stopped / "hub.sqlite3").read_bytes() == before
            person.sendline(answer)
            person.expect(said)
    assert len(list((stopped / "backup").iterdir())) == 1


@contextlib.contextmanager
def at_terminal(*arguments: str) -> Iterator[Any]:
    """Run a command as a person does."""
    person = pexpect.spawn(sys.executable, ["-m", "ownplug", *arguments], encoding="utf-8", timeout=60)
    person.setwinsize(50, 400)
    try:
        yield person
        person.expect(pexpect.EOF)
    finally:
        person.close(force=True)
