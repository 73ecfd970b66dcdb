"""`python -m gemeinwerk.engine COMMAND …`: the engine without web and database. One module per command."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from gemeinwerk.engine.commands import (
    balance,
    check,
    compare,
    directory,
    indicators,
    neighbors,
    plan,
    project,
    schemes,
    territory,
    warning,
)

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "check": check.main,
    "plan": plan.main,
    "compare": compare.main,
    "schemes": schemes.main,
    "directory": directory.main,
    "neighbors": neighbors.main,
    "territory": territory.main,
    "indicators": indicators.main,
    "warning": warning.main,
    "balance": balance.main,
    "project": project.main,
}


def main(arguments: Sequence[str]) -> int:
    """Runs one command; says which there are where none is named."""
    if arguments and arguments[0] in COMMANDS:
        return COMMANDS[arguments[0]](arguments[1:])
    print("Aufruf: python -m gemeinwerk.engine BEFEHL …\nBefehle: " + ", ".join(COMMANDS), file=sys.stderr)
    return 0 if arguments and arguments[0] in ("-h", "--help") else 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
