"""The settings of a home: shown with their meaning, and changed in `ownplug.toml` as its owner wrote it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import get_type_hints

from ownplug.aio import in_thread
from ownplug.app.home import HomeFolder
from ownplug.app.setting_texts import meanings
from ownplug.app.settings import FROM_OPTION, Origin, Settings, load_settings, read_settings, settings_of
from ownplug.app.toml_edit import edited
from ownplug.core.errors import Changed, Conflict, Forbidden, OwnplugError, UsageError
from ownplug.transport.files import sync_folder, write_whole
from ownplug.web import Effect, SettingsView, SettingView

log = logging.getLogger(__name__)

CHANGEABLE: Mapping[str, Effect] = {
    "hub.command_ttl_s": Effect.AT_ONCE,
    "hub.reading_interval_s": Effect.AT_ONCE,
    "hub.request_timeout_s": Effect.AT_ONCE,
    "hub.position": Effect.WHEN_PLUGS_CONNECT,
    "hub.timezone": Effect.WHEN_PLUGS_CONNECT,
    "broker.session_expiry_s": Effect.AT_NEXT_START,
    "broker.sys_interval_s": Effect.AT_NEXT_START,
}
"""What can be changed by others than whoever writes the file. Nothing that opens the hub to anybody is here, nor what
slows down guessing: a stolen session is not to outlast itself."""

_PRIVATE = frozenset({"hub.position"})


@dataclass(frozen=True, slots=True)
class _InFile:
    """What the file says, and what follows from it at the next start."""

    text: str
    settings: Settings
    sources: Mapping[str, str]

    @property
    def edition(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


class SettingsDesk:
    """Shows and changes the settings of a home. Fits `ownplug.web.SettingsDoor` by shape.

    Args:
        folder: of the home, whose hub runs here or is kept away by `HomeFolder.claim`.
        settings: those in force.
        origins: where each came from; without them all were given by whoever started the hub.
        use: told the settings that are in force from now on, after a change that is felt before the next start.
    """

    def __init__(
        self,
        folder: HomeFolder,
        settings: Settings,
        origins: Sequence[Origin] = (),
        *,
        use: Callable[[Settings], None] = lambda _: None,
    ) -> None:
        known = origins or [
            Origin(name=name, value=value, source=FROM_OPTION) for name, value in settings.by_name().items()
        ]
        self._file = folder.settings_file
        self._in_force = settings
        self._sources = {origin.name: origin.source for origin in known}
        self._given = {origin.name: origin for origin in known if origin.outranks_file}
        self._use = use
        self._changing = asyncio.Lock()

    async def all(self) -> SettingsView:
        """See `SettingsDoor.all`.

        Raises:
            Conflict: the file is broken.
        """
        return await in_thread(lambda: self._view(self._read()))

    async def change(
        self, changes: Mapping[str, object], /, *, expected: str | None = None, who: str = "this program"
    ) -> SettingsView:
        """See `SettingsDoor.change`.

        Raises:
            UsageError: there is no such setting, or it cannot be that.
            Forbidden: it is changed in the file only.
            Conflict: an option or a variable says otherwise, or the file is broken.
            Changed: the file is not what the caller has seen.
            OwnplugError: the file cannot be written.
        """
        self._check_changeable(changes)
        async with self._changing:
            changed = await in_thread(lambda: self._write(changes, expected))
            self._take_into_use(changed, set(changes))
            log.info("%s changed %s in %s", who, ", ".join(sorted(changes)), self._file)
            return await in_thread(lambda: self._view(changed))

    def _check_changeable(self, changes: Mapping[str, object]) -> None:
        for name in changes:
            if name not in self._sources:
                raise UsageError(
                    f"There is no setting {name[:80]!r}.", hint="`ownplug config show` lists them."
                )
            if name not in CHANGEABLE:
                raise Forbidden(
                    f"{name} is changed by whoever can write ownplug.toml.",
                    hint=f"Write it into {self._file}, and start the hub anew.",
                )
            if name in self._given:
                raise Conflict(
                    f"{name} was given as {_in_words(self._given[name])} when the hub was started.",
                    hint="What is written into ownplug.toml would have no effect: take that away first.",
                )

    def _write(self, changes: Mapping[str, object], expected: str | None) -> _InFile:
        before = self._read()
        if expected is not None and expected != before.edition:
            raise Changed("The settings were changed meanwhile.", hint="Look at them again, then decide.")
        # Twice, so that the file has the values in the types that the settings have.
        judged, _ = self._joined(edited(before.text, changes))
        typed = {name: None if value is None else judged.by_name()[name] for name, value in changes.items()}
        after = self._parsed(edited(before.text, typed))
        if after.text != before.text:
            _replace(self._file, before.text, after.text)
        return after

    def _read(self) -> _InFile:
        try:
            return self._parsed(read_settings(self._file))
        except UsageError as error:
            raise Conflict(
                str(error), hint="Mend the file first: the hub would not start with it."
            ) from error

    def _parsed(self, text: str) -> _InFile:
        settings, origins = self._joined(text)
        sources = {origin.name: origin.source for origin in origins}
        given = {name: origin.source for name, origin in self._given.items()}
        return _InFile(text, settings, sources | given)

    def _joined(self, text: str) -> tuple[Settings, list[Origin]]:
        return settings_of(text, self._file, {}, {name: origin.value for name, origin in self._given.items()})

    def _take_into_use(self, changed: _InFile, names: set[str]) -> None:
        felt = {name for name in names if CHANGEABLE[name] is not Effect.AT_NEXT_START}
        if not felt:
            return
        values = changed.settings.by_name()
        self._in_force = _with(self._in_force, {name: values[name] for name in felt})
        self._sources |= {name: changed.sources[name] for name in felt}
        self._use(self._in_force)

    def _view(self, in_file: _InFile) -> SettingsView:
        at_next_start, defaults = in_file.settings.by_name(), _defaults().by_name()
        texts = _meanings()
        found = tuple(
            SettingView(
                name=name,
                value=value,
                source=self._sources[name],
                default=defaults[name],
                meaning=texts.get(name, ""),
                effect=CHANGEABLE.get(name),
                waiting=at_next_start[name] if at_next_start[name] != value else None,
                is_private=name in _PRIVATE,
            )
            for name, value in self._in_force.by_name().items()
        )
        return SettingsView(settings=found, edition=in_file.edition)


def _replace(file: Path, before: str, after: str) -> None:
    """Put the new file in place, where the old one is still what was read."""
    place = file.resolve()  # a link to where its owner keeps such files stays one
    try:
        if read_settings(place) != before:
            raise Changed("The file was changed meanwhile.", hint="Try again.")
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o600
        write_whole(place, after.encode(), mode=mode)
        sync_folder(place.parent)
    except OSError as error:
        raise OwnplugError(f"{place} cannot be written: {error.strerror or error}.") from error


def _with(settings: Settings, values: Mapping[str, object]) -> Settings:
    for name, value in values.items():
        section, _, field = name.partition(".")
        room = replace(getattr(settings, section), **{field: value})
        settings = replace(settings, **{section: room})
    return settings


def _defaults() -> Settings:
    settings, _ = load_settings(Path("/nowhere/ownplug.toml"), {}, {})
    return settings


@cache
def _meanings() -> dict[str, str]:
    return {
        f"{section}.{field}": text
        for section, kind in get_type_hints(Settings).items()
        for field, text in meanings(kind).items()
    }


def _in_words(origin: Origin) -> str:
    return "an option" if origin.source == FROM_OPTION else origin.source
