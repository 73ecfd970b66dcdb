"""Files stay small enough to be read: a long one is split by noun."""

from .ladder import PACKAGE, ROOT, python_files

HARD_LIMIT = 600
TEMPLATE_LIMIT = 300
TOO_LONG_FOR_NOW: set[str] = set()
"""May only shrink."""


def lines(path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_python_file_is_longer_than_600_lines():
    long = {str(path.relative_to(PACKAGE)) for path in python_files() if lines(path) > HARD_LIMIT}
    assert long == TOO_LONG_FOR_NOW


def test_no_template_is_longer_than_300_lines():
    assert [str(path) for path in PACKAGE.rglob("*.html") if lines(path) > TEMPLATE_LIMIT] == []


def test_the_settings_stay_one_readable_file():
    assert lines(PACKAGE / "config/settings.py") <= 300


def test_no_test_file_outgrows_its_subject():
    assert [str(path) for path in (ROOT / "tests").rglob("*.py") if lines(path) > HARD_LIMIT] == []
