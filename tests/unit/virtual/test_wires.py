from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.meross import MessageMaker, Method, encode_message
from ownplug.core.secret import Secret
from ownplug.virtual.wires import LONGEST_LINE, Wire, WireBytes, WireReader, WireText

KEY = "canary key 32"


def reader(*secrets: str) -> WireReader:
    return WireReader(lambda: secrets)


def read(found: WireReader, wire: Wire, data: bytes, *, to_plug: bool = True) -> list[WireText]:
    return list(found.read(WireBytes(wire=wire, to_plug=to_plug, data=data)))


def message(namespace: str, payload: dict[str, Any]) -> bytes:
    maker = MessageMaker(key=Secret(KEY), sender="", new_id=lambda: "1" * 32)
    return encode_message(maker.make(Method.SET, namespace, payload, now_s=1.0))


def test_a_message_is_told_by_method_namespace_and_payload() -> None:
    data = message("Appliance.Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}})
    answer = b"HTTP/1.1 200 OK\r\nServer: HTTPD\r\n\r\n" + data
    told = {"togglex": {"channel": 0, "onoff": 1}}
    for wire, crossed, to_plug in (
        (Wire.MQTT, data, False),
        (Wire.HTTP, data, True),
        (Wire.HTTP, answer, False),
    ):
        [text] = read(reader(), wire, crossed, to_plug=to_plug)
        assert text == WireText(
            wire=wire, to_plug=to_plug, method="SET", namespace="Appliance.Control.ToggleX", payload=told
        )


def test_secrets_are_hidden_by_name_and_by_value() -> None:
    data = message("Appliance.Config.Key", {"key": {"key": KEY, "userId": "10001"}})
    [by_name] = read(reader(), Wire.HTTP, data)
    assert by_name.payload == {"key": {"key": "***", "userId": "***"}}
    [by_value] = read(reader(KEY), Wire.MQTT, message("Appliance.New", {"said": f"<{KEY}>"}))
    assert by_value.payload == {"said": "<***>"}
    [line] = read(reader(KEY), Wire.SERIAL, f"dev.cfg.Key = {KEY}\r\n".encode(), to_plug=False)
    assert line.text == "dev.cfg.Key = ***"


def test_a_secret_that_the_plug_had_before_stays_hidden() -> None:
    secrets = [KEY]
    found = WireReader(lambda: secrets)
    read(found, Wire.SERIAL, b"hello\r")
    secrets.clear()
    [line] = read(found, Wire.SERIAL, f"it was {KEY}\r".encode())
    assert line.text == "it was ***"


@pytest.mark.parametrize(
    "typed",
    [
        b"config write STA WpaPsk hunter22\r",
        b"$ config write STA WpaPsk hunter22\r\n",
        b"config write STAX\b WpaPsk hunter22\r",
        b"config write STA WpaPsk wrong\b\b\b\b\bhunter22\r",
        b"config write nobody knows hunter22\r",
    ],
)
def test_a_secret_is_hidden_while_it_is_being_typed(typed: bytes) -> None:
    found = reader()
    lines = [text.text for byte in typed for text in read(found, Wire.SERIAL, bytes([byte]))]
    assert len(lines) == 1
    assert "hunter22" not in lines[0]
    assert lines[0].endswith("***")


def test_what_is_no_secret_is_told_as_it_was_typed() -> None:
    [line] = read(reader(), Wire.SERIAL, b"$ config write meross dev.ctl.timeZone Europe/Berlin\r")
    assert line.text == "$ config write meross dev.ctl.timeZone Europe/Berlin"


def test_lines_are_told_when_they_are_whole_each_way_for_itself() -> None:
    found = reader()
    assert read(found, Wire.SERIAL, b"meross ") == []
    assert [text.text for text in read(found, Wire.SERIAL, b"a\r\nb\r\n\r\nc", to_plug=False)] == ["a", "b"]
    assert [text.text for text in read(found, Wire.SERIAL, b"hw\r")] == ["meross hw"]


def test_a_line_without_an_end_is_told_in_pieces_and_cut() -> None:
    [text] = read(reader(), Wire.SERIAL, b"x" * 5000)
    assert len(text.text) == LONGEST_LINE
    assert text.text.endswith("…")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "(dropped without an answer)"),
        (b"HTTP/1.1 401 Unauthorized\r\nServer: HTTPD\r\n\r\n", "HTTP/1.1 401 Unauthorized"),
        (b"HTTP/1.1 200 OK\r\n\r\nQUJDRA==", "QUJDRA=="),  # an encrypted body
    ],
)
def test_an_answer_that_is_no_message_is_told_as_text(data: bytes, text: str) -> None:
    [told] = read(reader(), Wire.HTTP, data, to_plug=False)
    assert (told.text, told.payload) == (text, None)


@given(st.sampled_from(Wire), st.booleans(), st.binary(max_size=300))
def test_whatever_crosses_can_be_told(wire: Wire, to_plug: bool, data: bytes) -> None:
    for text in read(reader("secret"), wire, data, to_plug=to_plug):
        assert "secret" not in text.text
