from __future__ import annotations

import contextlib
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ownplug.core.errors import Malformed
from ownplug.transport.hello import ClientHello, describe_first_bytes


def block(length_size: int, content: bytes) -> bytes:
    return len(content).to_bytes(length_size, "big") + content


def extension(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2, "big") + block(2, content)


def hello_bytes(*, version: int = 0x0303, suites: bytes, extensions: bytes | None = None) -> bytes:
    """A ClientHello as RFC 5246 section 7.4.1.2 draws it, in one record."""
    body = version.to_bytes(2, "big") + bytes(32) + block(1, b"") + block(2, suites) + block(1, b"\0")
    if extensions is not None:
        body += block(2, extensions)
    return b"\x16\x03\x01" + block(2, b"\x01" + block(3, body))


def python_hello(server_hostname: str | None = "hub.home") -> bytes:
    """What Python's own client says first: an independent writer of hellos."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=server_hostname)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def test_an_old_stacks_hello_without_extensions_is_read() -> None:
    data = hello_bytes(version=0x0301, suites=bytes.fromhex("002f 0035 000a 00ff"))

    hello = ClientHello.parse(data)

    assert hello == ClientHello(versions=(0x0301,), cipher_suites=(0x2F, 0x35, 0x0A), server_name=None)
    assert hello.describe() == "The client offered TLS 1.0 with AES128-SHA, AES256-SHA, DES-CBC3-SHA."


def test_pythons_hello_is_read() -> None:
    hello = ClientHello.parse(python_hello())

    assert hello is not None
    assert hello.versions == (0x0303, 0x0304)
    assert hello.server_name == "hub.home"
    assert {"TLS_AES_256_GCM_SHA384", "ECDHE-RSA-AES128-GCM-SHA256"} <= set(hello.cipher_names)


def test_a_hello_to_an_address_has_no_server_name() -> None:
    hello = ClientHello.parse(python_hello("192.168.1.10"))

    assert hello is not None
    assert hello.server_name is None


def test_meaningless_numbers_of_rfc_8701_are_left_out() -> None:
    versions = extension(43, block(1, bytes.fromhex("1a1a 0304 0303")))

    hello = ClientHello.parse(hello_bytes(suites=bytes.fromhex("8a8a 1301 7777"), extensions=versions))

    assert hello == ClientHello(versions=(0x0303, 0x0304), cipher_suites=(0x1301, 0x7777), server_name=None)
    assert hello.cipher_names == ("TLS_AES_128_GCM_SHA256", "0x7777")


def test_a_long_list_of_ciphers_is_counted_not_told() -> None:
    hello = ClientHello(
        versions=(0x0303,), cipher_suites=tuple(range(0xE000, 0xE000 + 100)), server_name=None
    )

    assert hello.describe().endswith("0xE00B, 88 more.")


def test_text_of_the_server_name_cannot_break_the_log_line() -> None:
    name = block(2, b"\0" + block(2, b"x\r\nERROR forged \xff\x1b[2J"))

    sentence = describe_first_bytes(hello_bytes(suites=b"\0\x2f", extensions=extension(0, name)))

    assert sentence.isascii()
    assert sentence.isprintable()


@pytest.mark.parametrize(
    ("first_bytes", "sentence"),
    [
        (b"", "sent nothing"),
        (bytes.fromhex("10 2a 00 06") + b"MQIsdp\x03\xc2", "spoke MQTT without TLS"),
        (bytes.fromhex("10 ff 01 00 04") + b"MQTT\x04", "spoke MQTT without TLS"),
        (b"\x10", "began like MQTT without TLS"),
        (b"GET / HTTP/1.1\r\n", "spoke HTTP without TLS"),
        (b"POST /config HTTP/1.1\r\n", "spoke HTTP without TLS"),
        (bytes.fromhex("80 2e 01 00 02 00 15"), "SSL 2 hello"),
        (b"SSH-2.0-OpenSSH", "first bytes were 53 53 48 2d 32 2e 30 2d"),
        (b"\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00", "did not begin a TLS handshake"),
        (b"\x16\x03\x01\x00\x04\x01\x00\x40\x00", "split its TLS hello"),
        (b"\x16\x03\x01\xff\xff\x01\x00\xff\x00", "garbled"),
        (b"\x16\x03\x01\x00\x08\x01\x00\x00\x04\x03\x03\x00\x00", "length in it points past its end"),
    ],
)
def test_the_sentence_tells_what_came_instead(first_bytes: bytes, sentence: str) -> None:
    assert sentence in describe_first_bytes(first_bytes)


@given(cut=st.integers(1, 10_000))
def test_a_hello_that_is_not_complete_yet_is_none_and_never_an_error(cut: int) -> None:
    whole = python_hello()
    part = whole[: cut % len(whole)]

    assert ClientHello.parse(part) is None
    if part:
        assert (
            describe_first_bytes(part) == f"The client sent only the first {len(part)} bytes of a TLS hello."
        )


@given(
    junk=st.binary(max_size=300), prefix=st.sampled_from([b"", b"\x16\x03\x01", b"\x10", python_hello()[:60]])
)
def test_any_bytes_give_a_hello_nothing_or_malformed(junk: bytes, prefix: bytes) -> None:
    with contextlib.suppress(Malformed):
        hello = ClientHello.parse(prefix + junk)
        assert hello is None or hello.describe().isprintable()


@given(at=st.integers(0, 10_000), value=st.integers(0, 255))
def test_a_flipped_byte_gives_a_sentence_all_the_same(at: int, value: int) -> None:
    data = bytearray(python_hello())
    data[at % len(data)] = value

    sentence = describe_first_bytes(bytes(data))

    assert sentence.startswith("The client ")
    assert sentence.isprintable()
