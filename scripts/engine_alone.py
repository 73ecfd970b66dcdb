"""Run the tests of the engine without Django, and fail if anything of Django was imported on the way."""

import sys

import pytest

OPTIONS = ["-q", "-p", "no:django", "--noconftest", "-W", "ignore::pytest.PytestConfigWarning", "tests/engine"]

if __name__ == "__main__":
    code = pytest.main([*OPTIONS, *sys.argv[1:]])
    if "django" in sys.modules:
        sys.exit("The engine imported Django.")
    print("The engine ran without Django.")
    sys.exit(code)
