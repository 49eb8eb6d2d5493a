"""What newer plugs want encrypted: the Wi-Fi password of `Config.WifiX`, and whole bodies on the local network.

AES-256-CBC with a fixed vector and keys made of what the plug itself tells and, for bodies, of its home's key. It
hides things from a casual look at the log of a proxy, no more: neither is protected from change.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from ownplug.core.errors import Malformed
from ownplug.core.identity import Mac, Uuid
from ownplug.core.meross.sign import md5_hex
from ownplug.core.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

_VECTOR = b"0" * 16
_BLOCK = 16


def wifi_key(model_type: str, uuid: Uuid) -> Secret:
    """The AES key for the Wi-Fi password of one plug; its 32 characters are used as ASCII bytes.

    Source: three published programs; confirmed by users on MSS310 hardware 6.
    """
    return Secret(md5_hex(f"{model_type}{uuid}{uuid.mac}"))


def body_key(uuid: Uuid, mac: Mac, key: Secret) -> Secret:
    """The AES key for bodies between a plug and those who hold its home's key.

    Source: published programs; confirmed by users on hardware 7 (protocol notes, 2.1).
    """
    home = key.reveal()
    return Secret(md5_hex(f"{uuid.text[3:22]}{home[1:9]}{mac}{home[10:28]}"))


def encrypt_wifi_password(password: Secret, key: Secret) -> str:
    """Return the password as `Config.WifiX` wants it: encrypted, in Base64."""
    return encrypt(password.reveal().encode(), key).decode()


def encrypt(clear: bytes, key: Secret) -> bytes:
    """Encrypt `clear`, in Base64; a whole block of zeros more where its length fits exactly, as the vectors have it."""
    padded = clear + bytes(_BLOCK - len(clear) % _BLOCK)
    encryptor = _cipher(key).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize())


def decrypt(coded: bytes | str, key: Secret) -> bytes:
    """Undo `encrypt`, whoever padded, without the zeros at the end.

    Raises:
        Malformed: this is no Base64 of whole blocks. What was encrypted with another key is noise, which nobody
            can tell here.
    """
    try:
        data = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("What should be encrypted is not Base64.") from error
    if not data or len(data) % _BLOCK:
        raise Malformed("What should be encrypted does not consist of whole blocks.")
    decryptor = _cipher(key).decryptor()
    return (decryptor.update(data) + decryptor.finalize()).rstrip(b"\0")


def _cipher(key: Secret) -> Cipher[modes.CBC]:
    # Here and not above: most plugs want none of it, and every program that talks to one would load it.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key.reveal().encode()), modes.CBC(_VECTOR))
