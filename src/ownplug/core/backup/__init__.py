"""The file that a home is backed up to: made and read piece by piece, with no file and no clock in sight.

    header   64 bytes: what kind of file, how the key is made of the passphrase, how long the content is
    frames   the content in slices, each with 16 bytes that show whether it is whole and at its place
    content  a manifest, then the parts of the home in the order in which the manifest names them

A part is named by a word of `Part`, never by a path. With a passphrase the frames are locked by AES-256-GCM under a
key that scrypt makes; a file without secrets is readable, and its frames are told whole from damaged by SHA-256.
`docs/backup.md` has the format.
"""

from ownplug.core.backup.content import Manifest, PartFacts, Piece, check_size, manifest_bytes, unpack
from ownplug.core.backup.frames import sealed, unsealed
from ownplug.core.backup.header import HEADER_BYTES, SALT_BYTES, Cost, Header
from ownplug.core.backup.parts import Part
from ownplug.core.backup.seal import PASSPHRASE_LENGTH, Seal, check_passphrase, make_seal, open_seal

__all__ = [
    "HEADER_BYTES",
    "PASSPHRASE_LENGTH",
    "SALT_BYTES",
    "Cost",
    "Header",
    "Manifest",
    "Part",
    "PartFacts",
    "Piece",
    "Seal",
    "check_passphrase",
    "check_size",
    "make_seal",
    "manifest_bytes",
    "open_seal",
    "sealed",
    "unpack",
    "unsealed",
]
