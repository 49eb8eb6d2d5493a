"""Fetch the page's libraries from npm, at the versions named here, into `src/ownplug/web/page/vendor`.

    python -m devtools.vendor

A browser loads them as they are, so two things are changed in them and nothing else: an import by a package's name
becomes one by a file's name, and a script that sets a global becomes a module. Their licences come along, and a list
of what is there, which the page shows.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LIST = "libraries.json"
"""The file with the version of each library, and the SHA-256 of each of its files as they lie in the folder."""

FOLDER = Path(__file__).parents[1] / "src" / "ownplug" / "web" / "page" / "vendor"
_TIMEOUT_S = 120


def _unchanged(text: str) -> str:
    return text


def _by_file_name(text: str) -> str:
    return text.replace('from"preact"', 'from"./preact.js"')


def _as_module(text: str) -> str:
    return f"{text.rstrip()}\nexport default uPlot;\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A package of npm, and which of its files are taken, by the names that they get."""

    name: str
    version: str
    files: dict[str, tuple[str, Callable[[str], str]]]


LIBRARIES = (
    Library(
        name="preact",
        version="10.29.8",
        files={
            "preact.js": ("dist/preact.module.js", _unchanged),
            "hooks.js": ("hooks/dist/hooks.module.js", _by_file_name),
        },
    ),
    Library(name="htm", version="3.1.1", files={"htm.js": ("dist/htm.module.js", _unchanged)}),
    Library(
        name="uplot",
        version="1.6.32",
        files={
            "uplot.js": ("dist/uPlot.iife.min.js", _as_module),
            "uplot.css": ("dist/uPlot.min.css", _unchanged),
        },
    ),
)


def fetched(library: Library) -> dict[str, str]:
    """Return the files of a library and its licence, by name, as they are to lie in the folder."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{library.name}@{library.version}"
        subprocess.run(["npm", "pack", "--silent", wanted], cwd=folder, check=True, timeout=_TIMEOUT_S)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        package = Path(folder) / "package"
        found = {f"{library.name}.LICENSE": (package / "LICENSE").read_text("utf-8")}
        for name, (path, change) in library.files.items():
            found[name] = change(_without_map((package / path).read_text("utf-8")))
        return found


def listed(library: Library, folder: Path) -> dict[str, object]:
    """Return what the list says of a library that lies in `folder`."""
    names = [f"{library.name}.LICENSE", *library.files]
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    return {"version": library.version, "sha256": digests}


def _without_map(text: str) -> str:
    """Leave out the pointer to a source map, which is not here."""
    return "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith("//# sourceMappingURL=")
    )


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for library in LIBRARIES:
        for name, text in fetched(library).items():
            (FOLDER / name).write_text(text, "utf-8")
        sys.stdout.write(f"{library.name} {library.version}\n")
    known = {library.name: listed(library, FOLDER) for library in LIBRARIES}
    (FOLDER / LIST).write_text(json.dumps(known, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
