"""`ownplug doctor`: find out what keeps a plug from working, one thing after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import click

from ownplug.aio import SystemClock
from ownplug.cli.frame import Frame, group, pass_frame
from ownplug.cli.output import escape_controls
from ownplug.cli.running import run_async
from ownplug.cli.target import hub_option, open_hub_client
from ownplug.core.errors import LinkTimeout, NotFound, OwnplugError, Unreachable, UsageError
from ownplug.core.secret import Secret
from ownplug.core.servers import parse_server
from ownplug.transport.endpoint import parse_endpoint

if TYPE_CHECKING:
    from ownplug.client import HubClient
    from ownplug.pairing import Candidate, Finding, KeyFinding, TlsFinding

_COLOURS = {"good": "green", "bad": "red", "unknown": "yellow"}


@group("doctor", examples=["ownplug doctor tls 192.168.1.10:8883", "ownplug doctor plug kettle"])
def doctor() -> None:
    """Find out what keeps a plug from working.

    Each ends with status 1 where something is bad, and says what to do about it.
    """


@doctor.command(
    "tls", examples=["ownplug doctor tls 192.168.1.10:8883", "ownplug doctor tls --listen 0.0.0.0:8883"]
)
@click.argument("server", required=False, metavar="[HOST:PORT]")
@click.option("--listen", metavar="HOST:PORT", help="Wait there for a plug instead, and read what it offers.")
@click.option(
    "--timeout", "timeout_s", default=120.0, show_default=True, help="Seconds to wait for it, with --listen."
)
@pass_frame
def tls(frame: Frame, *, server: str | None, listen: str | None, timeout_s: float) -> None:
    """Tell whether plugs can speak TLS with a server, and if not, which part of it is in the way.

    With --listen it takes the server's place and tells what a plug offers: the version, the ciphers, and whether our
    usual and our legacy listener would take it.
    """
    if bool(server) is bool(listen):
        raise UsageError("Name a server, or --listen for a plug.", hint="For example: 192.168.1.10:8883")
    if server:
        _examine(frame, _try_tls(*_host_port(server)))
    else:
        _examine(frame, _listen(frame, *_host_port(listen or ""), timeout_s))


@doctor.command(
    "key",
    examples=["ownplug doctor key http://192.168.1.50", "ownplug doctor key http://192.168.1.50 --key K"],
)
@click.argument("url")
@click.option("--key", "keys", multiple=True, help="A key that it may have; may be repeated.")
@hub_option
@pass_frame
def key(frame: Frame, *, url: str, keys: tuple[str, ...], hub_url: str | None) -> None:
    """Tell which key the plug at URL has, of those that are known.

    Each is tried once, and only on what proves to be a Meross plug: those given, those of the home's hub if one runs,
    none at all, and the defaults of other pairing programs.
    """
    _examine(frame, _try_keys(frame, url, keys, hub_url))


@doctor.command(
    "broker",
    examples=[
        "ownplug doctor broker",
        "ownplug doctor broker mqtts://192.168.1.10:8883 --key K --user-id 10001",
    ],
)
@click.argument("url", required=False)
@click.option("--key", help="The key of the home whose plugs shall live there.")
@click.option("--user-id", help="The user id of that home.")
@hub_option
@pass_frame
def broker(
    frame: Frame, *, url: str | None, key: str | None, user_id: str | None, hub_url: str | None
) -> None:
    """Tell whether a plug could live at an MQTT server; without URL, at the home's own.

    Does there once what a plug does, as a plug that does not exist: TLS, login, its two topics, the questions of its
    start-up talk.
    """
    if url is None:
        _examine(frame, _own_broker(frame, hub_url))
        return
    if not key or not user_id:
        raise UsageError("Another server needs --key and --user-id: what a plug's login is made of.")
    _examine(frame, _any_broker(*parse_server(url), user_id, Secret(key)))


@doctor.command("plug", examples=["ownplug doctor plug kettle"])
@click.argument("plug")
@hub_option
@pass_frame
def plug(frame: Frame, *, plug: str, hub_url: str | None) -> None:
    """Tell everything about one plug of the home, from the way to it to its last message."""
    from ownplug.cli.doctor_plug import examine_plug

    async def findings() -> AsyncIterator[Finding]:
        async with open_hub_client(frame, hub_url) as hub:
            async for finding in examine_plug(hub, plug):
                yield finding

    _examine(frame, findings())


def _examine(frame: Frame, findings: AsyncIterator[Finding]) -> None:
    """Print each finding as it comes; end with status 1 where one is bad."""
    from ownplug.pairing import Health

    seen: list[Finding] = []

    async def follow() -> None:
        async with aclosing(findings) as coming:  # type: ignore[type-var]  # each is a generator
            async for finding in coming:
                seen.append(finding)
                if not frame.json:
                    click.echo("\n".join(_lines(finding)))

    run_async(follow())
    is_healthy = all(finding.health is not Health.BAD for finding in seen)
    if frame.json:
        frame.print_line({"healthy": is_healthy, "findings": [_document(finding) for finding in seen]})
    if not is_healthy:
        raise click.exceptions.Exit(1)


def _lines(finding: Finding) -> Iterable[str]:
    health = finding.health.value
    yield f"{click.style(f'{health:<8}', fg=_COLOURS[health])} {finding.about}: {escape_controls(finding.seen)}"
    if finding.remedy:
        yield f"{'':9}{escape_controls(finding.remedy)}"


def _document(finding: Finding) -> dict[str, Any]:
    return {
        "about": finding.about,
        "health": finding.health.value,
        "seen": finding.seen,
        "remedy": finding.remedy,
    }


async def _try_tls(host: str, port: int) -> AsyncIterator[Finding]:
    from ownplug.pairing import GatewayAddress, bad, check_tls, good

    about = f"TLS of {GatewayAddress(host=host, port=port)}"
    try:
        found = await check_tls(host, port)
    except Unreachable as error:
        yield bad(about, str(error), error.hint)
        return
    verdict = found.verdict
    yield bad(about, verdict.sentence, verdict.remedy) if verdict.remedy else good(about, verdict.sentence)
    if found.agreed:
        yield good("agreed on", found.agreed)
    if not verdict.remedy:
        yield _oldest(found)
    for finding in _certificate(found):
        yield finding


def _oldest(found: TlsFinding) -> Finding:
    from ownplug.pairing import good, unknown

    about = "ciphers of the oldest plugs (AES128-SHA)"
    if found.takes_oldest:
        return good(about, "taken")
    return unknown(
        about,
        "refused; nobody knows which plugs have no others",
        "If a plug finds no shared cipher there: the cipher list DEFAULT:@SECLEVEL=1 takes them.",
    )


def _certificate(found: TlsFinding) -> Iterable[Finding]:
    from ownplug.pairing import bad, good

    certificate = found.certificate
    if certificate is None:
        return
    told = f"{certificate.key}, for {', '.join(certificate.names) or 'no name'}, until {certificate.ends:%Y-%m-%d}"
    if certificate.is_rsa:
        yield good("its certificate", told)
    else:
        yield bad("its certificate", told)


async def _listen(frame: Frame, host: str, port: int, timeout_s: float) -> AsyncIterator[Finding]:
    from ownplug.pairing import first_bytes, good, judge_hello

    frame.note(f"Waiting on {host}:{port} for a plug; Ctrl-C ends it.")
    try:
        address, said = await first_bytes(host, port, timeout_s=timeout_s)
    except TimeoutError as error:
        raise LinkTimeout(
            f"Nobody came to {host}:{port} within {timeout_s:g} seconds.",
            hint="Is that the address and port that the plug was told? A plug in pairing mode goes nowhere.",
        ) from error
    yield good("who came", address)
    async for finding in judge_hello(said, SystemClock()):
        yield finding


async def _try_keys(
    frame: Frame, url: str, keys: tuple[str, ...], hub_url: str | None
) -> AsyncIterator[Finding]:
    from ownplug.pairing import DEFAULTS, Candidate, find_key, good

    candidates = [Candidate(whose="the key given", key=Secret(key)) for key in keys]
    candidates += await _keys_of_hub(frame, hub_url)
    candidates += [Candidate(whose=whose, key=key) for whose, key in DEFAULTS.items()]
    distinct = list({candidate.key.reveal(): candidate for candidate in reversed(candidates)}.values())[::-1]
    found = await find_key(url, distinct, now_s=SystemClock().now().timestamp())
    yield good("what answers", f"a Meross plug, {found.uuid}")
    yield _key_finding(found)


def _key_finding(found: KeyFinding) -> Finding:
    from ownplug.pairing import bad, good

    about = "its key"
    if not found.checks_keys:
        return good(about, "it belongs to nobody and checks none: it is in pairing mode")
    if found.fitting is None:
        return bad(
            about,
            f"none of the {found.tried} that were tried",
            "Give more with --key; or hold its button for five seconds and pair it again.",
        )
    return good(about, f"{found.fitting.whose} fits")


async def _keys_of_hub(frame: Frame, hub_url: str | None) -> list[Candidate]:
    from ownplug.pairing import Candidate

    try:
        async with open_hub_client(frame, hub_url) as hub:
            home = await hub.home(show_secrets=True)
            plugs = [await hub.plug(plug["uuid"], show_secrets=True) for plug in await hub.plugs()]
    except Unreachable:
        if hub_url:
            raise
        return []
    own = [Candidate(whose="the home's key", key=Secret(home["key"]))]
    return own + [Candidate(whose=f"the key of {plug['name']}", key=Secret(plug["key"])) for plug in plugs]


async def _own_broker(frame: Frame, hub_url: str | None) -> AsyncIterator[Finding]:
    from ownplug.pairing import home_of, invented_plug

    async with open_hub_client(frame, hub_url) as hub:
        home = await home_of(hub)
        server = home.servers[0]
        try:
            async for finding in _any_broker(server.host, server.port, home.user_id, home.key):
                yield finding
        finally:
            await _forget(frame, hub, invented_plug().text)


async def _forget(frame: Frame, hub: HubClient, uuid: str) -> None:
    """Have the hub forget the plug that we played; what failed before is the news, not this."""
    try:
        await hub.forget(uuid)
    except NotFound:  # it was not let in
        return
    except OwnplugError as error:
        frame.note(f"The hub still lists the plug that was played, {uuid}: {error}")


async def _any_broker(host: str, port: int, user_id: str, key: Secret) -> AsyncIterator[Finding]:
    from ownplug.pairing import GatewayAddress, check_broker

    server = GatewayAddress(host=host, port=port)
    now_s = SystemClock().now().timestamp()
    async for finding in check_broker(server, user_id=user_id, key=key, now_s=now_s):
        yield finding


def _host_port(text: str) -> tuple[str, int]:
    host, port = parse_endpoint(text, "HOST:PORT")
    if not port:
        raise UsageError("Port 0 is nobody's.", hint="Name the port, often 8883.")
    return host, port
