"""One owner's talk with a shell, through everything that a serial line does to it."""

from __future__ import annotations

import asyncio
import string
from collections.abc import Mapping

import pytest
from tests.unit.console.scripted import LOG, ScriptedPlug, play

from ownplug.console import Session, SessionSettings, sightings
from ownplug.core.errors import (
    LinkBroken,
    LinkTimeout,
    Malformed,
    Noise,
    OwnplugError,
    Restarted,
    UsageError,
)
from ownplug.core.shell import BootLine, Command, LogLine, parse_command
from ownplug.core.shell.replies import FirmwareInfo, Hardware, NotKnown

Answers = Mapping[str, bytes]

FW = Command("meross fw")
CRASH = Command("meross crash")


def failed(caught: pytest.ExceptionInfo[OwnplugError]) -> tuple[str, str]:
    return str(caught.value), caught.value.hint


def test_every_command_of_the_page_is_answered_as_on_the_page(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        for typed in answers:
            answer = await session.ask(typed)
            assert answer.command == parse_command(typed)
            assert plug.executed[-1] == typed
        assert plug.executed == list(answers)

    play(story, answers)


def test_an_answer_is_typed(answers: Answers) -> None:
    async def story(session: Session, _: ScriptedPlug) -> None:
        answer = await session.ask(FW)
        assert isinstance(answer.reply, FirmwareInfo)
        assert answer.reply.version == "2.1.7"
        assert answer.lines[0] == "firmware info"
        assert not answer.restarted

    play(story, answers)


def test_a_line_that_no_command_begins_is_sent_as_it_is(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        assert isinstance((await session.ask("coffee please")).reply, NotKnown)
        await session.ask("")
        assert plug.executed == ["coffee please"]

    play(story, answers)


def test_a_line_that_somebody_left_behind_is_erased_and_not_executed(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.line = "meross crash"
        await session.ask(FW)
        assert plug.executed == ["meross fw"]

    play(story, answers)


def test_nothing_is_sent_before_the_first_command_and_no_enter_at_a_prompt(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        await plug.wire.write(b"\r\n$ ")
        await asyncio.sleep(100)
        assert plug.received == b""
        await session.ask(FW)
        assert plug.received == b"meross fw\r"

    play(story, answers)


@pytest.mark.parametrize("at", range(1, 10))
def test_a_log_line_within_the_echo_changes_nothing(answers: Answers, at: int) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.chatters_at = {at}
        assert (await session.ask(FW)).lines == ("firmware info", *lines_of(answers["meross fw"])[1:])
        assert plug.executed == ["meross fw"]

    play(story, answers)


def lines_of(text: bytes) -> list[str]:
    return text.decode().splitlines()


def test_a_command_of_which_characters_were_lost_is_typed_again_before_it_is_sent(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.loses = {3, 14}
        assert isinstance((await session.ask(FW)).reply, FirmwareInfo)
        assert plug.executed == ["meross fw"]

    play(story, answers)


def test_without_an_echo_what_is_harmless_is_sent_all_the_same(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.echoes = False
        assert isinstance((await session.ask(FW)).reply, FirmwareInfo)

    play(story, answers)


@pytest.mark.parametrize("command", ["meross crash", "meross fac 1", "made up"])
def test_without_an_echo_what_could_harm_is_not_sent(answers: Answers, command: str) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.echoes = False
        with pytest.raises(LinkTimeout, match="was not sent") as caught:
            await session.ask(command)
        assert "--tx-delay" in caught.value.hint
        assert plug.executed == []

    play(story, answers)


def test_a_plug_that_is_silent_has_its_sentence(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.echoes, plug.stalls = False, {""}
        with pytest.raises(LinkTimeout) as caught:
            await session.find_prompt()
        sentence, hint = failed(caught)
        assert sentence == "Nothing came from the plug within 10 s."
        assert "TX and RX" in hint
        assert asyncio.get_running_loop().time() == pytest.approx(10)

    play(story, answers)


def test_a_plug_that_talks_without_a_prompt_has_its_sentence(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.echoes, plug.stalls = False, {""}
        await plug.wire.write(LOG)
        with pytest.raises(LinkTimeout, match="talks, but gave no prompt") as caught:
            await session.ask(FW)
        assert "TX of the adapter" in caught.value.hint

    play(story, answers)


@pytest.mark.parametrize("garbage", [b"\xf0\x9f\x80\x00" * 10, bytes(40), b"\x7f\x80a" * 10])
def test_another_speed_is_called_noise(answers: Answers, garbage: bytes) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.stalls, plug.echoes = {""}, False
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(babble(plug, garbage))
            with pytest.raises(Noise) as caught:
                await session.ask(FW)
        sentence, hint = failed(caught)
        assert "noise" in sentence
        assert "115200" in hint

    play(story, answers)


async def babble(plug: ScriptedPlug, garbage: bytes) -> None:
    for _ in range(3):
        await asyncio.sleep(0.1)
        await plug.wire.write(garbage)


def test_the_first_byte_of_a_start_is_no_noise(answers: Answers, boot: bytes) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        await plug.wire.write(b"R\xff\x00" + boot)
        await session.ask(FW)

    play(story, answers)


def test_no_answer_is_a_timeout_and_the_next_command_is_answered_right(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.stalls = {"meross hw"}
        with pytest.raises(LinkTimeout, match="did not answer: 'meross' took more than 5 s"):
            await session.ask("meross hw")
        await plug.wire.write(answers["meross hw"] + b"$ ")  # late
        assert isinstance((await session.ask(FW)).reply, FirmwareInfo)
        plug.stalls = set()
        assert isinstance((await session.ask("meross hw")).reply, Hardware)

    play(story, answers)


def test_an_answer_that_stops_half_way_is_told_apart(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.stalls = {"meross hw"}
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(say_late(plug, b"hardware info\r\nmodel"))
            with pytest.raises(LinkTimeout, match="began to answer and stopped"):
                await session.ask("meross hw")

    play(story, answers)


async def say_late(plug: ScriptedPlug, text: bytes) -> None:
    await asyncio.sleep(1)
    assert plug.executed
    await plug.wire.write(text)


def test_an_answer_may_take_long_as_long_as_it_goes_on(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.stalls = {"meross hw"}
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(say_slowly(plug, answers["meross hw"] + b"$ "))
            assert isinstance((await session.ask("meross hw")).reply, Hardware)
        assert asyncio.get_running_loop().time() > 20

    play(story, answers)


async def say_slowly(plug: ScriptedPlug, text: bytes) -> None:
    for line in text.splitlines(keepends=True):
        await asyncio.sleep(4)
        await plug.wire.write(line)


@pytest.mark.parametrize("text", [b"x" * 2_000_000 + b"\r\n", (b"x" * 999 + b"\r\n") * 1100])
def test_an_answer_without_end_is_refused_and_the_talk_goes_on(answers: Answers, text: bytes) -> None:
    endless = {**answers, "meross hw": text}

    async def story(session: Session, _: ScriptedPlug) -> None:
        with pytest.raises(Malformed, match="more than 1000000 characters"):
            await session.ask("meross hw")
        assert isinstance((await session.ask(FW)).reply, FirmwareInfo)

    play(story, endless)


def test_a_restart_in_mid_command_is_told_and_the_next_command_waits_for_it(
    answers: Answers, boot: bytes
) -> None:
    falling = {**answers, "meross hw": b"hardware info\r\nmod" + boot}

    async def story(session: Session, _: ScriptedPlug) -> None:
        with pytest.raises(Restarted) as caught:
            await session.ask("meross hw")
        assert failed(caught) == (
            "The plug restarted before it answered 'meross hw'.",
            "`ownplug console watch` shows the reason at its next start.",
        )
        assert isinstance((await session.ask(FW)).reply, FirmwareInfo)

    play(story, falling)


def test_a_restart_is_the_answer_to_a_command_that_restarts(answers: Answers, boot: bytes) -> None:
    async def story(session: Session, _: ScriptedPlug) -> None:
        answer = await session.ask("reboot")
        assert answer.restarted
        assert answer.lines == ("rebooting",)

    play(story, {**answers, "reboot": b"rebooting\r\n" + boot})


def test_a_pulled_cable_ends_the_command_and_all_that_follow(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.dies_at = "meross hw"
        for command in ("meross hw", "meross fw"):
            with pytest.raises(LinkBroken):
                await session.ask(command)
        with session.subscribe() as events:
            assert [event async for event in events] == []

    play(story, answers)


def test_a_far_side_that_ends_is_a_broken_link(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        await plug.wire.close()
        with pytest.raises(LinkBroken, match="The far side ended the console"):
            await anext(sightings(session))

    play(story, answers)


def test_commands_that_are_asked_at_once_do_not_mix(answers: Answers) -> None:
    names = ["meross hw", "meross fw", "meross mem", "ver", "ip"]

    async def story(session: Session, plug: ScriptedPlug) -> None:
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(session.ask(name)) for name in names]
        assert [task.result().lines for task in asked] == [tuple(lines_of(answers[name])) for name in names]
        assert plug.executed == names

    play(story, answers)


def test_a_command_that_is_given_up_does_not_disturb_the_next(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.stalls = {"meross hw"}
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(session.ask("meross hw"))
            await asyncio.sleep(1)
            assert plug.executed
            asking.cancel()
        await plug.wire.write(answers["meross hw"] + b"$ ")
        assert isinstance((await session.ask(FW)).reply, FirmwareInfo)

    play(story, answers)


def test_a_slow_typist_waits_after_each_character(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        await plug.wire.write(b"$ ")
        await asyncio.sleep(1)
        await session.ask(FW)
        gaps = [round(b - a, 6) for a, b in zip(plug.arrivals_s, plug.arrivals_s[1:], strict=False)]
        assert gaps == [0.25] * len("meross fw")

    play(story, answers, SessionSettings(tx_delay_s=0.25))


def test_a_port_that_takes_nothing_has_its_sentence(answers: Answers) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        plug.answers = {}
        with pytest.raises(LinkTimeout, match="takes no more bytes"):
            await session.ask(FW)

    class Stuck(ScriptedPlug):
        async def run(self) -> None:
            await asyncio.Event().wait()

    from ownplug.aio import memory_pair
    from ownplug.testing import run_in_loop_time

    async def stage() -> None:
        near, far = memory_pair(limit=16)
        async with Session(near) as session:
            await story(session, Stuck(far, answers))

    run_in_loop_time(stage())


def test_what_comes_by_itself_goes_to_whoever_subscribed(answers: Answers, boot: bytes) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        with session.subscribe() as events:
            await plug.wire.write(boot + b"$ " + LOG)
            await plug.wire.close()
            heard = [event async for event in events]
        assert sum(isinstance(event, BootLine) for event in heard) > 10
        assert isinstance(heard[-1], LogLine)

    play(story, answers)


@pytest.mark.parametrize("line", ["meross\x03hw", "a\tb", "x" * 257])
def test_what_cannot_be_typed_is_refused_before_anything_is_sent(answers: Answers, line: str) -> None:
    async def story(session: Session, plug: ScriptedPlug) -> None:
        with pytest.raises(UsageError):
            await session.ask(line)
        assert plug.received == b""

    play(story, answers)


@pytest.mark.parametrize(
    "settings", [{"answer_timeout_s": 0}, {"prompt_timeout_s": -1}, {"echo_timeout_s": 0}, {"tx_delay_s": 2}]
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        SessionSettings(**settings)


def test_text_from_the_plug_may_be_anything(answers: Answers) -> None:
    odd = {
        **answers,
        "meross hw": bytes(set(range(256)) - {*b"\r\n$["} - set(string.printable.encode())) + b"\r\n",
    }

    async def story(session: Session, _: ScriptedPlug) -> None:
        answer = await session.ask("meross hw")
        assert len(answer.lines) == 1

    play(story, odd)
