"""What can be changed, what it does to the file, and what comes of it when something is in the way."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ownplug.app import HomeFolder, Settings, SettingsDesk, load_settings
from ownplug.app.settings_desk import CHANGEABLE
from ownplug.core.errors import Changed, Conflict, Forbidden, OwnplugError, UsageError
from ownplug.web import Effect, SettingView

FILE = """\
# My home.
[hub]
reading_interval_s = 20 # the fridge is slow

[web]
port = 8481
"""


@pytest.fixture
def folder(tmp_path: Path) -> HomeFolder:
    (tmp_path / "ownplug.toml").write_text(FILE)
    return HomeFolder(tmp_path)


def open_desk(
    folder: HomeFolder,
    environment: Mapping[str, str] | None = None,
    options: Mapping[str, object] | None = None,
    use: Callable[[Settings], None] = lambda _: None,
) -> SettingsDesk:
    settings, origins = load_settings(folder.settings_file, environment or {}, options or {})
    return SettingsDesk(folder, settings, origins, use=use)


async def setting(desk: SettingsDesk, name: str) -> SettingView:
    [found] = [each for each in (await desk.all()).settings if each.name == name]
    return found


async def test_each_setting_is_told_with_its_meaning(folder: HomeFolder) -> None:
    desk = open_desk(folder, {"OWNPLUG_HUB_COMMAND_TTL_S": "3"}, {"web.host": "0.0.0.0"})
    settings, _ = load_settings(folder.settings_file, {}, {})
    found = (await desk.all()).settings
    assert [each.name for each in found] == list(settings.by_name())
    assert all(len(each.meaning) > 10 for each in found)
    assert {each.name for each in found if each.effect} == set(CHANGEABLE)
    assert {each.waiting for each in found} == {None}
    interval = await setting(desk, "hub.reading_interval_s")
    assert (interval.value, interval.source, interval.default) == (20.0, str(folder.settings_file), 30.0)
    assert (await setting(desk, "hub.command_ttl_s")).source == "$OWNPLUG_HUB_COMMAND_TTL_S"
    assert (await setting(desk, "web.host")).source == "option"


async def test_what_is_felt_at_once_is_used_at_once(folder: HomeFolder) -> None:
    used: list[Settings] = []
    desk = open_desk(folder, use=used.append)
    found = await desk.change({"hub.reading_interval_s": "30", "hub.position": "1,2"})
    assert [(each.value, each.waiting) for each in found.settings if each.name == "hub.position"] == [
        ("1,2", None)
    ]
    assert (used[0].hub.reading_interval_s, used[0].hub.position) == (30.0, "1,2")
    changed = FILE.replace("= 20 #", "= 30.0 #").replace("slow\n", 'slow\nposition = "1,2"\n')
    assert folder.settings_file.read_text() == changed
    assert folder.settings_file.stat().st_mode & 0o777 == 0o644  # as its owner had it


async def test_what_is_felt_at_the_next_start_waits(folder: HomeFolder) -> None:
    used: list[Settings] = []
    desk = open_desk(folder, use=used.append)
    await desk.change({"broker.sys_interval_s": 5})
    found = await setting(desk, "broker.sys_interval_s")
    assert (found.value, found.waiting, found.source) == (10.0, 5.0, "default")
    assert used == []
    await desk.change({"broker.sys_interval_s": None})
    assert (await setting(desk, "broker.sys_interval_s")).waiting is None


async def test_what_the_owner_writes_meanwhile_waits_too(folder: HomeFolder) -> None:
    desk = open_desk(folder)
    folder.settings_file.write_text(FILE.replace("8481", "8482").replace("= 20", "= 25"))
    await desk.change({"hub.command_ttl_s": 3})
    port, interval = await setting(desk, "web.port"), await setting(desk, "hub.reading_interval_s")
    assert (port.value, port.waiting) == (8481, 8482)
    assert (interval.value, interval.waiting) == (20.0, 25.0)


async def test_a_default_comes_back(folder: HomeFolder) -> None:
    desk = open_desk(folder)
    await desk.change({"hub.reading_interval_s": None})
    found = await setting(desk, "hub.reading_interval_s")
    assert (found.value, found.source) == (30.0, "default")
    assert folder.settings_file.read_text() == FILE.replace(
        "reading_interval_s = 20 # the fridge is slow\n", ""
    )


async def test_without_a_file_one_is_made_that_nobody_else_reads(tmp_path: Path) -> None:
    folder = HomeFolder(tmp_path)
    await open_desk(folder).change({"hub.command_ttl_s": 3})
    assert folder.settings_file.read_text() == "[hub]\ncommand_ttl_s = 3.0\n"
    assert folder.settings_file.stat().st_mode & 0o777 == 0o600


async def test_a_link_to_where_the_owner_keeps_it_stays_one(tmp_path: Path) -> None:
    (tmp_path / "kept.toml").write_text(FILE)
    folder = HomeFolder(tmp_path / "home")
    folder.path.mkdir()
    folder.settings_file.symlink_to(tmp_path / "kept.toml")
    await open_desk(folder).change({"hub.reading_interval_s": 30})
    assert folder.settings_file.is_symlink()
    assert (tmp_path / "kept.toml").read_text() == FILE.replace("20", "30.0")


async def test_of_two_people_the_second_is_told(folder: HomeFolder) -> None:
    desk = open_desk(folder)
    seen = (await desk.all()).edition
    new = await desk.change({"hub.command_ttl_s": 3}, expected=seen)
    with pytest.raises(Changed):
        await desk.change({"hub.command_ttl_s": 4}, expected=seen)
    assert (await setting(desk, "hub.command_ttl_s")).value == 3.0
    folder.settings_file.write_text(FILE)  # by hand
    with pytest.raises(Changed):
        await desk.change({"hub.command_ttl_s": 4}, expected=new.edition)


async def test_changes_at_the_same_moment_are_both_kept(folder: HomeFolder) -> None:
    desk = open_desk(folder)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(desk.change({"hub.command_ttl_s": 3}))
        tasks.create_task(desk.change({"hub.request_timeout_s": 4}))
    settings, _ = load_settings(folder.settings_file, {}, {})
    assert (settings.hub.command_ttl_s, settings.hub.request_timeout_s) == (3.0, 4.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.reading_interval_s": 0},
        {"hub.reading_interval_s": "soon"},
        {"hub.reading_interval_s": True},
        {"hub.reading_interval_s": "nan"},
        {"hub.timezone": "Mars/Olympus"},
        {"hub.timezone": 5},
        {"hub.position": "91,0"},
        {"hub.position": "1,2\n[web]\nhost = '0.0.0.0'"},
        {"hub.position": "1,2\udcff"},
        {"broker.sys_interval_s": -1},
        {"hub.command_ttl_s": 3, "hub.request_timeout_s": 0},
        {"hub.command_ttl_s": 3, "hub.nothing": 0},
        {"nonsense": 1},
        {"hub.": 1},
        {"": None},
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_and_nothing_is_written(
    folder: HomeFolder, changes: dict[str, object]
) -> None:
    desk = open_desk(folder)
    with pytest.raises(UsageError):
        await desk.change(changes)
    assert folder.settings_file.read_text() == FILE
    assert (await setting(desk, "hub.command_ttl_s")).value == 10.0


NEVER = [
    name
    for name in load_settings(Path("none"), {}, {})[0].by_name()
    if name.startswith(("network.", "web.", "broker.mqtt", "hub.login_", "hub.http_"))
]


@pytest.mark.parametrize("name", NEVER)
async def test_no_door_is_opened(folder: HomeFolder, name: str) -> None:
    desk = open_desk(folder)
    with pytest.raises(Forbidden, match=f"^{name} "):
        await desk.change({"hub.command_ttl_s": 3, name: None})
    assert folder.settings_file.read_text() == FILE


def test_the_doors_that_are_meant() -> None:
    assert {"web.host", "web.https", "web.allowed_hosts", "hub.http_fallback"} < set(NEVER)
    assert {"hub.login_attempts", "broker.mqtts", "network.advertise"} < set(NEVER)


@pytest.mark.parametrize(
    ("environment", "options", "said"),
    [
        ({"OWNPLUG_HUB_TIMEZONE": "UTC"}, {}, "OWNPLUG_HUB_TIMEZONE"),
        ({}, {"hub.timezone": "UTC"}, "an option"),
    ],
)
async def test_what_would_have_no_effect_is_refused(
    folder: HomeFolder, environment: dict[str, str], options: dict[str, object], said: str
) -> None:
    desk = open_desk(folder, environment, options)
    with pytest.raises(Conflict, match=said):
        await desk.change({"hub.timezone": "Asia/Qatar"})
    assert folder.settings_file.read_text() == FILE
    await desk.change({"hub.command_ttl_s": 3})  # another one can be
    assert (await setting(desk, "hub.timezone")).value == "UTC"


async def test_a_hub_that_a_program_started_keeps_what_it_was_given(folder: HomeFolder) -> None:
    settings, _ = load_settings(folder.settings_file, {}, {})
    desk = SettingsDesk(folder, settings)
    assert {each.source for each in (await desk.all()).settings} == {"option"}
    with pytest.raises(Conflict):
        await desk.change({"hub.command_ttl_s": 3})


@pytest.mark.parametrize("broken", ["[hub\n", "[hub]\ntimezone = 'Mars'\n", "[nothing]\n", "\xff"])
async def test_a_file_that_is_broken_is_left_to_its_owner(folder: HomeFolder, broken: str) -> None:
    desk = open_desk(folder)
    folder.settings_file.write_bytes(broken.encode("latin-1"))
    with pytest.raises(Conflict) as caught:
        await desk.change({"hub.command_ttl_s": 3})
    assert "Mend the file" in caught.value.hint
    with pytest.raises(Conflict):
        await desk.all()
    assert folder.settings_file.read_bytes() == broken.encode("latin-1")


async def test_a_full_disk_changes_nothing(folder: HomeFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[Settings] = []
    desk = open_desk(folder, use=used.append)

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OwnplugError, match="No space left"):
        await desk.change({"hub.command_ttl_s": 3})
    assert [path.name for path in folder.path.iterdir()] == ["ownplug.toml"]
    assert (folder.settings_file.read_text(), used) == (FILE, [])


@pytest.mark.skipif(os.name != "posix", reason="forks")
def test_a_kill_before_any_step_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    new = FILE.replace("= 20", "= 30.0")
    found, step, killed = [], 0, True
    while killed:
        step += 1
        folder = HomeFolder(tmp_path / str(step))
        folder.path.mkdir()
        folder.settings_file.write_text(FILE)
        killed = is_killed(step, folder)
        found.append(folder.settings_file.read_text())
    assert found == sorted(found)  # "20" is before "30": from one step on it is the new one
    assert set(found) == {FILE, new}


def is_killed(at: int, folder: HomeFolder) -> bool:
    """Change a setting in a process that a kill ends before its step number `at`; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = [at]

        def kill(event: str, arguments: tuple[object, ...]) -> None:
            if event in {"os.rename", "os.chmod", "tempfile.mkstemp", "os.remove"} or (
                event == "open" and arguments[1] != "r" and str(folder.path) in str(arguments[0])
            ):
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)

        desk = open_desk(folder)
        sys.addaudithook(kill)
        asyncio.run(desk.change({"hub.reading_interval_s": 30}))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def test_every_effect_is_used() -> None:
    assert set(CHANGEABLE.values()) == set(Effect)
