"""Plugs and their keys out of another tool's list: JSON or CSV, by whatever names the columns have there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from ownplug.core.errors import UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.secret import Secret

_COLUMNS = {
    # ours: what others call it, in lower case
    "uuid": ("uuid", "device_id", "deviceid", "id"),
    "mac": ("mac", "macaddress", "mac_address"),
    "key": ("key", "device_key", "devicekey", "sharedkey"),
    "address": ("address", "ip", "host", "innerip", "ip_address"),
    "name": ("name", "devname", "dev_name", "title"),
}
_MOST = 10_000
_HINT = 'CSV with a header "uuid,key,address,name", or JSON: [{"uuid": "…", "key": "…", "address": "192.168.1.50"}].'


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlug:
    """A plug of a list.

    Attributes:
        uuid: which.
        key: the key that it has.
        address: where its HTTP answers; empty where the list does not tell.
        name: what its owner calls it; may be empty.
    """

    uuid: Uuid
    key: Secret
    address: str = ""
    name: str = ""


def parse_plug_list(text: str) -> list[KnownPlug]:
    """Read a list; each plug once.

    Raises:
        UsageError: it is no such list, or a plug lacks its uuid or key; the message tells which.
    """
    found: dict[Uuid, KnownPlug] = {}
    for number, row in enumerate(_rows(text), start=1):
        plug = _plug(row, number)
        if plug.uuid in found:
            raise UsageError(f"Plug {number} of the list is there twice: {plug.uuid}.")
        found[plug.uuid] = plug
        if number > _MOST:
            raise UsageError(f"The list has more than {_MOST} plugs.")
    if not found:
        raise UsageError("The list has no plugs.", hint=_HINT)
    return list(found.values())


def text_rows(text: str, hint: str) -> Iterator[dict[str, str]]:
    """Read CSV with a header: column names in small letters, fields without spaces around them; empty rows are none.

    Raises:
        UsageError: it is no CSV.
    """
    for row in _csv_rows(text.removeprefix("\ufeff"), hint):
        fields = {str(name).strip().lower(): str(value).strip() for name, value in row.items() if name}
        if any(fields.values()):
            yield fields


def _rows(text: str) -> Iterable[Mapping[str, object]]:
    text = text.removeprefix("\ufeff")  # spreadsheets write it
    return _json_rows(text) if text.lstrip()[:1] in {"[", "{"} else _csv_rows(text, _HINT)


def _json_rows(text: str) -> Iterator[Mapping[str, object]]:
    try:
        data = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise UsageError(f"The list is no JSON: {error}", hint=_HINT) from error
    if isinstance(data, dict):
        data = data.get("plugs") or data.get("devices") or list(data.values())
    for row in data if isinstance(data, list) else []:
        if not isinstance(row, dict):
            raise UsageError("The list's plugs are no JSON objects.", hint=_HINT)
        yield row


def _csv_rows(text: str, hint: str) -> Iterator[Mapping[str, object]]:
    lines = text.splitlines()
    separator = ";" if lines and ";" in lines[0] else ","
    try:
        yield from csv.DictReader(io.StringIO(text), delimiter=separator, restkey="", restval="")
    except csv.Error as error:
        raise UsageError(f"The list is no CSV: {error}", hint=hint) from error


def _plug(row: Mapping[str, object], number: int) -> KnownPlug:
    told = {str(name).strip().lower(): value for name, value in row.items() if isinstance(value, str)}

    def field(name: str) -> str:
        return next((told[other].strip() for other in _COLUMNS[name] if told.get(other)), "")

    try:
        uuid = Uuid.parse(field("uuid"))
        if (mac := field("mac")) and Mac.parse(mac) != uuid.mac:
            raise UsageError(f"its MAC {mac} is not the one that its uuid ends in, {uuid.mac}.")
        if not field("key"):
            raise UsageError("it has no key.")
    except UsageError as error:
        raise UsageError(f"Plug {number} of the list: {error}", hint=_HINT) from error
    return KnownPlug(uuid=uuid, key=Secret(field("key")), address=field("address"), name=field("name"))
