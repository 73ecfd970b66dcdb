"""`python -m gemeinwerk.engine COMMAND …`: the engine without web and database. One module per command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = (
    *("check", "plan", "compare", "schemes", "directory", "neighbors"),
    *("territory", "indicators", "warning", "balance", "project"),
)
"""Names of the modules in `commands`; only the one that runs is loaded, because each brings its tables with it."""


def main(arguments: Sequence[str]) -> int:
    """Runs one command; says which there are where none is named."""
    if arguments and arguments[0] in COMMANDS:
        command = import_module(f"gemeinwerk.engine.commands.{arguments[0]}")
        return int(command.main(arguments[1:]))
    print("Aufruf: python -m gemeinwerk.engine BEFEHL …\nBefehle: " + ", ".join(COMMANDS), file=sys.stderr)
    return 0 if arguments and arguments[0] in ("-h", "--help") else 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
