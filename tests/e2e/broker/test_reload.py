"""Users and the certificate change while the server runs, and nobody who need not loses a connection."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ownplug.aio import SystemClock
from ownplug.app.reload import CertificateWatch
from ownplug.core.mqtt import (
    Connack,
    Connect,
    ConnectCode,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
    Will,
)
from ownplug.transport.certificates import CertificateFiles, ensure_certificates
from ownplug.transport.tls import client_context

if TYPE_CHECKING:
    from devtools.program import Program
    from tests.e2e.broker.conftest import Caller, Open

    Call = Callable[..., AbstractAsyncContextManager[Caller]]

pytestmark = pytest.mark.e2e

Q1 = QoS.AT_LEAST_ONCE


def user(home: Path, *words: str, password: str = "") -> None:
    command = [sys.executable, "-m", "ownplug", "user", *words, "--home", str(home)]
    subprocess.run(command, input=password, text=True, check=True, capture_output=True)


def add_user(home: Path, name: str, password: str, *, read: str, write: str) -> None:
    user(home, "add", name, "--password-stdin", "--read", read, "--write", write, password=password)


async def enter(
    caller: Caller,
    password: str,
    client_id: str = "a",
    *,
    name: str = "anna",
    clean: bool = True,
    will: Will | None = None,
) -> Any:
    await caller.say(
        Connect(
            client_id=client_id,
            username=name,
            password=password.encode(),
            clean_session=clean,
            will=will,
        )
    )
    return await caller.hear()


async def run_hub(launch: Callable[..., Program], home: Path) -> tuple[Program, int]:
    """A hub, and the port of its MQTT without TLS."""
    arguments = ("--mqtts", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--web", "127.0.0.1:0")
    program = launch("hub", "run", *arguments, "--advertise", "127.0.0.1", "--home", str(home))
    ready = await asyncio.to_thread(program.ready)
    return program, int(ready["mqtt"].rpartition(":")[2])


async def subscribe(caller: Caller, *filters: str) -> None:
    await caller.say(Subscribe(packet_id=3, requests=tuple(Request(topic_filter=f, qos=Q1) for f in filters)))
    assert await caller.hear() == Suback(packet_id=3, granted=(Q1,) * len(filters))


async def write(caller: Caller, topic: str) -> None:
    await caller.say(Publish(topic=topic, payload=topic.encode(), qos=Q1, packet_id=9))
    assert await caller.hear() == Puback(packet_id=9)


@pytest.mark.parametrize("clean", [True, False])
async def test_connected_clients_have_the_new_rights_and_go_when_the_password_changes(
    launch: Callable[..., Program], tmp_path: Path, call_port: Call, clean: bool
) -> None:
    home = tmp_path / "home"
    program, port = await run_hub(launch, home)
    accepted = Connack(code=ConnectCode.ACCEPTED)
    await asyncio.to_thread(add_user, home, "anna", "password one", read="#", write="old/#")
    async with call_port(port) as caller, call_port(port) as writer:
        assert await enter(caller, "password one", clean=clean) == accepted
        assert await enter(writer, "password one", "writer") == accepted
        await subscribe(caller, "old/+", "new/+")
        await write(writer, "old/1")
        await caller.hear()
        await caller.say(Puback(packet_id=1))

        await asyncio.to_thread(add_user, home, "anna", "password one", read="new/+", write="#")
        await write(writer, "old/2")  # nobody may read it any more
        await write(writer, "new/1")  # what could not be written before
        assert await caller.hear() == Publish(topic="new/1", payload=b"new/1", qos=Q1, packet_id=2)

        await asyncio.to_thread(add_user, home, "anna", "password two", read="new/+", write="#")
        assert await caller.hear() is None
        assert await writer.hear() is None
        assert "its login was changed" in program.log.read_text()
    async with call_port(port) as caller:
        assert await enter(caller, "password one") == Connack(code=ConnectCode.BAD_LOGIN)
    async with call_port(port) as caller:
        answer = await enter(caller, "password two", clean=clean)
        assert answer == Connack(code=ConnectCode.ACCEPTED, session_present=not clean)


async def hears_only(caller: Caller, *topics: str) -> None:
    """Whether these messages, and no others, come before the answer to a ping."""
    await caller.say(Pingreq())
    heard = []
    while isinstance(came := await caller.hear(), Publish):
        heard.append(came.topic)
    assert came == Pingresp()
    assert heard == list(topics)


async def test_a_removed_user_is_gone_at_once_with_all_that_was_kept_and_nobody_else_is(
    launch: Callable[..., Program], tmp_path: Path, call_port: Call
) -> None:
    home, accepted = tmp_path / "home", Connack(code=ConnectCode.ACCEPTED)
    program, port = await run_hub(launch, home)
    for name in ("anna", "ben"):
        await asyncio.to_thread(add_user, home, name, f"{name}s password", read="#", write="#")
    will = Will(topic="left/will", payload=b"nobody may say this any more", qos=Q1, retain=True)
    async with call_port(port) as caller, call_port(port) as other, call_port(port) as ben:
        assert await enter(caller, "annas password", clean=False, will=will) == accepted
        assert await enter(other, "annas password", "other") == accepted
        assert await enter(ben, "bens password", "b", name="ben", clean=False) == accepted
        for writer, topic in ((other, "left/1"), (other, "left/2"), (ben, "left/2"), (ben, "left/3")):
            await writer.say(
                Publish(topic=topic, payload=b"kept", qos=QoS.AT_MOST_ONCE, retain=True), Pingreq()
            )
            assert await writer.hear() == Pingresp()
        for reader in (ben, caller):
            await subscribe(reader, "left/#")
            await hears_only(reader, "left/1", "left/2", "left/3")

        await asyncio.to_thread(user, home, "remove", "anna")
        assert await caller.hear() is None
        assert await other.hear() is None
        await hears_only(ben)  # the will was not published, and this connection is as it was
        async with call_port(port) as stranger:
            assert await enter(stranger, "annas password") == Connack(code=ConnectCode.BAD_LOGIN)

        await asyncio.to_thread(add_user, home, "anna", "another Anna", read="#", write="#")
        async with call_port(port) as namesake:
            assert await enter(namesake, "another Anna", clean=False) == accepted  # and no session present
            await subscribe(namesake, "left/#")
            await hears_only(namesake, "left/2", "left/3")  # whose last writer was Ben
        await asyncio.to_thread(user, home, "remove", "anna")
    program.kill()
    _, port = await run_hub(launch, home)
    async with call_port(port) as caller, call_port(port) as ben:
        assert await enter(caller, "another Anna", clean=False) == Connack(code=ConnectCode.BAD_LOGIN)
        there = Connack(code=ConnectCode.ACCEPTED, session_present=True)
        assert await enter(ben, "bens password", "b", name="ben", clean=False) == there
        await subscribe(ben, "left/#")
        await hears_only(ben, "left/2", "left/3")


@pytest.fixture
async def renewed(
    certificates: CertificateFiles, tmp_path: Path
) -> tuple[CertificateFiles, CertificateFiles]:
    """The files that the server uses, a copy for this test; and what they will be replaced with."""
    shutil.copytree(certificates.ca.parent, tmp_path / "used")
    used = await ensure_certificates(tmp_path / "used", ["localhost", "127.0.0.1"], SystemClock())
    return used, await ensure_certificates(tmp_path / "new", ["localhost"], SystemClock())


def served(port: int) -> str:
    """The certificate that new connections see."""
    return ssl.get_server_certificate(("127.0.0.1", port))


async def test_new_connections_see_the_new_certificate_and_old_ones_stay(
    open_house: Open, renewed: tuple[CertificateFiles, CertificateFiles], caplog: pytest.LogCaptureFixture
) -> None:
    used, new = renewed
    async with open_house() as house, house.call(tls=True) as caller:
        watch = CertificateWatch(used, house.broker)
        await caller.say(Connect(client_id="anna", username="anna", password=b"pw-anna"))
        assert await caller.hear() == Connack(code=ConnectCode.ACCEPTED)
        before = await asyncio.to_thread(served, house.tls_port)
        assert not await watch.look()

        shutil.copy(new.server, used.server)  # the first of two files: they do not fit each other
        assert [await watch.look(), await watch.look()] == [False, False]
        assert caplog.text.count("The changed certificate is not used yet") == 1
        assert await asyncio.to_thread(served, house.tls_port) == before

        shutil.copy(new.server_key, used.server_key)
        assert await watch.look()
        after = await asyncio.to_thread(served, house.tls_port)
        assert after != before
        assert after.strip() in new.server.read_text()
        await caller.say(Pingreq())
        assert await caller.hear() == Pingresp()


async def test_a_running_hub_serves_a_renewed_certificate_on_both_listeners_and_loses_nobody(
    launch: Callable[..., Program], tmp_path: Path, call_port: Call, eventually: Callable[..., Any]
) -> None:
    home = tmp_path / "home"
    addresses = ("--mqtts", "127.0.0.1:0", "--mqtts-legacy", "127.0.0.1:0", "--web", "127.0.0.1:0")
    program = launch("hub", "run", *addresses, "--advertise", "127.0.0.1", "--home", str(home))
    ready = await asyncio.to_thread(program.ready)
    ports = [int(ready[name].rpartition(":")[2]) for name in ("mqtts", "mqtts_legacy")]
    await asyncio.to_thread(add_user, home, "anna", "password one", read="#", write="#")
    tls = client_context(Path(ready["ca"]))
    async with AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(call_port(port, tls)) for port in ports]
        for number, caller in enumerate(callers):
            answer = await enter(caller, "password one", str(number))
            assert answer == Connack(code=ConnectCode.ACCEPTED)
        before = await asyncio.to_thread(served, ports[0])
        shutil.copytree(home / "tls", tmp_path / "renewed")
        for name in ("server.pem", "server.key"):
            (tmp_path / "renewed" / name).unlink()
        await ensure_certificates(tmp_path / "renewed", ["localhost", "127.0.0.1"], SystemClock())
        for name in ("server.pem", "server.key"):
            shutil.copy(tmp_path / "renewed" / name, home / "tls" / name)

        def is_renewed() -> bool:
            seen = {served(port) for port in ports}
            return len(seen) == 1 and before not in seen

        await asyncio.to_thread(eventually, is_renewed)
        for caller in callers:
            await caller.say(Pingreq())
            assert await caller.hear() == Pingresp()
        async with call_port(ports[0], tls) as newcomer:  # the same CA: whoever trusted it goes on trusting
            assert await enter(newcomer, "password one", "new") == Connack(code=ConnectCode.ACCEPTED)
    assert "New connections use the certificate" in program.log.read_text()


async def test_a_certificate_that_is_gone_changes_nothing(
    open_house: Open, renewed: tuple[CertificateFiles, CertificateFiles]
) -> None:
    used, _ = renewed
    async with open_house() as house:
        watch = CertificateWatch(used, house.broker)
        before = await asyncio.to_thread(served, house.tls_port)
        used.server.unlink()
        assert not await watch.look()
        assert await asyncio.to_thread(served, house.tls_port) == before
