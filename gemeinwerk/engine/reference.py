"""Reading the dated reference data that is shipped with the engine (`engine/data`): law, rates, definitions."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")


def csv_rows(name: str) -> list[dict[str, str]]:
    """The rows of a semicolon-separated table of `engine/data`."""
    text = (DATA / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def document(name: str) -> Mapping[str, Any]:
    """A YAML document of `engine/data`, its top level a mapping."""
    import yaml  # loaded only where a document is read: reading a budget needs none

    text = (DATA / name).read_text("utf-8")
    content: Mapping[str, Any] = yaml.safe_load(text)
    return content


def exact(number: object) -> Fraction:
    """A number of a YAML file as it is written there: 0.1 is one tenth, not the nearest binary fraction."""
    return Fraction(str(number))
