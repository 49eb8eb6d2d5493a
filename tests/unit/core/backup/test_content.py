from __future__ import annotations

import json
import random
from typing import Any

import pytest
from tests.unit.core.backup.made import BARE, PASSPHRASE, WHOLE, backup_of, manifest_of, read, seal_up

from ownplug.core.backup import Part, check_size, manifest_bytes
from ownplug.core.errors import Malformed, OwnplugError, UsageError
from ownplug.core.secret import Secret

MUTATIONS = 300


def test_what_is_packed_is_unpacked() -> None:
    assert read(backup_of(WHOLE)) == WHOLE
    assert read(backup_of(BARE, None), None) == BARE
    assert (manifest_of(WHOLE).has_secrets, manifest_of(BARE).has_secrets) == (True, False)


def test_the_settings_need_not_be_there() -> None:
    parts: dict[Part, bytes] = {part: made for part, made in WHOLE.items() if part is not Part.SETTINGS}
    assert read(backup_of(parts)) == parts


@pytest.mark.parametrize("missing", [part for part in Part if part is not Part.SETTINGS])
def test_what_a_home_cannot_do_without_is_not_missing(missing: Part) -> None:
    parts = {part: content for part, content in WHOLE.items() if part is not missing}
    with pytest.raises(Malformed, match=f"lacks this: {missing.value}"):
        read(backup_of(parts))


@pytest.mark.parametrize("secret", [Part.CA, Part.CA_KEY, Part.SERVER, Part.SERVER_KEY])
def test_a_readable_backup_with_keys_is_refused(secret: Part) -> None:
    with pytest.raises(Malformed, match=f"should hold no secrets: {secret.value}"):
        read(backup_of({**BARE, secret: b"key"}, None), None)


def told(**changed: Any) -> bytes:
    """A backup whose manifest says something else; its frames are right."""
    document = json.loads(manifest_bytes(manifest_of(WHOLE))[0][4:])
    text = json.dumps(document | changed).encode()
    return seal_up(len(text).to_bytes(4) + text + b"".join(WHOLE.values()))


def parts_told(*more: dict[str, Any], **of_first: Any) -> list[dict[str, Any]]:
    first, *rest = json.loads(manifest_bytes(manifest_of(WHOLE))[0][4:])["parts"]
    return [first | of_first, *rest, *more]


def test_the_manifest_may_be_written_by_somebody_else() -> None:
    assert read(told()) == WHOLE


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"parts": parts_told(part="../../x")}, "manifest"),
        ({"parts": parts_told(part="/etc/passwd")}, "manifest"),
        ({"parts": parts_told(part="token")}, "manifest"),
        ({"parts": parts_told(path="../../x")}, "manifest"),
        ({"parts": parts_told(part="settings")}, "lacks this: database|twice: settings"),
        ({"parts": parts_told(parts_told()[0])}, "manifest"),
        ({"parts": parts_told()[:-1]}, "lacks this: server-key"),
        ({"parts": parts_told(size_bytes=-1)}, "manifest"),
        ({"parts": parts_told(size_bytes=2**40)}, "too long: database"),
        ({"parts": parts_told(size_bytes=501)}, "what its manifest says"),
        ({"parts": parts_told(sha256="0" * 64)}, "not what was backed up"),
        ({"parts": parts_told(sha256="../../x")}, "manifest"),
        ({"made_at": "2026-01-05T12:00:00"}, "manifest"),
        ({"plugs": "many"}, "manifest"),
        ({"advertised": "x" * 301}, "manifest"),
        ({"anything": "else"}, "manifest"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_manifest_that_ownplug_does_not_write_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read(told(**changed))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x00",
        b"\x00\x00\x00\x02{}",
        b"\x00\x00\x00\x05{",
        b"\xff\xff\xff\xff{}",
        b"\x00\x00\x40\x00" + b"[" * 16384,
    ],
    ids=lambda content: repr(content[:8]),
)
def test_content_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed, match="manifest"):
        read(seal_up(content))


def test_content_goes_on_after_the_last_part() -> None:
    content = manifest_bytes(manifest_of(WHOLE))[0] + b"".join(WHOLE.values()) + b"more"
    with pytest.raises(Malformed, match="what its manifest says"):
        read(seal_up(content))


@pytest.mark.parametrize(("parts", "passphrase"), [(WHOLE, PASSPHRASE), (BARE, None)])
def test_whatever_is_done_to_a_backup_ends_in_a_named_error(
    parts: dict[Part, bytes], passphrase: Secret | None
) -> None:
    data, chance = backup_of(parts, passphrase), random.Random("mutations")
    for _ in range(MUTATIONS):
        mutated = mutate(data, chance)
        with pytest.raises(OwnplugError):
            read(mutated, passphrase)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Flip a bit, cut, insert, repeat or overwrite."""
    at, length = chance.randrange(len(data)), chance.randrange(1, 40)
    match chance.randrange(5):
        case 0:
            return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
        case 1:
            return data[:at]
        case 2:
            return data[:at] + chance.randbytes(length) + data[at:]
        case 3:
            return data[: at + length] + data[at:]
        case _:
            return data[:at] + data[at + length :]


def test_a_part_that_no_backup_could_hold_is_told_when_it_is_made() -> None:
    check_size(Part.SETTINGS, 1024 * 1024)
    with pytest.raises(UsageError, match="settings has more than 1048576 bytes"):
        check_size(Part.SETTINGS, 1024 * 1024 + 1)
