"""`python -m gemeinwerk` is the command `gemeinwerk`."""

import sys

from gemeinwerk.config.command import main

if __name__ == "__main__":
    sys.exit(main())
