"""Where the hub is and how to log in: told by the caller, or found in the home.

A running hub leaves two files in its home: `runtime.json`, which tells where it listens, and `token`, which
lets this machine's user in. Both vanish from the story when a URL is given: a token is only ever sent to the
hub it belongs to.
"""

from __future__ import annotations

import logging
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from ownplug.core.errors import Malformed, Unreachable, UsageError
from ownplug.core.secret import Secret

RUNTIME_FILE = "runtime.json"
TOKEN_FILE = "token"  # noqa: S105 - the name of a file
START_HINT = "Start it with `ownplug hub run`, or name another with --hub URL."

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddress:
    """A hub and the login to it."""

    url: str  # "http://127.0.0.1:8480", without a slash at the end
    token: Secret
    ca: Path | None = None  # trusted with HTTPS; None: what this machine trusts


class _Runtime(msgspec.Struct, frozen=True):
    """What is read of the runtime file; the rest of it is for others."""

    web: str
    pid: int = 0
    ca: str = ""


def find_hub(
    home: Path, url: str | None = None, token: str | None = None, ca: str | None = None
) -> HubAddress:
    """Tell where the hub is: at `url` with `token`, or where the home's own files say.

    Args:
        home: folder of the home.
        url: a hub elsewhere, "http://host:port"; needs `token`.
        token: the login to that hub.
        ca: file with that hub's CA certificate, for HTTPS; without one, what this machine trusts.

    Raises:
        UsageError: `url` is no URL, or comes without a token.
        Unreachable: no hub runs in this home.
        Malformed: the home's files are not what a hub writes.
    """
    if url:
        return _elsewhere(url, token, ca)
    runtime = _read_runtime(home / RUNTIME_FILE)
    if not _is_alive(runtime.pid) or not runtime.web:
        raise Unreachable(f"The hub of {home} is not running.", hint=START_HINT)
    own_ca = Path(runtime.ca) if runtime.ca else None
    return HubAddress(url=_checked(runtime.web), token=_read_token(home / TOKEN_FILE), ca=own_ca)


def _elsewhere(url: str, token: str | None, ca: str | None) -> HubAddress:
    address = _checked(url)
    if not token:
        raise UsageError(f"No token for the hub at {address}.", hint="Put it into $OWNPLUG_TOKEN.")
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        logger.warning("the token travels to %s without encryption", parts.hostname)
    return HubAddress(url=address, token=Secret(token), ca=Path(ca) if ca else None)


def _checked(url: str) -> str:
    hint = "Write it as http://127.0.0.1:8480."
    try:
        parts = urlsplit(url)
        complete = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or 1)
    except ValueError as error:
        raise UsageError(f"{url!r} is not the URL of a hub.", hint=hint) from error
    if not complete or parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username:
        raise UsageError(f"{url!r} is not the URL of a hub.", hint=hint)
    return f"{parts.scheme}://{parts.netloc}"


def _read_runtime(file: Path) -> _Runtime:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Runtime)
    except FileNotFoundError as error:
        raise Unreachable(f"No hub is running in {file.parent}.", hint=START_HINT) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"{file} is not what a hub writes.", hint="Start the hub anew.") from error


def _read_token(file: Path) -> Secret:
    try:
        mode = file.stat().st_mode
        text = file.read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise Unreachable(f"The hub's token is missing: {file}.", hint="Start the hub anew.") from error
    except UnicodeDecodeError as error:
        raise Malformed(f"{file} is not what a hub writes.", hint="Start the hub anew.") from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        logger.warning("other users of this machine can read %s: `chmod 600` it", file)
    if not text.isascii() or not text.isprintable() or not text:
        raise Malformed(f"{file} is not what a hub writes.", hint="Start the hub anew.")
    return Secret(text)


def _is_alive(pid: int) -> bool:
    """Tell whether the hub that wrote the file still runs, where the system lets us ask.

    A port that a dead hub has left may be somebody else's now, and would be sent the token.
    """
    if pid <= 0 or os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
