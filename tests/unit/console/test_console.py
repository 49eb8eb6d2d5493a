"""Every command as a method, and none that harms by accident."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from tests.unit.console.scripted import ScriptedPlug, play

from ownplug.console import Console, Session
from ownplug.core.errors import DeviceError, LinkTimeout, Unexpected, UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.secret import Secret
from ownplug.core.shell import COMMANDS, BootPhase, Command, ResetReason, Risk, parse_command, replies

Answers = Mapping[str, bytes]

UUID = Uuid("1811081234567890123448e1e9000001")
MAC = Mac("48:e1:e9:00:00:01")

SAID = {  # what the page does not show
    "stat": b"\r\nTCP\r\n\txmit: 7\r\n",
    "meross scan": b"Ch  SSID\r\n[MRS Scan Event Callback]: Scan Done!\r\n",
}

ASKED: list[tuple[Callable[[Console], Awaitable[object]], str, type[replies.Reply]]] = [
    (lambda c: c.menu(), "?", replies.Menu),
    (lambda c: c.ip(), "ip", replies.IpConfig),
    (lambda c: c.statistics(), "stat", replies.Statistics),
    (lambda c: c.versions(), "ver", replies.Versions),
    (lambda c: c.hardware(), "meross hw", replies.Hardware),
    (lambda c: c.firmware(), "meross fw", replies.FirmwareInfo),
    (lambda c: c.network(), "meross net", replies.Network),
    (lambda c: c.tasks(), "meross task", replies.Tasks),
    (lambda c: c.memory(), "meross mem", replies.Memory),
    (lambda c: c.time(), "meross time", replies.TimeInfo),
    (lambda c: c.sun(), "meross sun", replies.Sun),
    (lambda c: c.power(), "meross power", replies.Power),
    (lambda c: c.scan(), "meross scan", replies.Scan),
    (lambda c: c.light("green", "quick"), "meross led green quick", replies.Quiet),
    (lambda c: c.factory_mode(), "meross fac", replies.FactoryMode),
    (lambda c: c.leave_factory_mode(), "meross fac 0", replies.FactoryMode),
    (lambda c: c.enter_factory_mode(accept=Risk.SETTINGS), "meross fac 1", replies.FactoryMode),
    (lambda c: c.iot_status(), "meross iot status", replies.IotStatus),
    (lambda c: c.rules(), "meross iot rule", replies.Rules),
    (lambda c: c.debug(), "meross iot dbg", replies.Debug),
    (lambda c: c.log_messages(on=True), "meross iot log on", replies.LogDump),
    (
        lambda c: c.upgrade("http://x/y", accept=Risk.FIRMWARE),
        "meross iot upgrade http://x/y",
        replies.Upgrading,
    ),
    (lambda c: c.settings(), "config show", replies.ConfigShow),
    (lambda c: c.settings("STA"), "config show STA", replies.ConfigShow),
    (
        lambda c: c.switch(UUID, on=True, accept=Risk.MAINS),
        f"meross switch {UUID.text} on",
        replies.Switched,
    ),
    (lambda c: c.test_relay(2, 3, accept=Risk.MAINS), "meross test relay 2 3", replies.Quiet),
    (
        lambda c: c.reset_settings("meross", accept=Risk.SETTINGS),
        "config reset meross",
        replies.ConfigReset,
    ),
]


@pytest.mark.parametrize(("ask", "typed", "kind"), ASKED, ids=[typed for _, typed, _ in ASKED])
def test_a_method_types_its_command_and_returns_its_reply(
    answers: Answers, ask: Callable[[Console], Awaitable[object]], typed: str, kind: type[replies.Reply]
) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        assert type(await ask(Console(session))) is kind
        assert plug.executed == [typed]

    play(story, {typed: b"", **answers, **SAID})


def test_every_command_has_a_method() -> None:
    with_arguments = {
        "meross e2p", "meross ping", "config read", "config write", "meross iot unbind", "reboot", "meross crash",
    }  # fmt: skip
    typed = {name for name in COMMANDS for _, line, _ in ASKED if f"{line} ".startswith(f"{name} ")}
    menus = {name for name, spec in COMMANDS.items() if spec.is_menu}
    assert set(COMMANDS) - typed - with_arguments - menus == set()


DANGEROUS = [
    "meross crash", "meross fac 1", f"meross e2p uuid {UUID.text}", f"meross e2p mac {MAC.text}",
    f"meross switch {UUID.text} on", "meross test relay 1 1", "meross iot unbind", "meross iot upgrade http://x",
    "config reset meross", "config reset factory", "config write factory dev.fac.uuid x",
]  # fmt: skip


@pytest.mark.parametrize("line", DANGEROUS)
def test_a_danger_is_only_done_by_its_name(answers: Answers, line: str) -> None:
    command = parse_command(line)
    assert isinstance(command, Command)
    assert command.danger is not None
    right = command.danger.risk

    async def story(session: Session, plug: ScriptedPlug) -> None:
        for accept in (None, *(risk for risk in Risk if risk is not right)):
            with pytest.raises(UsageError) as caught:
                await Console(session).ask(line, accept=accept)
            assert caught.value.hint.endswith(f"accept=Risk.{right.name}")
        assert plug.received == b""
        await Console(session).ask(line, accept=right)
        assert plug.executed == [line]

    play(story, {line: b"", **answers})


def test_a_command_that_the_plug_does_not_know_is_unexpected(answers: Answers) -> None:
    async def story(session: Session, _: ScriptedPlug) -> None:
        with pytest.raises(Unexpected, match="does not know `meross fw`") as caught:
            await Console(session).firmware()
        assert "firmware" in caught.value.hint

    play(story, {name: text for name, text in answers.items() if name != "meross fw"})


def test_a_usage_instead_of_a_reply_is_a_mistake_of_the_caller(answers: Answers) -> None:
    usage = answers["meross led"]

    async def story(session: Session, _: ScriptedPlug) -> None:
        with pytest.raises(UsageError, match="does not take `meross led green on`: meross led red/green"):
            await Console(session).light("green", "on")

    play(story, {**answers, "meross led green on": usage})


REFUSALS: list[tuple[str, replies.Reply, Callable[[Console], Awaitable[object]]]] = [
    (
        "config write meross dev.cfg.Key ***",
        replies.ConfigWrite(group="meross", name="dev.cfg.Key", value=Secret("k"), written=False),
        lambda c: c.write_setting("meross", "dev.cfg.Key", Secret("k")),
    ),
    (
        "meross switch x on",
        replies.Switched(refusal="uuid"),
        lambda c: c.switch("x", on=True, accept=Risk.MAINS),
    ),
]


@pytest.mark.parametrize(("_", "reply", "ask"), REFUSALS)
def test_a_refusal_of_the_plug_is_an_error(
    answers: Answers, _: str, reply: replies.Reply, ask: Callable[[Console], Awaitable[object]]
) -> None:
    text = "".join(f"{line}\r\n" for line in replies.render_reply(reply)).encode()

    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.answers = Everywhere(text)
        with pytest.raises(DeviceError) as caught:
            await ask(Console(session))
        assert caught.value.device_code is None

    play(story, answers)


class Everywhere(dict[str, bytes]):
    """The same answer to every command."""

    def __init__(self, text: bytes) -> None:
        super().__init__()
        self.text = text

    def get(self, key: str, default: Any = None) -> Any:
        return self.text if key else default


def test_a_setting_is_read_and_written(answers: Answers) -> None:
    written = replies.ConfigWrite(group="AP", name="Channel", value=Secret("6"), written=True)
    read = replies.ConfigRead(name="Channel", value=Secret("6"))
    missing = replies.ConfigRead(name=None, value=None, missing=True)

    async def story(session: Session, plug: ScriptedPlug) -> None:
        console = Console(session)
        plug.answers = Everywhere(render(written))
        assert (await console.write_setting("AP", "Channel", "6")).written
        plug.answers = Everywhere(render(read))
        value = await console.read_setting("AP", "Channel")
        assert value is not None
        assert value.reveal() == "6"
        plug.answers = Everywhere(render(missing))
        assert await console.read_setting("AP", "Nothing") is None

    play(story, answers)


def render(reply: replies.Reply) -> bytes:
    return "".join(f"{line}\r\n" for line in replies.render_reply(reply)).encode()


def test_identity_is_both_halves(answers: Answers) -> None:
    halves = {
        "meross e2p uuid": render(replies.Identity(uuid=UUID)),
        "meross e2p mac": render(replies.Identity(mac=MAC)),
    }

    async def story(session: Session, _: ScriptedPlug) -> None:
        identity = await Console(session).identity()
        assert (identity.uuid, identity.mac) == (UUID, MAC)

    play(story, {**answers, **halves})


@pytest.mark.parametrize(("word", "value"), [("uuid", UUID), ("mac", MAC)])
@pytest.mark.parametrize("written", [True, False])
def test_identity_is_written_and_a_failure_is_told(
    answers: Answers, word: str, value: Uuid | Mac, *, written: bool
) -> None:
    reply = replies.Identity(written=written, **{word: value})  # type: ignore[arg-type]  # one of the two

    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.answers = Everywhere(render(reply))
        console = Console(session)
        write: Any = console.write_uuid if word == "uuid" else console.write_mac
        if written:
            assert await write(value, accept=Risk.IDENTITY) == reply
        else:
            with pytest.raises(DeviceError):
                await write(value, accept=Risk.IDENTITY)
        assert plug.executed == [f"meross e2p {word} {value.text}"]

    play(story, answers)


def test_a_ping_is_answered_by_the_log_after_the_prompt(page: Any, answers: Answers) -> None:
    said = next(line for line in page.console if "ping: recv" in line)

    async def story(session: Session, plug: ScriptedPlug) -> None:
        async with asyncio.TaskGroup() as tasks:
            pinging = tasks.create_task(Console(session).ping("127.0.0.1"))
            await asyncio.sleep(1)
            await plug.wire.write(said.encode() + b"\r\n")
        assert pinging.result() == 1
        assert await Console(session).ping("127.0.0.1") is None

    play(story, {**answers, "meross ping 127.0.0.1": b""})


RESTARTS: list[tuple[Callable[[Console], Awaitable[Any]], str]] = [
    (lambda c: c.reboot(), "reboot"),
    (lambda c: c.crash(accept=Risk.RESTART), "meross crash"),
    (lambda c: c.unbind(accept=Risk.PAIRING), "meross iot unbind"),
]


@pytest.mark.parametrize(("restart", "typed"), RESTARTS, ids=[typed for _, typed in RESTARTS])
@pytest.mark.parametrize("prompt_first", [True, False])
def test_a_restart_returns_what_the_start_told_when_the_shell_is_back(
    answers: Answers,
    boot: bytes,
    restart: Callable[[Console], Awaitable[Any]],
    typed: str,
    *,
    prompt_first: bool,
) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        async with asyncio.TaskGroup() as tasks:
            if prompt_first:
                tasks.create_task(start_late(plug, boot))
            report = await restart(Console(session))
        assert report.reset_reason is ResetReason.SOFTWARE
        assert report.phases[:2] == (BootPhase.BROM, BootPhase.BOOTLOADER)
        assert report.port == 1
        assert (await session.ask(Command("meross fw"))).lines

    play(story, {**answers, typed: b"" if prompt_first else boot})


async def start_late(plug: ScriptedPlug, boot: bytes) -> None:
    await asyncio.sleep(2)
    await plug.wire.write(boot)


def test_a_restart_that_does_not_happen_is_told(answers: Answers) -> None:
    async def story(session: Session, _: ScriptedPlug) -> None:
        with pytest.raises(LinkTimeout, match="did not restart within 30 s"):
            await Console(session).reboot()

    play(story, {**answers, "reboot": b""})
