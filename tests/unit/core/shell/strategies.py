"""What the console can say, made up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ownplug.core.identity import Mac, Uuid
from ownplug.core.secret import Secret
from ownplug.core.shell import LINE_END, Level, LogLine, ResetReason, TaskStatus, render_log
from ownplug.core.shell.layout import Flag, Layout, Many, Row
from ownplug.core.shell.template import Template

# Every character of a line, and every byte that is no character.
CHARACTERS = st.one_of(
    st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"),
    st.integers(0x80, 0xFF).map(lambda byte: chr(0xDC00 + byte)),
)
TEXTS = (
    st.text(CHARACTERS, max_size=24)
    .map(lambda text: text.encode("utf-8", "surrogateescape"))
    .map(lambda data: data.decode("utf-8", "surrogateescape"))
)
NAMES = st.text("abcXYZ019._", min_size=1, max_size=12)
NUMBERS = st.integers(-(10**17), 10**17)
COUNTS = st.integers(0, 10**9)
MACS = st.text("0123456789abcdef", min_size=12, max_size=12).map(Mac.parse)
UUIDS = st.text("0123456789abcdef", min_size=32, max_size=32).map(Uuid.parse)
MASKED = "xx:xx:xx:xx:xx:xx"

LOGS = st.builds(
    LogLine,
    time_ms=COUNTS,
    module=NAMES,
    level=st.sampled_from(Level) | st.just("trace"),
    function=NAMES,
    line=COUNTS,
    message=st.text("ab []:=,#$T", max_size=20),
)
LOG_BYTES = LOGS.map(lambda log: (render_log(log) + LINE_END).encode())
PIECES = st.one_of(
    LOG_BYTES,
    st.binary(max_size=8),
    TEXTS.map(lambda text: text.encode("utf-8", "surrogateescape")),
    st.sampled_from(
        [
            b"\r\n",
            b"\n",
            b"\r",
            b"$ ",
            b"$",
            b"\n$ ",
            b"[T",
            b"[T: 14 M: mrs",
            b"[T wifi C: erro",
            b"$meross fac",
            b"cmd id 0xd5 -- 0x0 seq 0x5\r\n",
            b"F1: 0000 0000\r\n",
            b"TxPower = 160\n",
            b"\x00\xff\xfe",
            b"\b \b",
        ]
    ),
)
WIRE = st.lists(PIECES, max_size=30).map(b"".join)
"""Anything that a wire may bring, rich in what has a meaning."""

_BY_CODEC: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "name": NAMES,
    "secret": TEXTS.map(Secret),
    "int": NUMBERS,
    "index": st.integers(0, 99),
    "decimal": st.decimals(-(10**9), 10**9, places=6).map(lambda d: Decimal(f"{d:f}")),
    "uuid": UUIDS | st.just("x" * 32),
    "mac": MACS | st.just(MASKED) | st.just("34:29:8F:1A:2B:3C"),
    "bssid": MACS | st.just(MASKED),
    "duration": COUNTS,
    "clock": st.integers(0, 24 * 60 - 1),
    "status": st.sampled_from(TaskStatus) | st.just("Q"),
    "reset": st.sampled_from(ResetReason) | st.just("HAL_WDT_OTHER"),
    "yes": st.booleans(),
    "ok": st.booleans(),
}


def replies(layout: Layout[Any]) -> st.SearchStrategy[Any]:
    """Every reply of one kind."""
    return _values(layout.rows).map(lambda values: layout.kind(**values))


def _values(rows: tuple[Row, ...]) -> st.SearchStrategy[dict[str, Any]]:
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for row in rows:
        match row:
            case str():
                fields |= _fields(row)
            case Flag():
                fields[row.name] = st.booleans()
            case Many():
                fields[row.name] = _items(row)
    return st.fixed_dictionaries(fields)


def _items(row: Many) -> st.SearchStrategy[tuple[Any, ...]]:
    one = _values(row.rows).map(lambda values: row.kind(**values))
    return st.lists(one, max_size=4).map(tuple)


def _fields(text: str) -> dict[str, st.SearchStrategy[Any]]:
    return {
        field.name: _columns(field.codec_name, field.columns)
        if field.columns
        else _BY_CODEC[field.codec_name]
        for field in Template(text).fields
    }


def _columns(codec: str, columns: int) -> st.SearchStrategy[Any]:
    """What stands in a column: its text does not fill it, and ends in no blank."""
    if codec == "text":
        return TEXTS.map(lambda text: text.rstrip(" ")).filter(
            lambda text: len(text.encode("utf-8", "surrogateescape")) < columns
        )
    return st.integers(-(10 ** (columns - 3)), 10 ** (columns - 2)) if codec == "int" else _BY_CODEC[codec]
