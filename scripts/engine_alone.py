"""Run the tests of the engine without Django, on all cores, and fail if anything of Django was imported on the way.

The module is its own pytest plugin: it brings the fixtures of tests/conftest.py, which pytest itself shall not load,
and looks after every test whether Django has crept in.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.conftest import shared_data  # noqa: F401 - a fixture

PLUGINS = ["-p", "no:django", "-p", "scripts.engine_alone", "--noconftest"]
OPTIONS = ["-q", "-n", "auto", "-W", "ignore::pytest.PytestConfigWarning", "tests/engine"]


@pytest.fixture(autouse=True)
def without_django() -> Iterator[None]:
    yield
    assert "django" not in sys.modules, "The engine imported Django."


if __name__ == "__main__":
    code = pytest.main([*PLUGINS, *OPTIONS, *sys.argv[1:]])
    if code == 0:
        print("The engine ran without Django.")
    sys.exit(code)
