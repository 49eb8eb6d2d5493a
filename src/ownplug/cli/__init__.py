"""The command line: each command parses, calls one thing of the house, and prints.

Results go to stdout, logs and plain errors to stderr. With `--json` a result is JSON on stdout, and so is an
error: one object `{code, message, hint}` and nothing after it, so that a program reads one stream.

Exit status: 0 done, 1 it failed and says why, 2 wrong usage, 3 the plug refused, 4 unreachable,
130 interrupted (143 ended by SIGTERM, 141 nobody reads the output any more).

Loading this module loads nothing else: shell completion and `--help` must feel immediate.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line of this process and exit with its status."""
    import sys

    from ownplug.cli.main import run

    sys.exit(run())
