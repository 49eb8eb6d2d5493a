from __future__ import annotations

from ownplug.core.identity import Mac
from ownplug.core.shell import (
    LINE_END,
    BootPhase,
    BootReport,
    ResetReason,
    ShellReader,
    Stage,
    encode_text,
    read_boot,
    render_boot,
)
from ownplug.core.shell.boot import NOISE

MAC = Mac.parse("34:29:8f:1a:2b:3c")


def read(lines: list[str]) -> BootReport:
    reader = ShellReader()
    return read_boot([*reader.feed(encode_text("".join(line + LINE_END for line in lines))), *reader.flush()])


def test_a_start_tells_what_it_was_made_of() -> None:
    report = read(
        render_boot(MAC, reset_reason=ResetReason.WATCHDOG, timers=3, autooffs=1, platform="MT7682-E4")
    )
    assert report == BootReport(
        phases=tuple(BootPhase),
        reset_reason=ResetReason.WATCHDOG,
        platform="MT7682-E4",
        mac=MAC,
        access_point=MAC,
        timers=3,
        autooffs=1,
        port=1,
        stage=Stage.PAIRING,
        logs=12,
        damaged=1,
        unexplained=(NOISE,),
    )


def test_a_paired_plug_opens_no_network_of_its_own() -> None:
    report = read(render_boot(MAC, own_network=False))
    assert (report.access_point, report.port, report.stage) == (None, 0, Stage.SEARCHING)


def test_an_unknown_reason_is_kept() -> None:
    assert read(render_boot(MAC, reset_reason="HAL_WDT_OTHER")).reset_reason == "HAL_WDT_OTHER"


def test_a_start_begins_with_a_byte_that_is_no_text() -> None:
    assert encode_text(render_boot(MAC)[0]) == b"R\xff"


def test_half_a_start_tells_half() -> None:
    report = read(render_boot(MAC)[:20])
    assert report.phases == (BootPhase.BROM, BootPhase.BOOTLOADER)
    assert (report.reset_reason, report.mac, report.port, report.stage) == (None, None, None, Stage.STARTING)


def test_nothing_tells_nothing() -> None:
    assert read([]) == BootReport()
