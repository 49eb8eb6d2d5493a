"""What is in a backup: a manifest that says what follows, then the parts, one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec

from ownplug.core.backup.frames import ByteSource
from ownplug.core.backup.parts import Part, required_parts
from ownplug.core.errors import Malformed, UsageError

_LENGTH_BYTES = 4
_MANIFEST_LIMIT = 64 * 1024  # bytes

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Text = Annotated[str, msgspec.Meta(max_length=300)]


class PartFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part, how long it is, and its SHA-256 in hexadecimal."""

    part: Part
    size_bytes: _Count
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose backup it is, and what is in it.

    Attributes:
        ownplug: the version that made it.
        schema: the version of the database.
        made_at: when, with its offset from UTC.
        user_id: of the home.
        advertised: the address that its plugs were given.
        plugs: how many there are.
        parts: what follows, in this order.
    """

    ownplug: _Text
    schema: _Count
    made_at: Annotated[datetime, msgspec.Meta(tz=True)]
    user_id: _Text
    advertised: _Text
    plugs: _Count
    parts: Annotated[tuple[PartFacts, ...], msgspec.Meta(max_length=len(Part))]

    @property
    def has_secrets(self) -> bool:
        """Whether the keys of the home are in it."""
        return any(facts.part is Part.CA_KEY for facts in self.parts)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the bytes of a part, in order."""

    part: Part
    data: bytes


def manifest_bytes(manifest: Manifest) -> tuple[bytes, int]:
    """Write a manifest as the content begins with it; return that, and how long the whole content is."""
    text = msgspec.json.encode(manifest)
    prefix = len(text).to_bytes(_LENGTH_BYTES) + text
    return prefix, len(prefix) + _total(manifest)


def unpack(content: Iterable[bytes], content_bytes: int, *, has_secrets: bool) -> Iterator[Manifest | Piece]:
    """Yield the manifest, then the parts piece by piece; what was yielded is right only once the end is reached.

    Args:
        content: of the frames.
        content_bytes: how long it is, as the header says.
        has_secrets: whether the backup is locked; one that is not has no keys in it.

    Raises:
        Malformed: it is not what ownplug writes.
    """
    source = ByteSource(content)
    manifest, read_bytes = _read_manifest(source)
    _check_parts(manifest, has_secrets=has_secrets)
    if read_bytes + _total(manifest) != content_bytes:
        raise Malformed("The backup does not hold what its manifest says.", hint="Do not trust this file.")
    yield manifest
    for facts in manifest.parts:
        digest = hashlib.sha256()
        for data in source.stream(facts.size_bytes):
            digest.update(data)
            yield Piece(facts.part, data)
        if digest.hexdigest() != facts.sha256:
            raise Malformed(
                f"The backup's {facts.part.value} is not what was backed up.", hint="Use another copy."
            )
    source.take(1)  # lets the frames see that nothing follows


def check_size(part: Part, size_bytes: int) -> None:
    """Refuse a part that no backup could hold.

    Raises:
        UsageError: it is too long.
    """
    if size_bytes > part.limit_bytes:
        raise UsageError(f"The home's {part.value} has more than {part.limit_bytes} bytes.")


def _read_manifest(source: ByteSource) -> tuple[Manifest, int]:
    """Return it, and how many bytes it took."""
    length = int.from_bytes(source.take(_LENGTH_BYTES))
    if length > _MANIFEST_LIMIT:
        raise Malformed("The backup's manifest is too long.", hint="Do not trust this file.")
    try:
        return msgspec.json.decode(source.take(length), type=Manifest), _LENGTH_BYTES + length
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(
            f"The backup's manifest is not what ownplug writes: {error}", hint="Do not trust this file."
        ) from error


def _check_parts(manifest: Manifest, *, has_secrets: bool) -> None:
    named = [facts.part for facts in manifest.parts]
    required = required_parts(has_secrets=has_secrets)
    allowed = required | {Part.SETTINGS}
    for wrong, said in (
        ({part for part in named if named.count(part) > 1}, "has this twice"),
        (required - set(named), "lacks this"),
        (set(named) - allowed, "has this, and should hold no secrets"),
        (
            {facts.part for facts in manifest.parts if facts.size_bytes > facts.part.limit_bytes},
            "has this too long",
        ),
    ):
        if wrong:
            listed = ", ".join(sorted(part.value for part in wrong))
            raise Malformed(f"The backup {said}: {listed}.", hint="Do not trust this file.")


def _total(manifest: Manifest) -> int:
    return sum(facts.size_bytes for facts in manifest.parts)
