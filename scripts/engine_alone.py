"""Run the tests of the engine without Django, and fail if anything of Django was imported on the way."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests import conftest  # the fixtures; pytest itself shall not load it, so that the check below means something

OPTIONS = ["-q", "-p", "no:django", "--noconftest", "-W", "ignore::pytest.PytestConfigWarning", "tests/engine"]

if __name__ == "__main__":
    code = pytest.main([*OPTIONS, *sys.argv[1:]], plugins=[conftest])
    if "django" in sys.modules:
        sys.exit("The engine imported Django.")
    print("The engine ran without Django.")
    sys.exit(code)
