"""A plug gets another firmware from the hub, or keeps the old one and the owner is told why."""

from __future__ import annotations

import asyncio
import hashlib
import re
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.e2e.firmware.conftest import DEADLINE_S, QUICK, Document, Home, eventually, image

from ownplug.core.errors import Conflict, DeviceError, LinkError, NotFound, UsageError
from ownplug.core.image import Binary, render_container
from ownplug.virtual import Faults

pytestmark = pytest.mark.e2e

MakeHome = Callable[..., Awaitable[Home]]
NEW = image()


async def followed(home: Home, listens: asyncio.Event) -> list[Document]:
    """What the hub tells of the upgrade, from the beginning to the end."""
    seen: list[Document] = []
    async with aclosing(home.api.events()) as events:
        async for event in events:
            listens.set()
            if event["event"] == "firmware-progress":
                seen.append(event)
                if event["state"] in {"done", "failed"}:
                    return seen
    return seen


async def until_listened(home: Home, listens: asyncio.Event) -> None:
    """Let something happen until the listener has heard of it."""
    while not listens.is_set():
        await home.api.toggle("kettle")
        await asyncio.sleep(0.02)


async def test_a_plug_is_upgraded_while_everybody_can_watch(home: Home) -> None:
    data = image(bytes_more=600_000)
    listens = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(followed(home, listens))
        await until_listened(home, listens)
        begun = await home.begin(data, md5=hashlib.md5(data).hexdigest().upper())
    assert begun["upgrade"]["state"] == "offered"
    told = following.result()
    states = list(dict.fromkeys(event["state"] for event in told))
    assert states == ["checking", "offered", "downloading", "writing", "restarting", "done"]
    percents = [event["percent"] for event in told if event["state"] == "downloading"]
    assert percents == sorted(percents)
    assert len(set(percents)) > 10
    assert (told[-1]["name"], told[-1]["version"], told[-1]["failure"]) == ("kettle", "2.1.17", "")

    assert (await home.api.plug("kettle"))["firmware"] == "2.1.17"
    assert await home.version() == "2.1.17"
    found = await home.api.firmware("kettle")
    assert (found["version"], found["model"], found["chip"]) == ("2.1.17", "mss310", "mt7682")
    job = found["upgrade"]
    assert (job["before"], job["after"], job["size_bytes"]) == ("2.1.7", "2.1.17", len(data))
    assert job["failure"] is None

    with pytest.raises(Conflict, match="has that firmware already"):
        await home.begin(data)


DAMAGED = bytearray(NEW)
DAMAGED[-10] ^= 1


@pytest.mark.parametrize(
    ("data", "changed", "says"),
    [
        (NEW, {"model": "mss210"}, "The image says that it is for mss310"),
        (NEW, {"hardware": "6.0.0"}, "The image says that it is for mss310 with hardware 2.0.0"),
        (image(model="mss210"), {"model": "mss210"}, "kettle is mss310 with hardware 2.0.0, not mss210"),
        (NEW, {"md5": "0" * 32}, "MD5"),
        (NEW, {"md5": "none"}, "md5"),
        (bytes(DAMAGED), {}, "is damaged"),
        (NEW[:-4], {}, "cut off"),
        (b"<html>" * 99, {}, "no firmware image"),
        (b"", {}, "no firmware image"),
        (NEW, {"confirm": "kettl"}, "name that was typed"),
        (NEW, {"is_virtual": False}, "a real plug could take it"),
        (render_container([Binary(data=b"machine code")]), {}, "none for a virtual plug"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_wrong_is_refused_before_the_plug_hears_of_it(
    home: Home, data: bytes, changed: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        await home.begin(data, **changed)
    assert home.plug.status().is_upgrading is False
    assert await home.version() == "2.1.7"


async def test_a_chip_whose_images_are_not_known_gets_none(make_home: MakeHome) -> None:
    home = await make_home(model="mss310@6.1.12")
    data = image(hardware="6.0.0", version="6.2.0")
    with pytest.raises(UsageError, match="The chip of kettle is rtl8710cf"):
        await home.begin(data, hardware="6.0.0")
    assert (await home.api.firmware("kettle"))["upgrade"]["failure"]["code"] == "usage"


async def test_a_plug_that_is_away_is_not_upgraded(home: Home) -> None:
    home.plug.unplug()

    async def away() -> bool:
        return bool((await home.api.plug("kettle"))["availability"] == "offline")

    await eventually(away)
    with pytest.raises(LinkError, match="offline"):
        await home.begin(NEW)


@pytest.mark.parametrize(
    ("data", "changed", "says"),
    [
        (image(bytes_more=1024 * 1024), {}, "could not fetch the image"),
        (render_container([Binary(data=b"machine code")]), {"is_virtual": False}, "the image is not good"),
    ],
    ids=["too long for it", "it does not like what is inside"],
)
async def test_what_the_plug_refuses_fails_and_its_firmware_works_on(
    home: Home, data: bytes, changed: dict[str, Any], says: str
) -> None:
    await home.begin(data, **changed)
    job = await home.over()
    assert (job["state"], job["failure"]["code"], job["after"]) == ("failed", DeviceError.code, "")
    assert says in job["failure"]["message"]
    assert await home.version() == "2.1.7"
    assert (await home.api.toggle("kettle"))["channel"] == 0


async def test_a_download_that_breaks_off_changes_nothing_and_the_next_try_works(make_home: MakeHome) -> None:
    home = await make_home(faults=Faults(broken_download=0.5))
    data = image(bytes_more=400_000)
    await home.begin(data)
    job = await home.over()
    assert (job["state"], job["failure"]["code"]) == ("failed", DeviceError.code)
    assert 0 < job["percent"] < 100
    assert await home.version() == "2.1.7"
    home.plug.set_faults(Faults())
    await home.begin(data)
    assert (await home.over())["after"] == "2.1.17"


async def test_a_plug_is_upgraded_once_at_a_time_and_what_it_was_told_cannot_be_taken_back(
    make_home: MakeHome,
) -> None:
    home = await make_home(timing=replace(QUICK, flash_s=2.0))
    with pytest.raises(NotFound, match="not being upgraded"):
        await home.api.give_up_upgrade("kettle")
    await home.begin(NEW)
    with pytest.raises(Conflict, match="is being upgraded"):
        await home.begin(NEW)
    with pytest.raises(Conflict, match="cannot be stopped"):
        await home.api.give_up_upgrade("kettle")
    assert (await home.over())["state"] == "done"
    await home.api.give_up_upgrade("kettle")  # forgets how it ended
    assert (await home.api.firmware("kettle"))["upgrade"] is None


def fetched(url: str) -> int:
    """The status with which a stranger's GET is answered; 0: nobody listens there."""
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except urllib.error.URLError:
        return 0


async def printed_url(tty: str) -> str:
    """The URL that the plug's console says it fetches; a terminal reads along."""
    place = urlsplit(tty)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not (found := re.search(rb"download (http://\S+)", await reader.readline())):
                continue
        return found[1].decode()
    finally:
        writer.transport.abort()


async def test_an_image_is_handed_out_once_and_only_while_it_is_needed(make_home: MakeHome) -> None:
    home = await make_home(timing=replace(QUICK, flash_s=2.0), tty="tcp:127.0.0.1:0")
    async with asyncio.TaskGroup() as tasks:
        printed = tasks.create_task(printed_url(home.plug.tty))
        await home.begin(NEW)
    url = printed.result()
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/[0-9a-f]{32}\.bin", url)

    async def writing() -> bool:
        return bool((await home.api.firmware("kettle"))["upgrade"]["state"] == "writing")

    await eventually(writing)
    assert await asyncio.to_thread(fetched, url) == 404  # the plug has had it
    assert await asyncio.to_thread(fetched, url.replace(".bin", ".bim")) == 404
    assert await asyncio.to_thread(fetched, url.rpartition("/")[0] + "/") == 404
    assert (await home.over())["state"] == "done"

    async def closed() -> bool:
        return await asyncio.to_thread(fetched, url) == 0

    await eventually(closed)
